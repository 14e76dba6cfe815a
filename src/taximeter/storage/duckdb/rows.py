"""Rows of the usage log to structs, and structs to Arrow columns."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import chain, groupby
from typing import Any

import numpy as np
import pyarrow as pa

from taximeter.ingest.columns import LoggedRun
from taximeter.ingest.event import LoggedEvent, MeterEvent, Origin
from taximeter.ingest.identifiers import idempotency_key_hash, identifier_hash
from taximeter.ingest.log import Cancellation
from taximeter.ingest.rejections import DuplicateCount, RejectedEvent
from taximeter.kit import decimals

EVENT_COLUMNS = """
    e.seq, epoch_us(e.received_at), e.environment, e.meter, e.event_name, e.customer, e.identifier,
    epoch_us(e.timestamp), e.value, e.value_text, e.dimensions, e.rollup, e.payload,
    e.idempotency_key, e.request_fingerprint, epoch_us(c.received_at)
"""
"""What `event_of` reads, from events `e` left-joined with their cancellations `c`."""

CANCELLATION_COLUMNS = """
    c.seq, epoch_us(c.received_at), c.environment, c.event_seq, c.identifier, c.meter, c.customer,
    epoch_us(c.timestamp), c.value, c.value_text, c.dimensions, c.rollup
"""
"""What `cancellation_of` reads, from cancellations `c`."""

_MOMENT = pa.timestamp("us")
_EVENTS = pa.schema(
    [
        ("seq", pa.int64()),
        ("received_at", _MOMENT),
        ("environment", pa.int32()),
        ("meter", pa.string()),
        ("event_name", pa.string()),
        ("customer", pa.string()),
        ("identifier", pa.string()),
        ("identifier_hash", pa.uint64()),
        ("timestamp", _MOMENT),
        ("value", pa.string()),
        ("value_text", pa.string()),
        ("dimensions", pa.string()),
        ("rollup", pa.string()),
        ("payload", pa.string()),
        ("idempotency_key", pa.string()),
        ("idempotency_key_hash", pa.uint64()),
        ("request_fingerprint", pa.uint64()),
    ]
)
_CANCELLATIONS = pa.schema(
    [
        ("seq", pa.int64()),
        ("received_at", _MOMENT),
        ("environment", pa.int32()),
        ("event_seq", pa.int64()),
        ("identifier", pa.string()),
        ("meter", pa.string()),
        ("customer", pa.string()),
        ("timestamp", _MOMENT),
        ("value", pa.string()),
        ("value_text", pa.string()),
        ("dimensions", pa.string()),
        ("rollup", pa.string()),
    ]
)
_REJECTIONS = pa.schema(
    [
        ("received_at", _MOMENT),
        ("environment", pa.int32()),
        ("event_name", pa.string()),
        ("meter", pa.string()),
        ("customer", pa.string()),
        ("identifier", pa.string()),
        ("timestamp", _MOMENT),
        ("payload", pa.string()),
        ("code", pa.string()),
        ("message", pa.string()),
    ]
)
_DUPLICATES = pa.schema(
    [
        ("received_at", _MOMENT),
        ("environment", pa.int32()),
        ("meter", pa.string()),
        ("count", pa.int64()),
    ]
)
_HASHES = pa.schema([("hash", pa.uint64())])


def event_of(row: tuple[Any, ...]) -> LoggedEvent:
    """Read a row of EVENT_COLUMNS."""
    (
        seq,
        received_at_us,
        environment,
        meter,
        event_name,
        customer,
        identifier,
        timestamp_us,
        value,
        value_text,
        dimensions,
        rollup,
        payload,
        idempotency_key,
        fingerprint,
        canceled_at_us,
    ) = row
    return LoggedEvent(
        seq=seq,
        received_at_us=received_at_us,
        canceled_at_us=canceled_at_us,
        event=MeterEvent(
            environment=environment,
            meter=meter,
            event_name=event_name,
            customer=customer,
            identifier=identifier,
            timestamp_us=timestamp_us,
            value=value,
            value_text=value_text,
            dimensions=dimensions,
            rollup=rollup,
            payload=payload,
            origin=None if idempotency_key is None else Origin(idempotency_key, fingerprint),
        ),
    )


def cancellation_of(row: tuple[Any, ...]) -> Cancellation:
    """Read a row of CANCELLATION_COLUMNS."""
    fields = zip(Cancellation.__struct_fields__, row, strict=True)
    return Cancellation(**dict(fields))


def events_table(logged: Sequence[LoggedEvent | LoggedRun]) -> pa.Table:
    """Lay events out in columns, in their order; values as text, which the engine converts."""
    tables = []
    for is_run, group in groupby(logged, key=lambda one: isinstance(one, LoggedRun)):
        lay_out: Any = _runs_table if is_run else _singles_table
        tables.append(lay_out(list(group)))
    return pa.concat_tables(tables)


def _singles_table(logged: Sequence[LoggedEvent]) -> pa.Table:
    events = [one.event for one in logged]
    columns: list[list[Any]] = [
        [one.seq for one in logged],
        [one.received_at_us for one in logged],
        [event.environment for event in events],
        [event.meter for event in events],
        [event.event_name for event in events],
        [event.customer for event in events],
        [event.identifier for event in events],
        [identifier_hash(event.environment, event.identifier) for event in events],
        [event.timestamp_us for event in events],
        [_text(event.value) for event in events],
        [event.value_text for event in events],
        [event.dimensions for event in events],
        [event.rollup for event in events],
        [event.payload for event in events],
        [event.origin and event.origin.idempotency_key for event in events],
        [
            event.origin and idempotency_key_hash(event.environment, event.origin.idempotency_key)
            for event in events
        ],
        [event.origin and event.origin.fingerprint for event in events],
    ]
    return _table(columns, _EVENTS)


def _runs_table(logged: Sequence[LoggedRun]) -> pa.Table:
    """Lay runs out in columns: nothing is done event by event."""
    runs = [one.run for one in logged]
    lengths = [len(run) for run in runs]
    rows = sum(lengths)
    which = pa.array(np.repeat(np.arange(len(runs)), lengths))

    def same(values: Sequence[Any], type: pa.DataType) -> pa.Array:
        return pa.array(values, type=type).take(which)

    def each(columns: Sequence[Sequence[Any] | None], missing: str | None) -> pa.Array:
        if all(column is None for column in columns) and missing is None:
            return pa.nulls(rows, pa.string())
        filled = (
            [missing] * length if column is None else column
            for column, length in zip(columns, lengths, strict=True)
        )
        return pa.array(list(chain.from_iterable(filled)), type=pa.string())

    seqs = [np.arange(one.first_seq, one.first_seq + len(one.run)) for one in logged]
    arrays = [
        pa.array(np.concatenate(seqs), type=pa.int64()),
        same([one.received_at_us for one in logged], _MOMENT),
        same([run.environment for run in runs], pa.int32()),
        same([run.meter for run in runs], pa.string()),
        same([run.event_name for run in runs], pa.string()),
        each([run.customers for run in runs], None),
        each([run.identifiers for run in runs], None),
        pa.array(np.concatenate([run.identifier_hashes for run in runs])),
        pa.array(np.concatenate([run.timestamps_us for run in runs])).cast(_MOMENT),
        each([run.values for run in runs], None),
        each([run.value_texts for run in runs], None),
        each([run.dimensions for run in runs], "[]"),
        same([run.rollup for run in runs], pa.string()),
        each([run.payloads for run in runs], None),
        pa.nulls(rows, pa.string()),
        pa.nulls(rows, pa.uint64()),
        pa.nulls(rows, pa.uint64()),
    ]
    return pa.Table.from_arrays(arrays, schema=_EVENTS)


def cancellations_table(cancellations: Sequence[Cancellation]) -> pa.Table:
    """Lay cancellations out in columns."""
    columns: list[list[Any]] = [
        [one.seq for one in cancellations],
        [one.received_at_us for one in cancellations],
        [one.environment for one in cancellations],
        [one.event_seq for one in cancellations],
        [one.identifier for one in cancellations],
        [one.meter for one in cancellations],
        [one.customer for one in cancellations],
        [one.timestamp_us for one in cancellations],
        [_text(one.value) for one in cancellations],
        [one.value_text for one in cancellations],
        [one.dimensions for one in cancellations],
        [one.rollup for one in cancellations],
    ]
    return _table(columns, _CANCELLATIONS)


def rejections_table(rejections: Sequence[RejectedEvent]) -> pa.Table:
    """Lay rejections out in columns."""
    columns: list[list[Any]] = [
        [one.received_at_us for one in rejections],
        [one.environment for one in rejections],
        [one.event_name for one in rejections],
        [one.meter for one in rejections],
        [one.customer for one in rejections],
        [one.identifier for one in rejections],
        [one.timestamp_us for one in rejections],
        [one.payload for one in rejections],
        [one.code for one in rejections],
        [one.message for one in rejections],
    ]
    return _table(columns, _REJECTIONS)


def duplicates_table(duplicates: Sequence[DuplicateCount]) -> pa.Table:
    """Lay counts of duplicates out in columns."""
    columns: list[list[Any]] = [
        [one.received_at_us for one in duplicates],
        [one.environment for one in duplicates],
        [one.meter for one in duplicates],
        [one.count for one in duplicates],
    ]
    return _table(columns, _DUPLICATES)


def hashes_table(hashes: Sequence[int]) -> pa.Table:
    """Lay hashes out in a column."""
    return _table([list(hashes)], _HASHES)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else decimals.text(value)


def _table(columns: Sequence[list[Any]], schema: pa.Schema) -> pa.Table:
    arrays = [
        pa.array(column, type=field.type) for column, field in zip(columns, schema, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)

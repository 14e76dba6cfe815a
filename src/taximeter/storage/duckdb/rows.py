"""Rows of the usage log to structs, and structs to Arrow columns."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from taximeter.ingest.event import LoggedEvent, MeterEvent, Origin
from taximeter.ingest.log import Cancellation, Identity

EVENT_COLUMNS = """
    e.seq, epoch_us(e.received_at), e.environment, e.meter, e.event_name, e.customer, e.identifier,
    epoch_us(e.timestamp), e.value, e.value_text, e.dimensions, e.payload, e.idempotency_key,
    e.request_fingerprint, epoch_us(c.received_at)
"""
"""What `event_of` reads, from events `e` left-joined with their cancellations `c`."""

CANCELLATION_COLUMNS = """
    c.seq, epoch_us(c.received_at), c.environment, c.event_seq, c.identifier, c.meter, c.customer,
    epoch_us(c.timestamp)
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
        ("timestamp", _MOMENT),
        ("value", pa.decimal128(38, 15)),
        ("value_text", pa.string()),
        ("dimensions", pa.string()),
        ("payload", pa.string()),
        ("idempotency_key", pa.string()),
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
    ]
)
_IDENTITIES = pa.schema([("environment", pa.int32()), ("text", pa.string())])


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
            payload=payload,
            origin=None if idempotency_key is None else Origin(idempotency_key, fingerprint),
        ),
    )


def cancellation_of(row: tuple[Any, ...]) -> Cancellation:
    """Read a row of CANCELLATION_COLUMNS."""
    seq, received_at_us, environment, event_seq, identifier, meter, customer, timestamp_us = row
    return Cancellation(
        seq=seq,
        received_at_us=received_at_us,
        environment=environment,
        event_seq=event_seq,
        identifier=identifier,
        meter=meter,
        customer=customer,
        timestamp_us=timestamp_us,
    )


def events_table(logged: Sequence[LoggedEvent]) -> pa.Table:
    """Lay events out in columns."""
    events = [one.event for one in logged]
    columns: list[list[Any]] = [
        [one.seq for one in logged],
        [one.received_at_us for one in logged],
        [event.environment for event in events],
        [event.meter for event in events],
        [event.event_name for event in events],
        [event.customer for event in events],
        [event.identifier for event in events],
        [event.timestamp_us for event in events],
        [event.value for event in events],
        [event.value_text for event in events],
        [event.dimensions for event in events],
        [event.payload for event in events],
        [event.origin and event.origin.idempotency_key for event in events],
        [event.origin and event.origin.fingerprint for event in events],
    ]
    return _table(columns, _EVENTS)


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
    ]
    return _table(columns, _CANCELLATIONS)


def identities_table(identities: Sequence[Identity]) -> pa.Table:
    """Lay identities out in columns."""
    columns: list[list[Any]] = [[one[0] for one in identities], [one[1] for one in identities]]
    return _table(columns, _IDENTITIES)


def _table(columns: Sequence[list[Any]], schema: pa.Schema) -> pa.Table:
    arrays = [
        pa.array(column, type=field.type) for column, field in zip(columns, schema, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)

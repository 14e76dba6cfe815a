"""The usage log on DuckDB: see `taximeter.ingest.log.UsageLog`."""

from collections.abc import Iterator, Sequence

import duckdb
import numpy as np
import pyarrow as pa

from taximeter.ingest.columns import LoggedRun
from taximeter.ingest.event import LoggedEvent
from taximeter.ingest.identifiers import idempotency_key_hash, identifier_hash
from taximeter.ingest.log import (
    EVERY_ROW,
    Cancellation,
    Head,
    Identity,
    LogFailed,
    Rows,
    Seen,
)
from taximeter.ingest.rejections import DuplicateCount, RejectedEvent
from taximeter.storage.duckdb.database import UsageDatabase
from taximeter.storage.duckdb.rows import (
    CANCELLATION_COLUMNS,
    EVENT_COLUMNS,
    cancellation_of,
    cancellations_table,
    duplicates_table,
    event_of,
    events_table,
    hashes_table,
    rejections_table,
)
from taximeter.storage.duckdb.schema import NUMBERED

_HEAD = """
    SELECT coalesce(max(seq), 0), coalesce(epoch_us(max(received_at)), 0)
    FROM (
        SELECT max(seq) AS seq, max(received_at) AS received_at FROM {events}
        UNION ALL
        SELECT max(seq), max(received_at) FROM {cancellations}
    )
"""

# The hashes alone first: they are eight bytes a row, and a whole row is many times that.
_SEQS = """
    SELECT seq FROM {events} SEMI JOIN wanted ON hash = {column}
    WHERE received_at >= make_timestamp($since) AND seq BETWEEN $first AND $last
"""
_ROWS = f"""
    SELECT {EVENT_COLUMNS}
    FROM {{events}} e LEFT JOIN {{cancellations}} c ON c.event_seq = e.seq
    WHERE e.seq IN (SELECT unnest($seqs::BIGINT[])) AND e.seq BETWEEN $first AND $last
    ORDER BY e.seq
"""
_END = 2**63 - 1

_CANCELLATIONS_OF = f"""
    SELECT {CANCELLATION_COLUMNS}
    FROM {{cancellations}} c
    WHERE c.event_seq IN (SELECT unnest($event_seqs::BIGINT[]))
"""

_COUNT_SINCE = """
    SELECT count(*) + count(idempotency_key_hash) FROM {events}
    WHERE received_at >= make_timestamp($since)
"""
_SEEN_SINCE = """
    SELECT identifier_hash, idempotency_key_hash, seq, epoch_us(received_at) AS received_at
    FROM {events}
    WHERE received_at >= make_timestamp($since)
"""
_SEEN_ROWS = 500_000


class DuckLog:
    """Appends to the log, and answers what its writer needs to know."""

    def __init__(self, database: UsageDatabase) -> None:
        """Use an open database."""
        self._database = database

    def head(self) -> Head:
        """Return the number and the date of the last row."""
        try:
            with self._database.reading() as sources:
                rows = self._database.cursor().execute(sources.into(_HEAD)).fetchall()
        except duckdb.Error as error:
            raise LogFailed(str(error)) from error
        return Head(*_only(rows))

    def append(
        self,
        events: Sequence[LoggedEvent | LoggedRun],
        cancellations: Sequence[Cancellation],
        rejections: Sequence[RejectedEvent] = (),
        duplicates: Sequence[DuplicateCount] = (),
    ) -> None:
        """Add rows in one transaction; when this returns they are on disk."""
        cursor = self._database.cursor()
        added: dict[str, pa.Table] = {}
        if events:
            added["events"] = events_table(events)
        if cancellations:
            added["cancellations"] = cancellations_table(cancellations)
        if rejections:
            added["rejections"] = rejections_table(rejections)
        if duplicates:
            added["duplicates"] = duplicates_table(duplicates)
        try:
            with self._database.appending(cursor) as place:
                for table, rows in added.items():
                    _insert(cursor, f"{place.prefix}{table}", rows)
                    place.rows += rows.num_rows
                    if table in NUMBERED:
                        place.last_seq = max(place.last_seq, rows.column("seq")[-1].as_py())
        except duckdb.Error as error:
            raise LogFailed(str(error)) from error

    def with_identifiers(
        self, wanted: Sequence[Identity], *, since_us: int, rows: Rows = EVERY_ROW
    ) -> dict[Identity, LoggedEvent]:
        """Return the last event of each identifier received at `since_us` or later."""
        hashes = [identifier_hash(*one) for one in wanted]
        asked = set(wanted)
        found = self._find("identifier_hash", hashes, since_us, rows)
        named = [((one.event.environment, one.event.identifier), one) for one in found]
        return {identity: one for identity, one in named if identity in asked}

    def with_idempotency_keys(
        self, wanted: Sequence[Identity], *, since_us: int, rows: Rows = EVERY_ROW
    ) -> dict[Identity, LoggedEvent]:
        """Return the last event of each idempotency key received at `since_us` or later."""
        hashes = [idempotency_key_hash(*one) for one in wanted]
        asked = set(wanted)
        found = self._find("idempotency_key_hash", hashes, since_us, rows)
        named = [
            ((one.event.environment, one.event.origin.idempotency_key), one)
            for one in found
            if one.event.origin is not None
        ]
        return {identity: one for identity, one in named if identity in asked}

    def _find(
        self, column: str, hashes: Sequence[int], since_us: int, rows: Rows
    ) -> list[LoggedEvent]:
        """Look rows up by a hash."""
        wanted = hashes_table(hashes)  # noqa: F841 - the engine reads it by its name
        first, last = rows
        bounds = {"first": first, "last": _END if last is None else last}
        cursor = self._database.cursor()
        try:
            with self._database.reading() as sources:
                found = cursor.execute(
                    sources.into(_SEQS, column=column), {"since": max(0, since_us), **bounds}
                ).fetchall()
                if not found:
                    return []
                seqs = [seq for (seq,) in found]
                read = cursor.execute(
                    sources.into(_ROWS), {"seqs": seqs, "first": min(seqs), "last": max(seqs)}
                ).fetchall()
        except duckdb.Error as error:
            raise LogFailed(str(error)) from error
        return [event_of(row) for row in read]

    def cancellations_of(self, event_seqs: Sequence[int]) -> dict[int, Cancellation]:
        """Return the cancellations of these events, by the event's seq."""
        cursor = self._database.cursor()
        try:
            with self._database.reading() as sources:
                rows = cursor.execute(
                    sources.into(_CANCELLATIONS_OF), {"event_seqs": list(event_seqs)}
                ).fetchall()
        except duckdb.Error as error:
            raise LogFailed(str(error)) from error
        return {row[3]: cancellation_of(row) for row in rows}

    def count_since(self, since_us: int) -> int:
        """Return about how many claims there are since this moment; may be more, never fewer."""
        cursor = self._database.cursor()
        try:
            with self._database.reading() as sources:
                parameters = {"since": max(0, since_us)}
                rows = cursor.execute(sources.into(_COUNT_SINCE), parameters).fetchall()
        except duckdb.Error as error:
            raise LogFailed(str(error)) from error
        count: int = _only(rows)[0]
        return count

    def seen_since(self, since_us: int) -> Iterator[Seen]:
        """Yield, stretch by stretch in order, what the events received since a moment claim."""
        # A cursor of its own: the thread's may be asked for something else between two stretches.
        cursor = self._database.cursor().cursor()
        try:
            with self._database.reading() as sources:
                found = cursor.sql(sources.into(_SEEN_SINCE), params={"since": max(0, since_us)})
                for batch in found.to_arrow_reader(_SEEN_ROWS):
                    if batch.num_rows:
                        yield _seen(batch)
        except duckdb.Error as error:
            raise LogFailed(str(error)) from error
        finally:
            cursor.close()


def _only(rows: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """Return the only row of a result that was fetched to its end.

    Fetching one row alone would leave the transaction open for as long as the thread asks nothing
    else, and an open transaction keeps the main file from being checkpointed.
    """
    (row,) = rows
    return row


def _seen(batch: pa.RecordBatch) -> Seen:
    identifiers, keys, seqs, received = batch.columns
    seqs = seqs.to_numpy()
    return Seen(
        hashes=np.concatenate([identifiers.to_numpy(), keys.drop_null().to_numpy()]),
        first_seq=int(seqs.min()),
        last_seq=int(seqs.max()),
        received_at_us=int(received.to_numpy().max()),
    )


def _insert(cursor: duckdb.DuckDBPyConnection, table: str, incoming: pa.Table) -> None:
    """Append an Arrow table; DuckDB finds `incoming` by its name, at half the cost of a view."""
    cursor.execute(f"INSERT INTO {table} SELECT * FROM incoming")

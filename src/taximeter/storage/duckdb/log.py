"""The usage log on DuckDB: see `taximeter.ingest.log.UsageLog`."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

import duckdb
import pyarrow as pa

from taximeter.ingest.event import LoggedEvent
from taximeter.ingest.log import Cancellation, Head, Identity, LogFailed, Seen
from taximeter.storage.duckdb.database import UsageDatabase
from taximeter.storage.duckdb.rows import (
    CANCELLATION_COLUMNS,
    EVENT_COLUMNS,
    cancellation_of,
    cancellations_table,
    event_of,
    events_table,
    identities_table,
)

_HEAD = """
    SELECT coalesce(max(seq), 0), coalesce(epoch_us(max(received_at)), 0)
    FROM (
        SELECT max(seq) AS seq, max(received_at) AS received_at FROM events
        UNION ALL
        SELECT max(seq), max(received_at) FROM cancellations
    )
"""

_FIND = f"""
    SELECT {EVENT_COLUMNS}
    FROM events e
    SEMI JOIN wanted w ON w.environment = e.environment AND w.text = e.{{column}}
    LEFT JOIN cancellations c ON c.event_seq = e.seq
    WHERE e.received_at >= make_timestamp($since)
    ORDER BY e.seq
"""
_FIND_IDENTIFIERS = _FIND.format(column="identifier")
_FIND_IDEMPOTENCY_KEYS = _FIND.format(column="idempotency_key")

_CANCELLATIONS_OF = f"""
    SELECT {CANCELLATION_COLUMNS}
    FROM cancellations c
    WHERE c.event_seq IN (SELECT unnest($event_seqs::BIGINT[]))
"""

_SEEN_SINCE = """
    SELECT environment, identifier, idempotency_key, epoch_us(received_at)
    FROM events
    WHERE received_at >= make_timestamp($since)
"""
_SEEN_BATCH = 20_000


class DuckLog:
    """Appends to the log, and answers what its writer needs to know."""

    def __init__(self, database: UsageDatabase) -> None:
        """Use an open database."""
        self._database = database

    def head(self) -> Head:
        """Return the number and the date of the last row."""
        try:
            row = self._database.cursor().execute(_HEAD).fetchone()
        except duckdb.Error as error:
            raise LogFailed(str(error)) from error
        assert row is not None, "an aggregate without groups returns a row"
        return Head(*row)

    def append(self, events: Sequence[LoggedEvent], cancellations: Sequence[Cancellation]) -> None:
        """Add rows in one transaction; when this returns they are on disk."""
        cursor = self._database.cursor()
        try:
            cursor.execute("BEGIN")
            try:
                if events:
                    _insert(cursor, "events", events_table(events))
                if cancellations:
                    _insert(cursor, "cancellations", cancellations_table(cancellations))
                cursor.execute("COMMIT")
            except BaseException:
                with suppress(duckdb.Error):  # the first error is the one to tell
                    cursor.execute("ROLLBACK")
                raise
        except duckdb.Error as error:
            raise LogFailed(str(error)) from error

    def with_identifiers(
        self, wanted: Sequence[Identity], *, since_us: int
    ) -> dict[Identity, LoggedEvent]:
        """Return the last event of each identifier received at `since_us` or later."""
        rows = self._find(_FIND_IDENTIFIERS, identities_table(wanted), since_us)
        return {(one.event.environment, one.event.identifier): one for one in rows}

    def with_idempotency_keys(
        self, wanted: Sequence[Identity], *, since_us: int
    ) -> dict[Identity, LoggedEvent]:
        """Return the last event of each idempotency key received at `since_us` or later."""
        rows = self._find(_FIND_IDEMPOTENCY_KEYS, identities_table(wanted), since_us)
        return {
            (one.event.environment, one.event.origin.idempotency_key): one
            for one in rows
            if one.event.origin is not None
        }

    def _find(self, sql: str, wanted: pa.Table, since_us: int) -> list[LoggedEvent]:
        """Run a look-up; DuckDB finds `wanted` by its name."""
        try:
            rows = self._database.cursor().execute(sql, {"since": max(0, since_us)}).fetchall()
        except duckdb.Error as error:
            raise LogFailed(str(error)) from error
        return [event_of(row) for row in rows]

    def cancellations_of(self, event_seqs: Sequence[int]) -> dict[int, Cancellation]:
        """Return the cancellations of these events, by the event's seq."""
        try:
            rows = (
                self._database.cursor()
                .execute(_CANCELLATIONS_OF, {"event_seqs": list(event_seqs)})
                .fetchall()
            )
        except duckdb.Error as error:
            raise LogFailed(str(error)) from error
        return {row[3]: cancellation_of(row) for row in rows}

    def seen_since(self, since_us: int) -> Iterator[Sequence[Seen]]:
        """Yield, in batches, what the events received at `since_us` or later claim."""
        try:
            result = self._database.cursor().execute(_SEEN_SINCE, {"since": max(0, since_us)})
            while rows := result.fetchmany(_SEEN_BATCH):
                yield [Seen(*row) for row in rows]
        except duckdb.Error as error:
            raise LogFailed(str(error)) from error


def _insert(cursor: duckdb.DuckDBPyConnection, table: str, incoming: pa.Table) -> None:
    """Append an Arrow table; DuckDB finds `incoming` by its name, at half the cost of a view."""
    cursor.execute(f"INSERT INTO {table} SELECT * FROM incoming")

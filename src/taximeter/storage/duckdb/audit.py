"""Reading the whole usage log on DuckDB, in batches: see `taximeter.audit.log.AuditLog`.

What has to be sorted is sorted by the engine, which spills to disk what its memory does not hold.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import duckdb

from taximeter.audit.log import Canceled, Claim, Doubled, Entry, RollupDifference
from taximeter.ingest.event import LoggedEvent
from taximeter.ingest.log import Cancellation, LogFailed
from taximeter.storage.duckdb.database import UsageDatabase
from taximeter.storage.duckdb.rows import (
    CANCELLATION_COLUMNS,
    EVENT_COLUMNS,
    cancellation_of,
    event_of,
)

_BATCH = 10_000

_ENTRIES = """
    SELECT seq, epoch_us(received_at) FROM (
        SELECT seq, received_at FROM {events}
        UNION ALL
        SELECT seq, received_at FROM {cancellations}
    )
    ORDER BY seq
"""

_DOUBLED = """
    WITH claimed_twice AS (
        SELECT environment, {claim} FROM {events}
        WHERE {claim} IS NOT NULL
        GROUP BY ALL HAVING count(*) > 1
    )
    SELECT environment, {claim}, seq, earlier_seq FROM (
        SELECT environment, {claim}, seq, epoch_us(received_at) AS received_at,
            lag(seq) OVER claims AS earlier_seq,
            lag(epoch_us(received_at)) OVER claims AS earlier
        FROM {events} SEMI JOIN claimed_twice USING (environment, {claim})
        WINDOW claims AS (PARTITION BY environment, {claim} ORDER BY seq)
    )
    WHERE received_at - earlier <= $window
    ORDER BY seq
"""

_CANCELLATION_WIDTH = len(Cancellation.__struct_fields__)

_CANCELLATIONS = f"""
    SELECT {CANCELLATION_COLUMNS}, {EVENT_COLUMNS}
    FROM {{cancellations}} c LEFT JOIN {{events}} e ON e.seq = c.event_seq
    ORDER BY c.event_seq, c.seq
"""

_EVENTS = f"""
    SELECT {EVENT_COLUMNS}
    FROM {{events}} e LEFT JOIN (
        SELECT environment, event_seq, min(received_at) AS received_at
        FROM {{cancellations}} GROUP BY ALL
    ) c ON c.event_seq = e.seq AND c.environment = e.environment
    ORDER BY e.environment, e.meter, e.customer, e.seq
"""


class DuckAudit:
    """Reads everything, and nothing but reads."""

    def __init__(self, database: UsageDatabase) -> None:
        """Use an open database."""
        self._database = database

    def entries(self) -> Iterator[Sequence[Entry]]:
        """Yield the entries of events and cancellations together, by number."""
        for rows in self._batches(_ENTRIES, {}):
            yield [Entry(*row) for row in rows]

    def doubled(self, claim: Claim, *, window_us: int) -> Iterator[Sequence[Doubled]]:
        """Yield the claims that were made again within the window after the one before."""
        for rows in self._batches(_DOUBLED, {"window": window_us}, claim=claim):
            yield [
                Doubled(environment=environment, text=text, seq=seq, earlier_seq=earlier)
                for environment, text, seq, earlier in rows
            ]

    def cancellations(self) -> Iterator[Sequence[Canceled]]:
        """Yield the cancellations with their events, by the number of the event, then their own."""
        for rows in self._batches(_CANCELLATIONS, {}):
            yield [_canceled(row) for row in rows]

    def events(self) -> Iterator[Sequence[LoggedEvent]]:
        """Yield the events one customer of one meter after the other, each one's by number."""
        for rows in self._batches(_EVENTS, {}):
            yield [event_of(row) for row in rows]

    def rollup_differences(
        self, *, examples_max: int
    ) -> tuple[int, int, Sequence[RollupDifference]]:
        """Recompute all rollups: how many rows there are, how many differ, and some of those."""
        try:
            with self._database.standing() as rollups:
                checked, differing, found = rollups.differences(
                    self._database.cursor(), examples_max=examples_max
                )
        except duckdb.Error as error:
            raise LogFailed(str(error)) from error
        names = RollupDifference.__struct_fields__
        return (
            checked,
            differing,
            [RollupDifference(**dict(zip(names, row, strict=True))) for row in found],
        )

    def rebuild_rollups(self) -> None:
        """Make all rollups anew from the log."""
        try:
            with self._database.standing() as rollups:
                rollups.rebuild(self._database.cursor())
        except duckdb.Error as error:
            raise LogFailed(str(error)) from error

    def _batches(
        self, sql: str, parameters: dict[str, Any], **words: str
    ) -> Iterator[list[tuple[Any, ...]]]:
        # A cursor of its own: the thread's may be asked for totals while these rows are read.
        cursor = self._database.cursor().cursor()
        try:
            with self._database.reading() as sources:
                result = cursor.execute(sources.into(sql, **words), parameters)
                while rows := result.fetchmany(_BATCH):
                    yield rows
        except duckdb.Error as error:
            raise LogFailed(str(error)) from error
        finally:
            cursor.close()


def _canceled(row: tuple[Any, ...]) -> Canceled:
    event = row[_CANCELLATION_WIDTH:]
    return Canceled(
        cancellation_of(row[:_CANCELLATION_WIDTH]), None if event[0] is None else event_of(event)
    )

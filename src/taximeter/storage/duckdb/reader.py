"""Reading the usage log on DuckDB: see `taximeter.usage.reader.UsageReader`."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

import duckdb
import msgspec

from taximeter.ingest.event import LoggedEvent
from taximeter.ingest.identifiers import identifier_hash
from taximeter.ingest.log import LogFailed
from taximeter.kit import decimals
from taximeter.kit.periods import window_us
from taximeter.storage.duckdb.database import UsageDatabase
from taximeter.storage.duckdb.rolled_sql import rolled_statement
from taximeter.storage.duckdb.rows import EVENT_COLUMNS, event_of
from taximeter.storage.duckdb.sources import Sources
from taximeter.storage.duckdb.totals_sql import Statement, totals_statement
from taximeter.usage.aggregate import average
from taximeter.usage.reader import EventQuery, Total, UsageQuery

_EVENTS = f"""
    SELECT {EVENT_COLUMNS}
    FROM {{events}} e LEFT JOIN {{cancellations}} c ON c.event_seq = e.seq{{as_of}}
    WHERE {{where}}
    ORDER BY e.seq {{direction}}
    LIMIT $limit
"""

_NEWEST_SEQ = """
    SELECT greatest({moved_seq}, (SELECT coalesce(max(seq), 0) FROM {tail_events}))
"""
_STRETCH_ROWS = 20_000
_STRETCH_GROWS = 8

_MOVED_SEQ = "SELECT {moved_seq}"

_LAST_MOVED = """
    SELECT epoch_us(max(received_at)) FROM (
        SELECT received_at FROM {moved_events} WHERE seq = {moved_seq}
        UNION ALL
        SELECT received_at FROM {moved_cancellations} WHERE seq = {moved_seq}
    )
"""
"""When the last row below the watermark was received; none before it was received later."""


class DuckReader:
    """Answers questions about usage; each call sees everything committed before it."""

    def __init__(self, database: UsageDatabase) -> None:
        """Use an open database."""
        self._database = database

    def totals(self, query: UsageQuery) -> Sequence[Total]:
        """Return a total for each window and group that has events, in no particular order."""
        ends = dict(pairwise((query.start_us, *query.cuts_us, query.end_us)))
        return [
            Total(
                start_us=start,
                end_us=ends[start] if query.window is None else start + window_us(query.window),
                customer=customer,
                dimensions=tuple(dimensions),
                value=_result(number, count),
            )
            for start, customer, *dimensions, number, count in self._total_rows(query)
        ]

    def _total_rows(self, query: UsageQuery) -> list[tuple[Any, ...]]:
        assert query.as_of_us is None or query.until_seq is None, "a query has one past moment"
        read = self._read_total
        if query.as_of_us is not None or query.until_seq is not None:
            read = self._read_past_total
        with self._database.reading() as sources:
            try:
                try:
                    return read(query, sources, wide=False)
                except duckdb.OutOfRangeException:
                    return read(query, sources, wide=True)
            except duckdb.Error as error:
                raise LogFailed(str(error)) from error

    def _read_total(
        self, query: UsageQuery, sources: Sources, *, wide: bool
    ) -> list[tuple[Any, ...]]:
        rolled = rolled_statement(query, sources, wide=wide)
        return self._rows(rolled or totals_statement(query, sources, wide=wide))

    def _read_past_total(
        self, query: UsageQuery, sources: Sources, *, wide: bool
    ) -> list[tuple[Any, ...]]:
        """Read rollups where all that they hold was received before the moment, else rows.

        In one transaction, so that the watermark stays where it was looked up.
        """
        cursor = self._database.cursor()
        cursor.execute("BEGIN")
        try:
            earlier = self._rolled_before(query, sources)
            if earlier is not None:
                return self._read_total(query, earlier, wide=wide)
            return self._rows(totals_statement(query, sources, wide=wide))
        finally:
            cursor.execute("ROLLBACK")

    def _rolled_before(self, query: UsageQuery, sources: Sources) -> Sources | None:
        """Return the sources of a past moment; None where rollups hold what came after it."""
        cursor = self._database.cursor()
        if query.as_of_us is not None:
            ((moved_us,),) = cursor.execute(sources.into(_LAST_MOVED)).fetchall()
            known = moved_us is None or moved_us < query.as_of_us
            return sources.before(query.as_of_us) if known else None
        assert query.until_seq is not None, "this is how a past moment is read"
        adds_up = query.meter.rollup == "sum"  # and can take back what came later
        ((moved_seq,),) = cursor.execute(sources.into(_MOVED_SEQ)).fetchall()
        return sources.until(query.until_seq) if adds_up or moved_seq <= query.until_seq else None

    def events(self, query: EventQuery) -> Sequence[LoggedEvent]:
        """Return up to `limit` events, newest first; with `after_seq`, oldest first."""
        with self._database.reading() as sources:
            if query.after_seq is None:
                return self._newest_events(query, sources)
            return [event_of(row) for row in self._read(_events_statement(query, sources))]

    def _newest_events(self, query: EventQuery, sources: Sources) -> Sequence[LoggedEvent]:
        """Walk the log backwards in stretches, each longer than the one before.

        The newest few of millions that match would otherwise be found by sorting all of them.
        """
        ((newest,),) = self._read(Statement(sources.into(_NEWEST_SEQ), {}))
        end = newest + 1 if query.before_seq is None else min(query.before_seq, newest + 1)
        length = _STRETCH_ROWS
        found: list[LoggedEvent] = []
        while end > 0 and len(found) < query.limit:
            stretch = msgspec.structs.replace(
                query,
                after_seq=max(0, end - length) - 1,
                before_seq=end,
                limit=query.limit - len(found),
            )
            rows = self._read(_events_statement(stretch, sources, newest_first=True))
            found += map(event_of, rows)
            end -= length
            length *= _STRETCH_GROWS
        return found

    def event(self, environment: int, identifier: str) -> LoggedEvent | None:
        """Return the last event with the identifier, however old, or None."""
        where = "e.environment = $environment AND e.identifier_hash = $hash"
        where += " AND e.identifier = $identifier"
        parameters = {
            "environment": environment,
            "hash": identifier_hash(environment, identifier),
            "identifier": identifier,
            "limit": 1,
        }
        with self._database.reading() as sources:
            sql = sources.into(_EVENTS, where=where, direction="DESC", as_of="")
            rows = self._read(Statement(sql, parameters))
        return event_of(rows[0]) if rows else None

    def _read(self, statement: Statement) -> list[tuple[Any, ...]]:
        try:
            return self._rows(statement)
        except duckdb.Error as error:
            raise LogFailed(str(error)) from error

    def _rows(self, statement: Statement) -> list[tuple[Any, ...]]:
        return self._database.cursor().execute(statement.sql, statement.parameters).fetchall()


def _result(number: Decimal | int | str, count: int | None) -> Decimal:
    if isinstance(number, str):
        whole, _, fraction = number.partition("|")
        value = decimals.total((Decimal(whole), Decimal(fraction)))
    else:
        value = Decimal(number)
    return decimals.normal(value if count is None else average(value, count))


def _events_statement(
    query: EventQuery, sources: Sources, *, newest_first: bool = False
) -> Statement:
    where = ["e.environment = $environment"]
    parameters: dict[str, Any] = {"environment": query.environment, "limit": query.limit}
    conditions = {
        "event_name": ("e.event_name = $event_name", query.event_name),
        "meter": ("e.meter = $meter", query.meter),
        "customer": ("e.customer = $customer", query.customer),
        "start": ("e.timestamp >= make_timestamp($start)", query.start_us),
        "end": ("e.timestamp < make_timestamp($end)", query.end_us),
        "before_seq": ("e.seq < $before_seq", query.before_seq),
        "after_seq": ("e.seq > $after_seq", query.after_seq),
        "as_of": ("e.received_at < make_timestamp($as_of)", query.as_of_us),
    }
    for name, (condition, value) in conditions.items():
        if value is not None:
            where.append(condition)
            parameters[name] = value
    for index, (key, value) in enumerate(query.payload):
        where.append(f"json_extract_string(e.payload, $key_{index}) = $text_{index}")
        parameters[f"key_{index}"] = _json_pointer(key)
        parameters[f"text_{index}"] = value
    if query.canceled is not None:
        where.append(f"c.seq IS {'NOT ' if query.canceled else ''}NULL")
    direction = "DESC" if newest_first else "ASC"
    as_of = "" if query.as_of_us is None else " AND c.received_at < make_timestamp($as_of)"
    sql = sources.into(_EVENTS, where=" AND ".join(where), direction=direction, as_of=as_of)
    return Statement(sql, parameters)


def _json_pointer(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")

"""Rollups: what the log adds up to by meter, customer, dimensions and hour, made as rows are moved.

Sums take in events with a count of one and their cancellations with minus one, so that a
cancellation, like a late event, is one more row to be added and nothing has to be found again; with
a text under its key, each distinct text counts by itself. Where one event stands for its hour or
day (the greatest, the last, the survivor of a pre-aggregated bucket), picks keep that very event,
and a cancellation has its bucket picked anew from the log.

Both are made in the transaction that moves the rows, so they say exactly what lies below the
watermark. New rows are put down as they come; once there are many they are merged, and where that
leaves many they go, in the order of customers, to the table that is not touched again. Sums that go
there are added up by day as well, so that a month is read from days.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import duckdb

FRESH_ROWS_MAX = 1_000_000
"""How many rows are put down before they are merged."""

BUCKET = (
    "CASE {0}.rollup WHEN 'day' THEN date_trunc('day', {0}.timestamp) "
    "ELSE date_trunc('hour', {0}.timestamp) END"
)
"""The hour or day for which one event is picked."""

_BUCKET_KEYS = "environment, meter, customer, bucket, dimensions"

_SUM_ROWS = """
    SELECT environment, meter, customer, date_trunc('hour', timestamp) AS hour, dimensions,
        value_text, 1 AS count, CAST(trunc(value) AS HUGEINT) AS whole,
        value - trunc(value) AS fraction
    FROM {events} WHERE rollup = 'sum'
    UNION ALL
    SELECT environment, meter, customer, date_trunc('hour', timestamp), dimensions,
        value_text, -1, -CAST(trunc(value) AS HUGEINT), trunc(value) - value
    FROM {cancellations} WHERE rollup = 'sum'
"""

_ADDED = """
    SELECT environment, meter, customer, hour, dimensions, value_text, sum(count) AS count,
        sum(whole) AS whole, sum(fraction) AS fraction
    FROM ({rows})
    GROUP BY environment, meter, customer, hour, dimensions, value_text
    HAVING sum(count) <> 0 OR coalesce(sum(whole), 0) <> 0 OR coalesce(sum(fraction), 0) <> 0
    ORDER BY environment, meter, customer, hour
"""
"""The merge law of sums; what came to nothing is left out."""

_BY_DAY = "SELECT * REPLACE (date_trunc('day', hour) AS hour) FROM {sums}"
"""Sums by hour as the days that they belong to."""

_PICK_ROWS = f"""
    SELECT e.environment, e.meter, e.customer, {BUCKET.format("e")} AS bucket, e.dimensions,
        e.rollup, e.seq, e.timestamp, e.value, e.value_text
    FROM {{events}} e ANTI JOIN {{cancellations}} c ON c.event_seq = e.seq
    WHERE e.rollup <> 'sum'
"""

_PICKED = f"""
    SELECT * FROM ({{rows}})
    QUALIFY row_number() OVER (
        PARTITION BY {_BUCKET_KEYS}
        ORDER BY CASE rollup
            WHEN 'max' THEN value
            WHEN 'min' THEN -value
            WHEN 'last' THEN CAST(epoch_us(timestamp) AS DECIMAL(38, 15))
            ELSE 0
        END DESC, seq DESC
    ) = 1
    ORDER BY {_BUCKET_KEYS}
"""
"""The merge law of picks; of equals, and of all that survive by receipt, the latest received."""

_TOUCHED = f"""
    CREATE OR REPLACE TEMP TABLE touched AS
    SELECT DISTINCT environment, meter, customer, {BUCKET.format("c")} AS bucket, dimensions
    FROM {{cancellations}} c WHERE rollup <> 'sum'
"""

_TOUCHED_ROWS = f"""
    SELECT * FROM {{events}} e
    SEMI JOIN touched t ON t.environment = e.environment AND t.meter = e.meter
        AND t.customer = e.customer AND t.dimensions = e.dimensions
        AND t.bucket = {BUCKET.format("e")}
    WHERE e.timestamp >= $first AND e.timestamp < $last
"""

_FORGET_TOUCHED = """
    DELETE FROM {table} p USING touched t
    WHERE t.environment = p.environment AND t.meter = p.meter AND t.customer = p.customer
        AND t.bucket = p.bucket AND t.dimensions = p.dimensions
"""


class Rollups:
    """The rollups of one main file; only the thread that moves rows changes them."""

    def __init__(self, catalog: str) -> None:
        """Name the main file within the engine."""
        self._catalog = catalog

    def add(self, cursor: duckdb.DuckDBPyConnection, events: str, cancellations: str) -> None:
        """Take in rows that are being moved, within the transaction that moves them.

        Both are sources in parentheses, read once more after the same rows were moved.
        """
        cursor.execute(
            f"INSERT INTO {self._named('fresh_sums')} "
            + _ADDED.format(rows=_SUM_ROWS.format(events=events, cancellations=cancellations))
        )
        cursor.execute(
            f"INSERT INTO {self._named('fresh_picks')} "
            + _PICKED.format(rows=_PICK_ROWS.format(events=events, cancellations=cancellations))
        )
        cursor.execute(_TOUCHED.format(cancellations=cancellations))
        (bounds,) = cursor.execute("SELECT min(bucket), max(bucket) FROM touched").fetchall()
        if bounds[0] is not None:
            self._pick_anew(cursor, *bounds)

    def _pick_anew(
        self, cursor: duckdb.DuckDBPyConnection, first: datetime, last: datetime
    ) -> None:
        """Pick from all that was moved for touched buckets, which begin between these moments."""
        for table in ("picks", "fresh_picks"):
            cursor.execute(_FORGET_TOUCHED.format(table=self._named(table)))
        events = f"({_TOUCHED_ROWS.format(events=self._named('events'))})"
        rows = _PICK_ROWS.format(events=events, cancellations=self._named("cancellations"))
        cursor.execute(
            f"INSERT INTO {self._named('fresh_picks')} " + _PICKED.format(rows=rows),
            {"first": first, "last": last + timedelta(days=1)},
        )

    def merge(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Merge what was put down since, if that is much; answers nothing differently."""
        for table, law in (("sums", _ADDED), ("picks", _PICKED)):
            fresh = self._named(f"fresh_{table}")
            if _count(cursor, f"SELECT count(*) FROM {fresh}") <= FRESH_ROWS_MAX:
                continue
            merged = law.format(rows=f"SELECT * FROM {fresh}")
            cursor.execute(f"CREATE OR REPLACE TEMP TABLE merged AS {merged}")
            many = _count(cursor, "SELECT count(*) FROM merged") * 2 > FRESH_ROWS_MAX
            cursor.execute("BEGIN")
            cursor.execute(f"DELETE FROM {fresh}")
            into = self._named(table) if many else fresh
            cursor.execute(f"INSERT INTO {into} SELECT * FROM merged")
            if many and table == "sums":
                self._add_days(cursor, "merged")
            cursor.execute("COMMIT")
            cursor.execute("DROP TABLE merged")

    def _add_days(self, cursor: duckdb.DuckDBPyConnection, sums: str) -> None:
        days = _ADDED.format(rows=_BY_DAY.format(sums=sums))
        cursor.execute(f"INSERT INTO {self._named('day_sums')} {days}")

    def rebuild(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Make everything anew from the moved rows, in one transaction."""
        cursor.execute("BEGIN")
        for table, expected in self._expected().items():
            cursor.execute(f"DELETE FROM {self._named(table)}")
            cursor.execute(f"DELETE FROM {self._named(f'fresh_{table}')}")
            cursor.execute(f"INSERT INTO {self._named(table)} {expected}")
        cursor.execute(f"DELETE FROM {self._named('day_sums')}")
        self._add_days(cursor, self._named("sums"))
        cursor.execute("COMMIT")

    def differences(
        self, cursor: duckdb.DuckDBPyConnection, *, examples_max: int
    ) -> tuple[int, int, Sequence[tuple[Any, ...]]]:
        """Return how many rows there are, how many the log does not bear out, and some of those.

        Each is the name of the table, then environment, meter, customer, moment and dimensions.
        """
        sums, picks = (
            f"FROM {self._named(table)} UNION ALL FROM {self._named(f'fresh_{table}')}"
            for table in ("sums", "picks")
        )
        expected = self._expected()
        days = _ADDED.format(rows=_BY_DAY.format(sums=self._named("sums")))
        compared = {
            "sums": ("hour", _ADDED.format(rows=sums), expected["sums"]),
            "sums by day": ("hour", _ADDED.format(rows=f"FROM {self._named('day_sums')}"), days),
            "picks": ("bucket", _PICKED.format(rows=picks), expected["picks"]),
        }
        checked, differing, found = 0, 0, list[tuple[Any, ...]]()
        for name, (moment, kept, right) in compared.items():
            differ = f"(({kept}) EXCEPT ({right})) UNION ALL (({right}) EXCEPT ({kept}))"
            keys = f"environment, meter, customer, epoch_us({moment}), dimensions"
            keyed = f"SELECT DISTINCT '{name}', {keys} FROM ({differ})"
            checked += _count(cursor, f"SELECT count(*) FROM ({kept})")
            differing += _count(cursor, f"SELECT count(*) FROM ({keyed})")
            found += cursor.execute(f"{keyed} ORDER BY ALL LIMIT {examples_max}").fetchall()
        return checked, differing, found[:examples_max]

    def _expected(self) -> dict[str, str]:
        """Write the statement that reads each rollup from the moved rows."""
        log = {one: self._named(one) for one in ("events", "cancellations")}
        return {
            "sums": _ADDED.format(rows=_SUM_ROWS.format(**log)),
            "picks": _PICKED.format(rows=_PICK_ROWS.format(**log)),
        }

    def _named(self, table: str) -> str:
        return f"{self._catalog}.{table}"


def _count(cursor: duckdb.DuckDBPyConnection, sql: str) -> int:
    (row,) = cursor.execute(sql).fetchall()
    count: int = row[0]
    return count

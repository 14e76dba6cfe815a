"""Watches on DuckDB: see `taximeter.alerts.watches.Watches`.

They lie in temporary tables of one connection: a stretch of the log is joined with them, added up
and compared within the engine, and only what could matter comes out as rows.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from itertools import groupby
from typing import Any

import duckdb
import pyarrow as pa

from taximeter.alerts.watches import (
    LOOK_AT_MAX,
    Candidate,
    Interest,
    Quantity,
    Row,
    Series,
    Touch,
    Watch,
)
from taximeter.ingest.log import LogFailed
from taximeter.kit import decimals
from taximeter.storage.duckdb.database import UsageDatabase
from taximeter.storage.duckdb.watches_sql import (
    ADDED,
    ADDED_WIDE,
    ADVANCE,
    CANDIDATES,
    CREATE,
    DUE,
    FORGET,
    PUT,
    UNFOLLOWED,
    rule_of,
    segments_of,
    touched_statement,
)

_SERIES = pa.schema(
    [
        ("series", pa.int32()),
        ("environment", pa.int32()),
        ("meter", pa.string()),
        ("shape", pa.int32()),
        ("segment", pa.list_(pa.string())),
        ("rule", pa.string()),
        ("everyone", pa.bool_()),
    ]
)
_NAMED = pa.schema([("series", pa.int32()), ("customer", pa.string())])
_WATCHES = pa.schema(
    [
        ("key", pa.string()),
        ("position", pa.int32()),
        ("series", pa.int32()),
        ("customer", pa.string()),
        ("start_us", pa.int64()),
        ("end_us", pa.int64()),
        ("seq", pa.int64()),
        ("whole", pa.string()),
        ("fraction", pa.string()),
        ("look_at", pa.string()),
    ]
)


_OF_SERIES = "series IN (SELECT unnest($series::INTEGER[]))"


class DuckWatches:
    """Watches in memory, beside a log on DuckDB."""

    def __init__(self, database: UsageDatabase) -> None:
        """Use an open database, on a connection of their own."""
        self._database = database
        self._cursor = database.cursor().cursor()
        self._series: dict[Series, int] = {}
        self._named: dict[int, Series] = {}
        self._shapes: dict[tuple[int, ...], int] = {}
        self._until = 0
        for statement in CREATE:
            self._cursor.execute(statement)

    def close(self) -> None:
        """Drop everything."""
        self._cursor.close()

    def follow(self, interests: Sequence[Interest]) -> None:
        """Follow these series and no others; watches of the others are dropped."""
        kept = {one.series for one in interests}
        for series in kept - self._series.keys():
            number = max(self._named, default=0) + 1
            self._series[series], self._named[number] = number, series
        gone = [self._series.pop(series) for series in self._series.keys() - kept]
        self._shapes = {}
        rows = [row for one in interests for row in self._series_rows(one)]
        named = [
            (self._series[one.series], customer)
            for one in interests
            for customer in one.customers or ()
        ]
        with self._changing():
            self._fill("series", rows, _SERIES)
            self._fill("named", named, _NAMED)
            self._cursor.execute(FORGET.format(which=_OF_SERIES), {"series": gone})

    def _series_rows(self, interest: Interest) -> Iterator[tuple[Any, ...]]:
        series = interest.series
        shape, segments = segments_of(series)
        number = self._shapes.setdefault(shape, len(self._shapes))
        for segment in segments:
            yield (
                self._series[series],
                series.meter.environment,
                series.meter.id,
                number,
                list(segment),
                rule_of(series.meter),
                interest.customers is None,
            )

    def open(self, *, after: int, until: int) -> Sequence[Touch]:
        """Read the rows after one up to another, and return what of them no watch follows."""
        self._until = until
        with _failing():
            if not self._shapes:
                self._cursor.execute("DELETE FROM touched")
                return ()
            with self._database.reading() as sources:
                statement = touched_statement(self._shapes, sources)
                self._cursor.execute(statement, {"after": after, "until": until})
        return self.unfollowed()

    def unfollowed(self) -> Sequence[Touch]:
        """Return what of the rows that were read last no watch follows now."""
        with _failing():
            rows = self._cursor.execute(UNFOLLOWED).fetchall()
        return [
            Touch(
                series=self._named[series],
                customer=customer,
                moment_us=moment_us,
                received_at_us=received_at_us,
            )
            for series, customer, moment_us, received_at_us in rows
        ]

    def put(self, watches: Sequence[Watch]) -> None:
        """Put watches in place of all that share their keys."""
        positions: dict[str, int] = defaultdict(int)
        rows = []
        for watch in watches:
            quantity, position = watch.quantity, positions[watch.key]
            positions[watch.key] += 1
            whole = int(watch.total)
            rows.append(
                (
                    watch.key,
                    position,
                    self._series[quantity.series],
                    quantity.customer,
                    quantity.start_us,
                    quantity.end_us,
                    watch.seq,
                    str(whole),
                    decimals.text(decimals.difference(watch.total, Decimal(whole))),
                    None
                    if watch.look_at is None
                    else decimals.text(min(watch.look_at, LOOK_AT_MAX)),
                )
            )
        incoming = _table(rows, _WATCHES)  # noqa: F841 - the engine reads it by its name
        with self._changing():
            for statement in PUT:
                self._cursor.execute(statement)

    def advance(self) -> Sequence[Candidate]:
        """Add the rows that were read to the totals, except where something could happen."""
        with _failing():
            try:
                self._cursor.execute(ADDED)
            except duckdb.OutOfRangeException:
                self._cursor.execute(ADDED_WIDE)
            self._cursor.execute(DUE)
            rows = self._cursor.execute(CANDIDATES).fetchall()
            self._cursor.execute(ADVANCE, {"until": self._until})
        return [
            self._candidate(list(some))
            for _, some in groupby(rows, key=lambda row: (row[0], row[1]))
        ]

    def _candidate(self, rows: Sequence[tuple[Any, ...]]) -> Candidate:
        key, _, series, customer, start_us, end_us, seq, whole, fraction, look_at, *_ = rows[0]
        quantity = Quantity(
            series=self._named[series], customer=customer, start_us=start_us, end_us=end_us
        )
        watch = Watch(
            key=key,
            quantity=quantity,
            seq=seq,
            total=decimals.normal(decimals.total((Decimal(whole), fraction))),
            look_at=None if look_at is None else decimals.normal(look_at),
        )
        fields = Row.__struct_fields__
        return Candidate(
            watch=watch,
            rows=[
                Row(**dict(zip(fields, row[10:], strict=True)))
                for row in rows
                if row[10] is not None
            ],
        )

    def forget(
        self, *, environment: int, customers: Collection[str] | None, meter: str | None = None
    ) -> None:
        """Drop the watches of customers, or of everyone, perhaps of one meter alone."""
        concerned = [
            number
            for number, series in self._named.items()
            if series.meter.environment == environment and meter in (None, series.meter.id)
        ]
        which = _OF_SERIES
        parameters: dict[str, Any] = {"series": concerned}
        if customers is not None:
            which += " AND customer IN (SELECT unnest($customers::VARCHAR[]))"
            parameters["customers"] = list(customers)
        with _failing():
            self._cursor.execute(FORGET.format(which=which), parameters)

    def _fill(self, table: str, rows: Sequence[tuple[Any, ...]], schema: pa.Schema) -> None:
        incoming = _table(rows, schema)  # noqa: F841 - the engine reads it by its name
        self._cursor.execute(f"DELETE FROM {table}")
        self._cursor.execute(f"INSERT INTO {table} SELECT * FROM incoming")

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Change several tables, or none."""
        with _failing():
            self._cursor.execute("BEGIN")
            try:
                yield
                self._cursor.execute("COMMIT")
            except BaseException:
                self._cursor.execute("ROLLBACK")
                raise


@contextmanager
def _failing() -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise LogFailed(str(error)) from error


def _table(rows: Sequence[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [() for _ in schema]
    arrays = [
        pa.array(column, type=field.type) for column, field in zip(columns, schema, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)

"""Watches in memory: every row looked at by every series and every watch.

A total is looked at where its rows, in whatever order, could have brought it to its `look_at`; so a
backend that is compared with this one may look no sooner and no later.
"""

import json
from collections.abc import Collection, Sequence
from fractions import Fraction

import msgspec
from msgspec.structs import replace

from taximeter.alerts.watches import (
    LOOK_AT_MAX,
    Candidate,
    Interest,
    Row,
    Series,
    Touch,
    Watch,
)
from taximeter.ingest.event import LoggedEvent, MeterEvent
from taximeter.ingest.log import Cancellation
from taximeter.meters import FormulaName
from tests.oracle.fold import in_places
from tests.oracle.memory import Memory
from tests.oracle.worked import DAY_US


class Followed(msgspec.Struct, frozen=True):
    """A row as one series follows it."""

    series: Series
    customer: str
    row: Row

    def in_range_of(self, watch: Watch) -> bool:
        """Whether a watch follows it."""
        quantity = watch.quantity
        return (
            (self.series, self.customer) == (quantity.series, quantity.customer)
            and quantity.start_us <= self.row.timestamp_us
            and self.row.timestamp_us < quantity.end_us
        )


class MemoryWatches:
    """See `taximeter.alerts.watches.Watches`."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._interests: list[Interest] = []
        self._rows: list[Followed] = []
        self._until = 0
        self.kept: list[Watch] = []

    def follow(self, interests: Sequence[Interest]) -> None:
        self._interests = list(interests)
        followed = [one.series for one in interests]
        self._drop([one for one in self.kept if one.quantity.series not in followed])

    def open(self, *, after: int, until: int) -> Sequence[Touch]:
        events, cancellations = self._memory.rows()
        logged: list[LoggedEvent | Cancellation] = [*events, *cancellations]
        self._until = until
        self._rows = [
            Followed(interest.series, _what(one).customer, _row(one))
            for one in sorted(logged, key=lambda one: one.seq)
            if after < one.seq <= until
            for interest in self._interests
            if _follows(interest, one)
        ]
        return self.unfollowed()

    def unfollowed(self) -> Sequence[Touch]:
        days: dict[tuple[Series, str, int], list[Row]] = {}
        for one in self._rows:
            if not any(one.in_range_of(watch) for watch in self.kept):
                day = one.row.timestamp_us // DAY_US
                days.setdefault((one.series, one.customer, day), []).append(one.row)
        return [
            Touch(
                series=series,
                customer=customer,
                moment_us=min(row.timestamp_us for row in rows),
                received_at_us=max(row.received_at_us for row in rows),
            )
            for (series, customer, _), rows in days.items()
        ]

    def put(self, watches: Sequence[Watch]) -> None:
        keys = {one.key for one in watches}
        self.kept = [one for one in self.kept if one.key not in keys]
        self.kept += [
            one if one.look_at is None else replace(one, look_at=min(one.look_at, LOOK_AT_MAX))
            for one in watches
        ]

    def advance(self) -> Sequence[Candidate]:
        due = {one.key for one in self.kept if _could_matter(one, self._new(one))}
        candidates = [
            Candidate(watch=one, rows=self._new(one)) for one in self.kept if one.key in due
        ]
        self.kept = [
            one if one.key in due else _advanced(one, self._new(one), self._until)
            for one in self.kept
        ]
        return sorted(candidates, key=lambda one: one.watch.key)

    def _new(self, watch: Watch) -> list[Row]:
        rows = [one.row for one in self._rows if one.in_range_of(watch)]
        return [row for row in rows if row.seq > watch.seq]

    def forget(
        self, *, environment: int, customers: Collection[str] | None, meter: str | None = None
    ) -> None:
        self._drop(
            [
                one
                for one in self.kept
                if one.quantity.series.meter.environment == environment
                and (customers is None or one.quantity.customer in customers)
                and meter in (None, one.quantity.series.meter.id)
            ]
        )

    def _drop(self, watches: Sequence[Watch]) -> None:
        keys = {one.key for one in watches}
        self.kept = [one for one in self.kept if one.key not in keys]


def _follows(interest: Interest, row: LoggedEvent | Cancellation) -> bool:
    series, what = interest.series, _what(row)
    if (what.environment, what.meter) != (series.meter.environment, series.meter.id):
        return False
    dimensions = dict(zip(series.meter.dimension_keys, json.loads(what.dimensions), strict=True))
    return (interest.customers is None or what.customer in interest.customers) and all(
        dimensions[key] in values for key, values in series.dimension_filters
    )


def _what(row: LoggedEvent | Cancellation) -> MeterEvent | Cancellation:
    return row.event if isinstance(row, LoggedEvent) else row


def _row(row: LoggedEvent | Cancellation) -> Row:
    what = _what(row)
    return Row(
        seq=row.seq,
        received_at_us=row.received_at_us,
        canceled=isinstance(row, Cancellation),
        timestamp_us=what.timestamp_us,
        value=what.value,
        value_text=what.value_text,
    )


def _could_matter(watch: Watch, rows: Sequence[Row]) -> bool:
    """Whether rows could bring a total to its `look_at`, in whatever order they came."""
    if not rows or watch.look_at is None:
        return False
    meter = watch.quantity.series.meter
    total, look_at = Fraction(watch.total), Fraction(watch.look_at)
    lifts = [_lift(meter.formula, row) for row in rows]
    reached = total + sum(max(lift, Fraction(0)) for lift in lifts) >= look_at
    canceled = any(row.canceled for row in rows)
    great = any(not row.canceled and Fraction(row.value or 0) >= look_at for row in rows)
    if meter.event_time_window is not None:
        return True
    match meter.formula:
        case "sum" | "count" | "unique_count":
            return reached
        case "max":
            return total >= look_at or great or (canceled and look_at <= 0)
        case _:
            return total >= look_at or great or canceled


def _lift(formula: FormulaName, row: Row) -> Fraction:
    """What a row adds; of distinct texts, the most that it could."""
    match formula:
        case "sum":
            amount = Fraction(row.value or 0)
        case "count":
            amount = Fraction(1)
        case "unique_count":
            return Fraction(0 if row.canceled else 1)
        case _:
            return Fraction(0)
    return -amount if row.canceled else amount


def _advanced(watch: Watch, rows: Sequence[Row], until: int) -> Watch:
    if not rows:
        return watch
    meter = watch.quantity.series.meter
    total = Fraction(watch.total)
    if meter.event_time_window is None:
        total += sum(_lift(meter.formula, row) for row in rows)
    return replace(watch, seq=until, total=in_places(total))

"""Going through rows one by one where a number could come to a threshold: exact, and slow.

After each row it is known of every quantity what it comes to, or that it surely stays below what is
looked for. Sums and counts are added up here; other formulas are bounded by what a row can do to
them, and asked for where that is not enough.
"""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

import msgspec

from taximeter.alerts.watches import Candidate, Condition, Crossing, Quantity, Row, Watch
from taximeter.kit import decimals
from taximeter.kit.decimals import ZERO
from taximeter.usage.reader import UsageQuery, UsageReader

_ONE = Decimal(1)


class Counter(Protocol):
    """What one quantity comes to, row after row."""

    def add(self, row: Row) -> None:
        """Count a row."""
        ...

    def below(self, look_at: Decimal | None) -> bool:
        """Say whether the number is surely below another, which None always is not."""
        ...

    def number(self) -> Decimal:
        """Return the number after the last row; may have to ask the log. Raises LogFailed."""
        ...


class Added:
    """A sum, or a count."""

    def __init__(self, total: Decimal, *, counts: bool) -> None:
        """Go on from a total."""
        self._total = total
        self._counts = counts

    def add(self, row: Row) -> None:
        """Count a row."""
        amount = _ONE if self._counts else row.value
        assert amount is not None, "events of a sum carry a number"
        add = decimals.difference if row.canceled else _sum
        self._total = add(self._total, amount)

    def below(self, look_at: Decimal | None) -> bool:
        """Say whether the total is below another."""
        return look_at is None or self._total < look_at

    def number(self) -> Decimal:
        """Return the total."""
        return self._total


class Asked:
    """A number that is asked for, where bounds do not say enough; None is a bound of nothing."""

    def __init__(self, quantity: Quantity, reader: UsageReader, *, seq: int) -> None:
        """Begin after row `seq`."""
        self._quantity = quantity
        self._reader = reader
        self._seq = seq
        self._known = True
        self._most: Decimal | None = self._ask()

    def add(self, row: Row) -> None:
        """Note a row, and how far it can have lifted the number."""
        self._seq = row.seq
        self._known = False
        meter = self._quantity.series.meter
        if meter.event_time_window is not None or self._most is None:
            self._most = None
        elif meter.formula == "unique_count":
            self._most += 0 if row.canceled else 1
        elif row.canceled:
            # Of a maximum that is taken back a lower one is left, or none, which is 0.
            self._most = max(self._most, ZERO) if meter.formula == "max" else None
        else:
            assert row.value is not None, "events of a numeric formula carry a number"
            self._most = max(self._most, row.value)

    def below(self, look_at: Decimal | None) -> bool:
        """Say whether the number is surely below another."""
        return look_at is None or (self._most is not None and self._most < look_at)

    def number(self) -> Decimal:
        """Return the number after the last row."""
        if not self._known or self._most is None:
            self._known = True
            self._most = self._ask()
        return self._most

    def _ask(self) -> Decimal:
        return total_until(self._quantity, self._seq, self._reader)


class Folded(msgspec.Struct, frozen=True, kw_only=True):
    """What came of going through rows: what fired, and the watches as they stand now."""

    crossings: Sequence[Crossing]
    watches: Sequence[Watch]


def fold(
    condition: Condition, candidates: Sequence[Candidate], *, reader: UsageReader, until: int
) -> Folded:
    """Go through the rows of all quantities of a condition. Raises LogFailed.

    `candidates` are its watches with their rows up to `until`, in the order of its quantities.
    """
    counters = [_counter(one.watch, reader) for one in candidates]
    look_at = condition.look_at([one.watch.total for one in candidates])
    crossings: list[Crossing] = []
    for row, places in _in_order(candidates):
        for place in places:
            counters[place].add(row)
        if all(counter.below(least) for counter, least in zip(counters, look_at, strict=True)):
            continue
        numbers = [counter.number() for counter in counters]
        crossings += condition.crossings(numbers, row)
        look_at = condition.look_at(numbers)
    numbers = [counter.number() for counter in counters]
    return Folded(
        crossings=crossings,
        watches=watches_of(condition, numbers, seq=until),
    )


def watches_of(condition: Condition, numbers: Sequence[Decimal], *, seq: int) -> list[Watch]:
    """Return the watches of a condition whose quantities are these numbers after row `seq`."""
    return [
        Watch(key=condition.key, quantity=quantity, seq=seq, total=number, look_at=least)
        for quantity, number, least in zip(
            condition.quantities, numbers, condition.look_at(numbers), strict=True
        )
    ]


def total_until(quantity: Quantity, seq: int, reader: UsageReader) -> Decimal:
    """Return what a quantity comes to after a row; 0 without usage. Raises LogFailed."""
    totals = reader.totals(
        UsageQuery(
            meter=quantity.series.meter,
            customer=quantity.customer,
            start_us=quantity.start_us,
            end_us=quantity.end_us,
            dimension_filters=quantity.series.dimension_filters,
            until_seq=seq,
        )
    )
    return decimals.total(total.value for total in totals)


def _counter(watch: Watch, reader: UsageReader) -> Counter:
    meter = watch.quantity.series.meter
    if meter.event_time_window is None and meter.formula in {"sum", "count"}:
        return Added(watch.total, counts=meter.formula == "count")
    return Asked(watch.quantity, reader, seq=watch.seq)


def _in_order(candidates: Sequence[Candidate]) -> list[tuple[Row, list[int]]]:
    """Return the rows of all in their order, each with the places of those that count it."""
    rows: dict[int, Row] = {}
    places: dict[int, list[int]] = defaultdict(list)
    for place, candidate in enumerate(candidates):
        for row in candidate.rows:
            rows[row.seq] = row
            places[row.seq].append(place)
    return [(rows[seq], places[seq]) for seq in sorted(rows)]


def _sum(one: Decimal, other: Decimal) -> Decimal:
    return decimals.total((one, other))

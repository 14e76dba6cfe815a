"""Watches in SQL and in memory tell of the same touches, totals and candidates, and of no fewer."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, DrawFn

from taximeter.alerts.fold import total_until
from taximeter.alerts.watches import (
    EVER_US,
    LOOK_AT_MAX,
    Candidate,
    Interest,
    Lane,
    Quantity,
    Series,
    Touch,
    Watch,
)
from taximeter.kit import decimals
from taximeter.meters import FormulaName, Meter
from taximeter.storage.duckdb.database import UsageDatabase
from taximeter.storage.duckdb.log import DuckLog
from taximeter.storage.duckdb.watches import DuckWatches
from tests.oracle.fresh import fresh_database
from tests.oracle.memory import Memory, MemoryLog, MemoryReader
from tests.oracle.watches import MemoryWatches
from tests.oracle.worked import DAY_US, HOUR_US
from tests.properties.streams import (
    CUSTOMERS,
    FORMULA_NAMES,
    Stream,
    dimension_values,
    moments,
    streams,
)

EVERY_FORMULA = pytest.mark.parametrize("formula", FORMULA_NAMES)
LANES: list[Lane] = ["one_time", "billing_period", "spend"]
KEYS = ["a", "b", "c", "d"]
STEPS = ["follow", "forget", "move", "send", "send", "stretch", "stretch", "stretch"]
rooms = st.sampled_from(
    [Decimal(one) for one in ("-1e21", "-1", "0", "1e-15", "0.5", "1", "3", "1e14", "1e22")]
)


@st.composite
def interests(draw: DrawFn, meters: Sequence[Meter]) -> list[Interest]:
    """A few series, each of them once."""
    found: dict[Series, Interest] = {}
    for _ in range(draw(st.integers(0, 4))):
        meter = draw(st.sampled_from(meters))
        keys = draw(st.lists(st.sampled_from(meter.dimension_keys or [""]), unique=True))
        series = Series(
            lane=draw(st.sampled_from(LANES)),
            meter=meter,
            dimension_filters=tuple(
                (key, tuple(draw(st.lists(dimension_values, min_size=1, max_size=2))))
                for key in (keys if meter.dimension_keys else [])
            ),
        )
        named = st.frozensets(st.sampled_from(CUSTOMERS))
        found[series] = Interest(series=series, customers=draw(st.one_of(st.none(), named)))
    return list(found.values())


class Pair:
    """A store and the oracle, told and asked the same."""

    def __init__(self, database: UsageDatabase, stream: Stream) -> None:
        self._stream = stream
        self._memory = Memory()
        self._logs = (DuckLog(database), MemoryLog(self._memory))
        self._reader = MemoryReader(self._memory)
        self._oracle = MemoryWatches(self._memory)
        self._both = (DuckWatches(database), self._oracle)
        self._followed: list[Interest] = []
        self._rows = len(stream.events) + len(stream.cancellations)
        self._sent = 0
        self._cursor = 0

    def send(self, rows: int) -> None:
        """Append the next rows."""
        first, self._sent = self._sent, min(self._rows, self._sent + rows)
        events = [one for one in self._stream.events if first < one.seq <= self._sent]
        canceled = [one for one in self._stream.cancellations if first < one.seq <= self._sent]
        for log in self._logs:
            log.append(events, canceled)

    def follow(self, followed: list[Interest]) -> None:
        """Follow these and no others."""
        changed = set(self._followed) ^ set(followed)
        self._followed = followed
        for one in self._both:
            one.follow(followed)
            for meter in {interest.series.meter for interest in changed}:
                one.forget(environment=meter.environment, customers=None, meter=meter.id)

    def forget(self, data: DataObject) -> None:
        """Forget the watches of somebody."""
        meters = [None, *(one.id for one in self._stream.meters)]
        environment = data.draw(st.sampled_from([1, 2]))
        customers = data.draw(st.one_of(st.none(), st.sets(st.sampled_from(CUSTOMERS))))
        meter = data.draw(st.sampled_from(meters))
        for one in self._both:
            one.forget(environment=environment, customers=customers, meter=meter)

    def stretch(self, data: DataObject) -> None:
        """Go through a stretch of the log, perhaps again, and perhaps not to its end."""
        after = max(0, self._cursor - data.draw(st.sampled_from([0, 0, 3])))
        until = data.draw(st.integers(after, self._sent))
        mine, theirs = (in_order(one.open(after=after, until=until)) for one in self._both)
        assert mine == theirs
        chosen = [touch for touch in mine if data.draw(st.booleans())]
        self._put([self._around(touch, data) for touch in chosen], after, data)
        mine, theirs = (in_order(one.unfollowed()) for one in self._both)
        assert mine == theirs
        before = list(self._oracle.kept)
        told, expected = (list(one.advance()) for one in self._both)
        assert told == expected
        self._check(before, told, until)
        if data.draw(st.integers(0, 3)):
            self._put([(one.watch.key, one.watch.quantity) for one in told], until, data)
            self._cursor = until
        else:
            self._cursor = after

    def _around(self, touch: Touch, data: DataObject) -> tuple[str, Quantity]:
        """A quantity that holds what was touched, or of another series that is judged with it."""
        others = [
            one.series
            for one in self._followed
            if one.customers is None or touch.customer in one.customers
        ]
        start_us, end_us = EVER_US
        if data.draw(st.booleans()):
            start_us = touch.moment_us - data.draw(st.sampled_from([0, HOUR_US, DAY_US]))
            end_us = max(data.draw(moments), touch.moment_us + 1)
        quantity = Quantity(
            series=data.draw(st.sampled_from([touch.series, *others])),
            customer=touch.customer,
            start_us=start_us,
            end_us=end_us,
        )
        return data.draw(st.sampled_from(KEYS)), quantity

    def _put(self, wanted: list[tuple[str, Quantity]], seq: int, data: DataObject) -> None:
        """Put watches with what they come to after a row, in no order but their own by key."""
        watches = []
        for key, quantity in dict.fromkeys(wanted):
            total = total_until(quantity, seq, self._reader)
            room = data.draw(st.one_of(st.none(), rooms))
            least = None if room is None else decimals.total((total, room))
            watches.append(
                Watch(key=key, quantity=quantity, seq=seq, total=total, look_at=bounded(least))
            )
        for one in self._both:
            one.put(watches)

    def _check(self, before: Sequence[Watch], told: Sequence[Candidate], until: int) -> None:
        """No total that was passed over came to its `look_at`; sums and counts are right."""
        due = {one.watch.key for one in told}
        for watch in before:
            if watch.key in due or watch.look_at is None:
                continue
            rows = range(watch.seq + 1, until + 1)
            numbers = {total_until(watch.quantity, seq, self._reader) for seq in rows}
            if len(numbers | {watch.total}) > 1:
                assert max(numbers) < watch.look_at
        for watch in self._oracle.kept:
            meter = watch.quantity.series.meter
            if meter.event_time_window is None and meter.formula in {"sum", "count"}:
                assert watch.total == total_until(watch.quantity, watch.seq, self._reader)


def bounded(look_at: Decimal | None) -> Decimal | None:
    """The number, if a watch may have it."""
    return None if look_at is None else max(-LOOK_AT_MAX, min(LOOK_AT_MAX, look_at))


def in_order(touches: Sequence[Touch]) -> list[Touch]:
    return sorted(touches, key=lambda one: (repr(one.series), one.customer, one.moment_us))


def check_agreement(formula: FormulaName, data: DataObject) -> None:
    stream = data.draw(streams(formulas=[formula]))
    with fresh_database() as database:
        pair = Pair(database, stream)
        pair.follow(data.draw(interests(stream.meters)))
        for step in data.draw(st.lists(st.sampled_from(STEPS), min_size=8, max_size=20)):
            match step:
                case "follow":
                    pair.follow(data.draw(interests(stream.meters)))
                case "forget":
                    pair.forget(data)
                case "move":
                    database.settle()
                case "send":
                    pair.send(data.draw(st.integers(1, 8)))
                case _:
                    pair.stretch(data)


@EVERY_FORMULA
@settings(max_examples=8)
@given(data=st.data())
def test_watches_agree_with_those_that_look_at_every_row(
    formula: FormulaName, data: DataObject
) -> None:
    check_agreement(formula, data)


@pytest.mark.soak
@pytest.mark.timeout(1_800)
@EVERY_FORMULA
@settings(settings.get_profile("soak"))
@given(data=st.data())
def test_watches_agree_with_those_that_look_at_every_row_for_long(
    formula: FormulaName, data: DataObject
) -> None:
    check_agreement(formula, data)

"""Usage by meters and local windows is what brute force counts, window by window."""

from collections.abc import Sequence
from fractions import Fraction
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, DrawFn

from taximeter.environments import Environment
from taximeter.ingest.event import LoggedEvent
from taximeter.ingest.log import Cancellation
from taximeter.kit.calendar import CalendarWindow
from taximeter.kit.clock import MICROSECONDS, SteppingClock
from taximeter.kit.paging import Cursor, Page
from taximeter.meters import Meter, MeterStatus
from taximeter.settings import Settings
from taximeter.usage.meter_usage import MeterUsageRequest, MeterUsageRow, measure_usage
from taximeter.usage.reader import UsageQuery, UsageReader
from taximeter.usage.selection import MeterSelection
from tests.oracle.calendar import MINUTE, TURNS, moment, windows
from tests.oracle.memory import Memory, MemoryReader
from tests.oracle.totals import brute_totals
from tests.oracle.worked import MIDNIGHT
from tests.properties.streams import CUSTOMERS, START_US, Stream, dimension_values, streams
from tests.properties.test_summary_ids import OneCustomer, Settled
from tests.properties.test_totals import duckdb_reader

WINDOWS: list[CalendarWindow | None] = [None, "hour", "day", "week", "month"]
ENVIRONMENTS = {
    1: Environment(id=1, name="live", livemode=True),
    2: Environment(id=2, name="test", livemode=False),
}


class Known:
    """A store of meters that only looks up."""

    def __init__(self, meters: Sequence[Meter]) -> None:
        self._meters = list(meters)

    def add(self, meter: Meter) -> None:
        raise NotImplementedError

    def get(self, environment: int, id: str) -> Meter | None:
        named = [one for one in self._meters if (one.environment, one.id) == (environment, id)]
        return named[0] if named else None

    def save(self, meter: Meter) -> None:
        raise NotImplementedError

    def with_event_name(self, environment: int, event_name: str) -> list[Meter]:
        raise NotImplementedError

    def page(self, environment: int, cursor: Cursor, status: MeterStatus | None) -> Page[Meter]:
        raise NotImplementedError

    def all(self) -> list[Meter]:
        return self._meters


def moved(stream: Stream, to: int) -> Stream:
    """The stream, happening around another midnight."""
    shift_us = (to - MIDNIGHT) * MICROSECONDS

    def event(one: LoggedEvent) -> LoggedEvent:
        at = one.event.timestamp_us + shift_us
        return msgspec.structs.replace(
            one,
            received_at_us=one.received_at_us + shift_us,
            event=msgspec.structs.replace(one.event, timestamp_us=at),
        )

    def cancellation(one: Cancellation) -> Cancellation:
        return msgspec.structs.replace(
            one,
            received_at_us=one.received_at_us + shift_us,
            timestamp_us=one.timestamp_us + shift_us,
        )

    return Stream(
        stream.meters,
        [event(one) for one in stream.events],
        [cancellation(one) for one in stream.cancellations],
    )


@st.composite
def selections(draw: DrawFn, meter: Meter) -> MeterSelection:
    """Some of a meter's usage."""
    if not meter.dimension_keys:
        return MeterSelection(meter=meter.id)
    keys = st.lists(st.sampled_from(meter.dimension_keys), unique=True)
    every = st.permutations(meter.dimension_keys)
    return MeterSelection(
        meter=meter.id,
        dimension_filters={
            key: draw(st.lists(dimension_values, min_size=1, max_size=2))
            for key in (draw(keys) if draw(st.integers(0, 3)) == 0 else [])
        },
        dimension_group_by_keys=draw(st.one_of(keys, every, every)),
    )


@st.composite
def requests(draw: DrawFn, stream: Stream, zone: str, turn: int) -> MeterUsageRequest:
    """A question about one environment of the stream, around a moment."""
    environment = draw(st.sampled_from([one.environment for one in stream.meters]))
    known = [one for one in stream.meters if one.environment == environment]
    # Minutes to either side; whole hours, as many ask for them, and most of what there is.
    away = st.one_of(
        st.integers(1, 90),
        st.integers(1, 3 * 1_440),
        st.integers(1, 72).map(lambda hours: hours * 60),
        st.just(4 * 1_440),
    )
    named = None
    if draw(st.integers(0, 2)):
        named = [draw(selections(one)) for one in draw(st.permutations(known))]
    received = START_US // MICROSECONDS + turn - MIDNIGHT
    return MeterUsageRequest(
        customer=draw(st.sampled_from(CUSTOMERS)),
        starts_at=turn - draw(away) * MINUTE,
        ends_at=turn + draw(away) * MINUTE,
        meters=named,
        timezone=zone,
        value_grouping_window=draw(st.sampled_from(WINDOWS)),
        as_of=draw(st.one_of(st.none(), st.integers(received, received + 86_400))),
    )


def environment_of(stream: Stream, request: MeterUsageRequest) -> Environment:
    if request.meters is None:
        return ENVIRONMENTS[stream.meters[0].environment]
    (number,) = {
        one.environment for one in stream.meters for each in request.meters if one.id == each.meter
    }
    return ENVIRONMENTS[number]


def measured(
    reader: UsageReader, stream: Stream, request: MeterUsageRequest
) -> Sequence[MeterUsageRow]:
    return measure_usage(
        reader=reader,
        meters=Known(stream.meters),
        customers=OneCustomer(),
        barrier=Settled(),
        clock=SteppingClock(4_102_444_800 * MICROSECONDS),
        settings=Settings(),
        environment=environment_of(stream, request),
        request=request,
    ).rows


Figure = tuple[int, int, str | None, Fraction, dict[str, str] | None]


def plain(row: MeterUsageRow) -> Figure:
    return (row.starts_at, row.ends_at, row.meter, Fraction(row.value), row.dimensions)


def counted(stream: Stream, request: MeterUsageRequest) -> list[Figure]:
    """The rows by brute force: every window asked by itself."""
    divided = [(request.starts_at, request.ends_at)]
    if request.value_grouping_window is not None:
        zone, window = ZoneInfo(request.timezone), request.value_grouping_window
        divided = windows(request.starts_at, request.ends_at, window=window, zone=zone)
    rows: list[Figure] = []
    for start, end in reversed(divided):
        if request.meters is not None:
            rows += _of_each(stream, request, start, end)
            continue
        environment = environment_of(stream, request).id
        values = [
            Fraction(total.value)
            for meter in stream.meters
            if meter.environment == environment
            for total in brute_totals(
                stream.events, stream.cancellations, _asked(meter, request, start, end)
            )
        ]
        if values:
            rows.append((start, end, None, sum(values, Fraction()), None))
    return rows


def _of_each(stream: Stream, request: MeterUsageRequest, start: int, end: int) -> list[Figure]:
    assert request.meters is not None, "meters were named"
    rows: list[Figure] = []
    for one in request.meters:
        (meter,) = (known for known in stream.meters if known.id == one.meter)
        asked = msgspec.structs.replace(
            _asked(meter, request, start, end),
            dimension_filters=tuple(
                (key, tuple(values)) for key, values in one.dimension_filters.items()
            ),
            group_by=tuple(one.dimension_group_by_keys),
        )
        totals = brute_totals(stream.events, stream.cancellations, asked)
        for total in sorted(totals, key=lambda total: total.dimensions):
            named = dict(zip(asked.group_by, total.dimensions, strict=True))
            rows.append((start, end, meter.id, Fraction(total.value), named or None))
    return rows


def _asked(meter: Meter, request: MeterUsageRequest, start: int, end: int) -> UsageQuery:
    return UsageQuery(
        meter=meter,
        start_us=start * MICROSECONDS,
        end_us=end * MICROSECONDS,
        customer=request.customer,
        as_of_us=None if request.as_of is None else request.as_of * MICROSECONDS,
    )


def check_agreement(data: DataObject) -> None:
    zone, turn = data.draw(st.sampled_from(TURNS))
    stream = moved(data.draw(streams()), moment(turn))
    asked = data.draw(st.lists(requests(stream, zone, moment(turn)), min_size=4, max_size=4))
    rows = len(stream.events) + len(stream.cancellations)
    moves = sorted(data.draw(st.sets(st.integers(0, rows), max_size=3)))
    with duckdb_reader(stream, moves) as reader:
        for request in asked:
            answer = measured(reader, stream, request)
            assert [plain(row) for row in answer] == counted(stream, request)
            assert len({row.id for row in answer}) == len(answer)


@settings(max_examples=40)
@given(data=st.data())
def test_usage_is_what_brute_force_counts(data: DataObject) -> None:
    check_agreement(data)


@pytest.mark.soak
@pytest.mark.timeout(1_800)
@settings(settings.get_profile("soak"))
@given(data=st.data())
def test_usage_is_what_brute_force_counts_for_long(data: DataObject) -> None:
    check_agreement(data)


@given(data=st.data())
def test_windows_of_additive_meters_add_up_to_the_whole(data: DataObject) -> None:
    zone, turn = data.draw(st.sampled_from(TURNS))
    stream = moved(data.draw(streams(formulas=["sum", "count"])), moment(turn))
    request = data.draw(requests(stream, zone, moment(turn)))
    memory = Memory()
    memory.add(stream.events, stream.cancellations)
    whole = msgspec.structs.replace(request, value_grouping_window=None)
    parts = measured(MemoryReader(memory), stream, request)
    rows = measured(MemoryReader(memory), stream, whole)
    assert sum(Fraction(row.value) for row in parts) == sum(Fraction(row.value) for row in rows)

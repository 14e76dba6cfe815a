"""Windows of a zone's calendar share a range out, and none mixes two of its hours or days."""

from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from taximeter.kit.calendar import CalendarWindow, last_days, window_starts
from taximeter.kit.zones import find_zone, zone_names
from tests.oracle.calendar import MINUTE, TURNS, moment, windows

DAY = 86_400
WINDOWS: list[CalendarWindow] = ["hour", "day", "week", "month"]
# Before 1973 some zones were off by seconds, which a walk by minutes would not see.
FIRST, LAST = moment("1973-01-01T00:00Z"), moment("2040-01-01T00:00Z")


@st.composite
def ranges(draw: DrawFn) -> tuple[int, int, ZoneInfo]:
    """A range of up to some weeks: around an odd moment of a zone, or anywhere in any zone."""
    minutes_max = draw(st.sampled_from([90, 2 * 1_440, 2 * 1_440, 40 * 1_440]))
    if draw(st.booleans()):
        name, turn = draw(st.sampled_from(TURNS))
        start = moment(turn) - draw(st.integers(0, minutes_max)) * MINUTE
    else:
        name = draw(st.sampled_from(sorted(zone_names())))
        start = draw(st.integers(FIRST // MINUTE, LAST // MINUTE)) * MINUTE
    zone = find_zone(name)
    assert zone is not None, "the zone is on this machine"
    return start, start + draw(st.integers(1, minutes_max)) * MINUTE, zone


def check_windows(window: CalendarWindow, start: int, end: int, zone: ZoneInfo) -> None:
    starts = list(window_starts(start, end, window=window, zone=zone))
    assert list(pairwise([start, *starts, end])) == windows(start, end, window=window, zone=zone)


EVERY_WINDOW = pytest.mark.parametrize("window", WINDOWS)


@EVERY_WINDOW
@settings(max_examples=120)
@given(asked=ranges())
def test_windows_are_the_runs_of_minutes_under_one_label(
    window: CalendarWindow, asked: tuple[int, int, ZoneInfo]
) -> None:
    check_windows(window, *asked)


@pytest.mark.soak
@pytest.mark.timeout(1_800)
@EVERY_WINDOW
@settings(settings.get_profile("soak"))
@given(asked=ranges())
def test_windows_are_the_runs_of_minutes_under_one_label_for_long(
    window: CalendarWindow, asked: tuple[int, int, ZoneInfo]
) -> None:
    check_windows(window, *asked)


@EVERY_WINDOW
@pytest.mark.parametrize(("name", "turn"), TURNS, ids=[f"{a} {b}" for a, b in TURNS])
def test_windows_around_every_odd_moment(window: CalendarWindow, name: str, turn: str) -> None:
    at = moment(turn)
    check_windows(window, at - 2 * DAY, at + 2 * DAY, ZoneInfo(name))


@given(asked=ranges(), count=st.integers(1, 5))
def test_the_last_days_are_that_many_and_hold_the_moment(
    asked: tuple[int, int, ZoneInfo], count: int
) -> None:
    now, _, zone = asked
    start, end = last_days(count, now=now, zone=zone)
    around = windows(start - DAY, end + DAY, window="day", zone=zone)
    within = [(first, last) for first, last in around if start <= first and last <= end]
    assert (within[0][0], within[-1][1], len(within)) == (start, end, count)
    assert within[-1][0] <= now < end

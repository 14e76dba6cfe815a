"""Billing periods share time out, begin on the anchor's day, and agree with counting by hand."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from taximeter.pricing.price import Interval
from taximeter.subscriptions.periods import boundary, period_holding

INTERVALS: list[Interval] = ["day", "week", "month", "year"]
LAST = 253_402_300_799
MOMENTS = st.integers(0, LAST)


def moment(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def counted(anchor: int, interval: Interval, steps: int) -> int:
    """Return the moment so many intervals after an anchor, one step of the calendar at a time."""
    at = datetime.fromtimestamp(anchor, UTC)
    if interval in {"day", "week"}:
        return int((at + timedelta(days=steps * (1 if interval == "day" else 7))).timestamp())
    year, month = at.year, at.month
    for _ in range(steps * (1 if interval == "month" else 12)):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    day = min(at.day, monthrange(year, month)[1])
    return int(at.replace(year=year, month=month, day=day).timestamp())


@given(
    anchor=st.integers(0, moment("2100-01-01")),
    interval=st.sampled_from(INTERVALS),
    count=st.integers(1, 12),
    n=st.integers(0, 40),
)
@example(anchor=moment("2024-02-29T23:59:59"), interval="year", count=1, n=1)
@example(anchor=moment("2024-01-31"), interval="month", count=1, n=1)
def test_boundaries_are_where_counting_through_the_calendar_comes_to(
    anchor: int, interval: Interval, count: int, n: int
) -> None:
    assert boundary(anchor, interval, count, n) == counted(anchor, interval, n * count)


@given(anchor=MOMENTS, at=MOMENTS, interval=st.sampled_from(INTERVALS), count=st.integers(1, 1_000))
def test_each_moment_lies_in_one_period_and_the_next_begins_where_it_ends(
    anchor: int, at: int, interval: Interval, count: int
) -> None:
    start, end = period_holding(anchor, interval, count, at)
    assert start <= at < end
    assert period_holding(anchor, interval, count, start) == (start, end)
    assert period_holding(anchor, interval, count, end - 1) == (start, end)
    assert period_holding(anchor, interval, count, end)[0] == end
    assert period_holding(anchor, interval, count, start - 1)[1] == start


@pytest.mark.parametrize(
    ("anchor", "interval", "n", "expected"),
    [
        ("2026-01-31T10:00", "month", 1, "2026-02-28T10:00"),
        ("2026-01-31T10:00", "month", 2, "2026-03-31T10:00"),
        ("2028-01-31T10:00", "month", 1, "2028-02-29T10:00"),
        ("2026-01-31T10:00", "month", -2, "2025-11-30T10:00"),
        ("2024-02-29T10:00", "year", 1, "2025-02-28T10:00"),
        ("2024-02-29T10:00", "year", 4, "2028-02-29T10:00"),
        ("2026-03-28T10:00", "week", 1, "2026-04-04T10:00"),
        ("2026-12-31T23:59:59", "day", 1, "2027-01-01T23:59:59"),
    ],
)
def test_short_months_and_leap_years_keep_the_anchors_day(
    anchor: str, interval: Interval, n: int, expected: str
) -> None:
    assert boundary(moment(anchor), interval, 1, n) == moment(expected)

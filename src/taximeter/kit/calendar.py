"""Where the hours, days, weeks and months of a zone's calendar begin.

A local day lasts 23, 24 or 25 hours, may begin at one o'clock, and may be missing altogether. So
nothing is assumed but this: between two changes of a zone's offset from UTC its clock runs evenly,
and a window ends where the clock comes to another hour, day, week or month.
"""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from taximeter.kit.periods import DAY_SECONDS, HOUR_SECONDS

CalendarWindow = Literal["hour", "day", "week", "month"]
"""The windows of a local calendar; weeks begin on Monday."""

MOMENT_MAX = 253_370_764_800
"""The start of the year 9999 UTC, in Unix seconds: the last whose calendar goes on in each zone."""

WEEK_SECONDS = 7 * DAY_SECONDS
_MONDAY = 3 * DAY_SECONDS
"""From a Monday to the first of January 1970, a Thursday."""

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_LONGEST: dict[CalendarWindow, int] = {
    "hour": HOUR_SECONDS,
    "day": DAY_SECONDS,
    "week": WEEK_SECONDS,
    "month": 31 * DAY_SECONDS,
}

PROBE_SECONDS = DAY_SECONDS
"""How far apart a zone's offset is looked at; none has changed it twice in less than six days."""


def window_starts(start: int, end: int, *, window: CalendarWindow, zone: ZoneInfo) -> Iterator[int]:
    """Yield each moment after `start` and before `end`, in Unix seconds, where a window begins.

    An hour that the clock goes through twice is two windows, and so is one in which it jumps; a
    clock that is set back from one day into the one before opens the earlier day a second time.
    `start` is at least 0, and `end` at most MOMENT_MAX.
    """
    assert 0 <= start <= end <= MOMENT_MAX, "the calendar is asked for what it covers"
    moment = start
    while True:
        offset = _offset(moment, zone)
        turn = _turn(moment + offset, window) - offset
        changed = _offset_change(moment, min(turn, end), zone)
        moment = turn if changed is None else changed
        if moment >= end:
            return
        if changed is None or _begins(changed, offset, window, zone):
            yield moment


def last_days(days: int, *, now: int, zone: ZoneInfo) -> tuple[int, int]:
    """Return where the first of a zone's last days begins, and where today ends."""
    # Days of 25 hours, and one that a zone left out, need a little more than 24 hours each.
    early = now - (days + 3) * DAY_SECONDS
    begun = list(window_starts(early, now + 1, window="day", zone=zone))
    end = next(window_starts(now, now + 3 * DAY_SECONDS, window="day", zone=zone))
    return begun[-days], end


def _begins(moment: int, offset_before: int, window: CalendarWindow, zone: ZoneInfo) -> bool:
    """Say whether a change of offset opens a window."""
    last, first = moment - 1 + offset_before, moment + _offset(moment, zone)
    return window == "hour" or _began(last, window) != _began(first, window)


def _turn(local: int, window: CalendarWindow) -> int:
    """Return where the next window begins, on a clock that runs evenly."""
    return _began(_began(local, window) + _LONGEST[window], window)


def _began(local: int, window: CalendarWindow) -> int:
    """Return where the window that holds a local time began; both count seconds as UTC does."""
    if window == "month":
        day = date.fromordinal(local // DAY_SECONDS + _EPOCH_ORDINAL)
        return (day.replace(day=1).toordinal() - _EPOCH_ORDINAL) * DAY_SECONDS
    if window == "week":
        return (local + _MONDAY) // WEEK_SECONDS * WEEK_SECONDS - _MONDAY
    return local // _LONGEST[window] * _LONGEST[window]


def _offset_change(start: int, end: int, zone: ZoneInfo) -> int | None:
    """Return the first moment after `start`, up to `end`, with another offset than `start` has."""
    offset = _offset(start, zone)
    known = start
    while known < end:
        probed = min(known + PROBE_SECONDS, end)
        if _offset(probed, zone) != offset:
            between = range(known + 1, probed + 1)
            return between[bisect_left(between, True, key=lambda one: _offset(one, zone) != offset)]
        known = probed
    return None


def _offset(moment: int, zone: ZoneInfo) -> int:
    """Return how far a zone's clock is ahead of UTC, in seconds."""
    ahead = datetime.fromtimestamp(moment, zone).utcoffset()
    assert ahead is not None, "a zone has an offset at every moment"
    return ahead // timedelta(seconds=1)

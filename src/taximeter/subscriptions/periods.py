"""Where billing periods begin: every so many days, weeks, months or years from an anchor, in UTC.

Months keep the anchor's day and time of day. Where a month is too short for the day, its last one
stands in, and the next month has the anchor's again: 31 January, 28 February, 31 March.
"""

from calendar import monthrange
from datetime import date

from taximeter.kit.periods import DAY_SECONDS
from taximeter.pricing.price import Interval

_DAYS_EACH = {"day": 1, "week": 7}
_MONTHS_EACH = {"month": 1, "year": 12}

# The calendar repeats itself every 400 years, which carries it past the years that `date` knows.
_CYCLE_YEARS = 400
_CYCLE_DAYS = 146_097
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


def boundary(anchor: int, interval: Interval, count: int, n: int) -> int:
    """Return the n-th boundary from an anchor, in Unix seconds: 0 is the anchor, -1 the one before.

    A period lasts `count` intervals, at least one.
    """
    if interval in _DAYS_EACH:
        return anchor + n * count * _DAYS_EACH[interval] * DAY_SECONDS
    day, second_of_day = divmod(anchor, DAY_SECONDS)
    month, day_of_month = month_and_day(day)
    month += n * count * _MONTHS_EACH[interval]
    return day_of(month, day_of_month) * DAY_SECONDS + second_of_day


def period_holding(anchor: int, interval: Interval, count: int, moment: int) -> tuple[int, int]:
    """Return the period `[start, end)` that holds a moment, before the anchor or after it."""
    if interval in _DAYS_EACH:
        n = (moment - anchor) // (count * _DAYS_EACH[interval] * DAY_SECONDS)
    else:
        months = month_and_day(moment // DAY_SECONDS)[0] - month_and_day(anchor // DAY_SECONDS)[0]
        n = months // (count * _MONTHS_EACH[interval])
        if boundary(anchor, interval, count, n) > moment:
            n -= 1
    return boundary(anchor, interval, count, n), boundary(anchor, interval, count, n + 1)


def month_and_day(day: int) -> tuple[int, int]:
    """Return the month, counted from the year 0, and the day of the month of a day since 1970."""
    cycles, rest = divmod(day + _EPOCH_ORDINAL - 1, _CYCLE_DAYS)
    found = date.fromordinal(rest + 1)
    return (cycles * _CYCLE_YEARS + found.year) * 12 + found.month - 1, found.day


def day_of(month: int, day_of_month: int) -> int:
    """Return the day since 1970 of a month's day, or of its last one where it is shorter."""
    year, month_of_year = divmod(month, 12)
    # The years 1 to 400 stand for all others: they hold a whole cycle of leap years.
    cycles, rest = divmod(year - 1, _CYCLE_YEARS)
    last = monthrange(rest + 1, month_of_year + 1)[1]
    ordinal = date(rest + 1, month_of_year + 1, min(day_of_month, last)).toordinal()
    return cycles * _CYCLE_DAYS + ordinal - _EPOCH_ORDINAL

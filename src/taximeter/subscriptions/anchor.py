"""An anchor that is given by the calendar: a day of the month, and a time of that day."""

from taximeter.errors import InvalidRequest
from taximeter.kit.periods import DAY_SECONDS, HOUR_SECONDS, MINUTE_SECONDS
from taximeter.pricing.price import Price
from taximeter.subscriptions.periods import day_of, month_and_day
from taximeter.subscriptions.subscription import AnchorConfig, interval_of

_MONTHS = {"month": 1, "year": 12}
_PERIODS_MAX = 100
"""How far to look for a month that has the day: a 29 February is at most eight years away."""


def anchor_of(config: AnchorConfig, price: Price, *, now: int) -> int:
    """Return an anchor whose periods begin where the calendar says, the next one first.

    It is the next such moment, or, where a short month moves that to its last day, the first later
    one that is not moved, from which the same periods are counted. Raises InvalidRequest for prices
    by the day or week.
    """
    interval, count = interval_of(price)
    if interval not in _MONTHS:
        raise InvalidRequest(
            "billing_cycle_anchor_config needs prices by the month or year; "
            f"'{price.id}' is billed by the {interval}. Send billing_cycle_anchor instead.",
            param="billing_cycle_anchor_config",
        )
    month, _ = month_and_day(now // DAY_SECONDS)
    seconds = _time_of_day(config, now)
    # In this month, or in the month that is named: a period before that, so that none is missed.
    months = 1 if config.month is None else 12
    if config.month is not None:
        month = month // 12 * 12 + config.month - 1
    start = month - months
    while (moment := _moment(start, config, seconds)) <= now:
        start += months
    step = count * _MONTHS[interval]
    for n in range(_PERIODS_MAX):
        later = start + n * step
        day = day_of(later, config.day_of_month)
        if month_and_day(day) == (later, config.day_of_month):
            return day * DAY_SECONDS + seconds
    return moment


def _moment(month: int, config: AnchorConfig, seconds: int) -> int:
    return day_of(month, config.day_of_month) * DAY_SECONDS + seconds


def _time_of_day(config: AnchorConfig, now: int) -> int:
    time = now % DAY_SECONDS
    hour = time // HOUR_SECONDS if config.hour is None else config.hour
    minute = time % HOUR_SECONDS // MINUTE_SECONDS if config.minute is None else config.minute
    second = time % MINUTE_SECONDS if config.second is None else config.second
    return hour * HOUR_SECONDS + minute * MINUTE_SECONDS + second

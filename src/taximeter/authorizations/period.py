"""Over which range a usage alert counts: for ever, or the billing period that holds a moment."""

from taximeter.alerts.alert import UsageThreshold
from taximeter.alerts.watches import EVER_US
from taximeter.invoicing.standing import Standing
from taximeter.kit.clock import MICROSECONDS
from taximeter.subscriptions.periods import period_holding

MONTHS_FROM = 0
"""Calendar months in UTC are counted from 1970."""


def usage_range(
    threshold: UsageThreshold, at_us: int, standing: Standing | None
) -> tuple[int, int]:
    """Return the range `[start, end)`, in microseconds, that a threshold counts at a moment.

    A billing period is that of the customer's subscription with an item on the meter; where there
    is none, it is the calendar month in UTC.
    """
    if threshold.recurrence == "one_time":
        return EVER_US
    start, end = _period(threshold.meter, at_us // MICROSECONDS, standing)
    return start * MICROSECONDS, end * MICROSECONDS


def _period(meter: str, at: int, standing: Standing | None) -> tuple[int, int]:
    if standing is None:
        return period_holding(MONTHS_FROM, "month", 1, at)
    for subscription in standing.subscriptions:
        for item in subscription.items:
            recurring = standing.terms.recurring(item.price)
            if recurring.meter != meter:
                continue
            if item.current_period_start <= at < item.current_period_end:
                return item.current_period_start, item.current_period_end
            return period_holding(
                subscription.billing_cycle_anchor,
                recurring.interval,
                recurring.interval_count,
                at,
            )
    return period_holding(MONTHS_FROM, "month", 1, at)

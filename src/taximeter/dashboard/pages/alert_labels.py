"""What an alert waits for, in a few words."""

from typing import assert_never

from taximeter.alerts.alert import Alert, Recurrence
from taximeter.dashboard.format import amount, quantity
from taximeter.pricing.price import DimensionFilters

KINDS = {
    "usage_threshold": "Usage",
    "spend_threshold": "Spend",
    "credit_balance_threshold": "Credits",
}
"""What an alert watches, by its type."""


def segment_says(filters: DimensionFilters) -> str:
    """Return which part of a meter's usage is watched: `model = a or b`; nothing for all of it."""
    return ", ".join(f"{key} = {' or '.join(values)}" for key, values in filters)


def alert_says(alert: Alert, meter_name: str) -> str:
    """Return what an alert waits for: `Tokens where model = opus reaches 1,000`."""
    match alert.alert_type:
        case "usage_threshold":
            usage = alert.usage_threshold
            assert usage is not None, "an alert has the threshold of its type"
            segment = segment_says(usage.dimension_filters)
            of = f"{meter_name} where {segment}" if segment else meter_name
            return f"{of} reaches {quantity(usage.gte)}"
        case "spend_threshold":
            spend = alert.spend_threshold
            assert spend is not None, "an alert has the threshold of its type"
            return f"Spend reaches {amount(spend.gte, spend.currency)}"
        case "credit_balance_threshold":
            credit = alert.credit_balance_threshold
            assert credit is not None, "an alert has the threshold of its type"
            return f"Credits fall to {amount(credit.lte, credit.currency)}"
        case _:
            assert_never(alert.alert_type)


def recurrence_says(alert: Alert) -> str:
    """Return how often an alert tells of a customer."""
    threshold = alert.usage_threshold or alert.spend_threshold
    if threshold is None:
        return "each time they fall that far"
    return _RECURRENCES[threshold.recurrence]


_RECURRENCES: dict[Recurrence, str] = {
    "one_time": "once",
    "billing_period": "once in each billing period",
}

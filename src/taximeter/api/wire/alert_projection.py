"""`billing.alert_projection` on the wire: beyond Stripe."""

from typing import Literal

import msgspec

from taximeter.alerts.alert import Alert
from taximeter.alerts.projection import Outlook, Reason
from taximeter.api.wire.alert import Number, number
from taximeter.environments import Environment


class AlertProjectionObject(msgspec.Struct, frozen=True, kw_only=True):
    """What an alert's number is for a customer now, and when it will have crossed.

    `value_per_day` is by how much it changes in the next day, if usage goes on as it has of late.
    """

    object: Literal["billing.alert_projection"] = "billing.alert_projection"
    alert: str
    customer: str
    livemode: bool
    projected_crossing_at: int | None
    reason: Reason | None
    threshold: Number
    value: Number
    value_per_day: Number


def projection_object(
    found: Outlook, alert: Alert, customer: str, environment: Environment
) -> AlertProjectionObject:
    """Render a projection."""
    return AlertProjectionObject(
        alert=alert.id,
        customer=customer,
        livemode=environment.livemode,
        projected_crossing_at=found.crossing_at,
        reason=found.reason,
        threshold=_threshold(alert),
        value=number(found.value),
        value_per_day=number(found.per_day),
    )


def _threshold(alert: Alert) -> Number:
    if alert.usage_threshold is not None:
        return number(alert.usage_threshold.gte)
    if alert.spend_threshold is not None:
        return alert.spend_threshold.gte
    assert alert.credit_balance_threshold is not None, "an alert has the threshold of its type"
    return alert.credit_balance_threshold.lte

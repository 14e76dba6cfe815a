"""`plan` on the wire: what prices were before they were prices; items still carry it."""

from typing import Literal

import msgspec

from taximeter.api.wire.price import spelled, whole
from taximeter.environments import Environment
from taximeter.pricing.price import (
    BillingScheme,
    Interval,
    Price,
    TiersMode,
    TransformQuantity,
    UsageType,
)
from taximeter.subscriptions.subscription import interval_of


class PlanObject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A recurring price, in the older vocabulary."""

    id: str
    object: Literal["plan"] = "plan"
    active: bool
    amount: int | None
    amount_decimal: str | None
    billing_scheme: BillingScheme
    created: int
    currency: str
    interval: Interval
    interval_count: int
    livemode: bool
    metadata: dict[str, str]
    meter: str | None
    nickname: str | None
    product: str
    tiers_mode: TiersMode | None
    transform_usage: TransformQuantity | None
    trial_period_days: int | None
    usage_type: UsageType


def plan_object(price: Price, environment: Environment) -> PlanObject:
    """Render a recurring price as a plan."""
    interval, count = interval_of(price)
    assert price.recurring is not None, "one-time prices are refused on subscriptions"
    amount = price.currency_options[price.currency].unit_amount
    return PlanObject(
        id=price.id,
        active=price.active,
        amount=whole(amount),
        amount_decimal=spelled(amount),
        billing_scheme=price.billing_scheme,
        created=price.created,
        currency=price.currency,
        interval=interval,
        interval_count=count,
        livemode=environment.livemode,
        metadata=price.metadata,
        meter=price.recurring.meter,
        nickname=price.nickname,
        product=price.product,
        tiers_mode=price.tiers_mode,
        transform_usage=price.transform_quantity,
        trial_period_days=price.recurring.trial_period_days,
        usage_type=price.recurring.usage_type,
    )

"""`subscription_item` on the wire."""

from typing import Literal

import msgspec

from taximeter.api.wire.plan import PlanObject, plan_object
from taximeter.api.wire.price import PriceObject
from taximeter.environments import Environment
from taximeter.pricing.price import Price
from taximeter.subscriptions.subscription import SubscriptionItem


class ItemThresholdsObject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A quantity at which usage is invoiced."""

    usage_gte: int


class SubscriptionItemObject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An item; `billed_until` is up to where invoices carry its usage, or its time."""

    id: str
    object: Literal["subscription_item"] = "subscription_item"
    billed_until: int
    billing_thresholds: ItemThresholdsObject | None
    created: int
    current_period_end: int
    current_period_start: int
    current_trial: None = None
    discounts: tuple[()] = ()
    metadata: dict[str, str]
    plan: PlanObject
    price: PriceObject
    quantity: int | None
    subscription: str
    tax_rates: tuple[()] = ()


class DeletedSubscriptionItemObject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """All that is left to see of a removed item."""

    id: str
    object: Literal["subscription_item"] = "subscription_item"
    deleted: Literal[True] = True


def subscription_item_object(
    item: SubscriptionItem,
    *,
    subscription: str,
    price: Price,
    rendered_price: PriceObject,
    environment: Environment,
) -> SubscriptionItemObject:
    """Render an item with its price."""
    paid_until = item.billed_until or item.current_period_end
    gte = item.usage_gte
    return SubscriptionItemObject(
        id=item.id,
        billed_until=item.usage_start if price.metered else paid_until,
        billing_thresholds=None if gte is None else ItemThresholdsObject(usage_gte=gte),
        created=item.created,
        current_period_end=item.current_period_end,
        current_period_start=item.current_period_start,
        metadata=item.metadata,
        plan=plan_object(price, environment),
        price=rendered_price,
        quantity=item.quantity,
        subscription=subscription,
    )

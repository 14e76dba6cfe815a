"""Subscriptions and items with all that is shown inside of them, or expanded."""

from collections.abc import Mapping

from taximeter.api.expand import within
from taximeter.api.params import Params
from taximeter.api.resources import invoice_view, prices
from taximeter.api.services import Context
from taximeter.api.wire.customer import customer_object
from taximeter.api.wire.invoice import InvoiceObject
from taximeter.api.wire.price import PRICE_EXPANDABLE
from taximeter.api.wire.subscription import SubscriptionObject, subscription_object
from taximeter.api.wire.subscription_item import (
    SubscriptionItemObject,
    subscription_item_object,
)
from taximeter.api.wire.test_clock import TestClockObject, test_clock_object
from taximeter.pricing.price import Price
from taximeter.subscriptions.subscription import Subscription, SubscriptionItem

ITEM_EXPANDABLE = frozenset({"price", *(f"price.{name}" for name in PRICE_EXPANDABLE)})
_OF_ITEMS = "items.data"
EXPANDABLE = frozenset(
    {
        "application",
        "customer",
        "default_payment_method",
        "default_source",
        "latest_invoice",
        "latest_invoice.confirmation_secret",
        *(f"latest_invoice.{name}" for name in invoice_view.EXPANDABLE),
        "on_behalf_of",
        "pending_setup_intent",
        "schedule",
        "test_clock",
        "items",
        _OF_ITEMS,
        *(f"{_OF_ITEMS}.{name}" for name in ITEM_EXPANDABLE),
    }
)


def rendered(
    context: Context, subscription: Subscription, names: frozenset[str]
) -> SubscriptionObject:
    """Render a subscription with what is expanded of it, looking up what that needs."""
    unit, environment = context.unit, context.environment
    found = unit.prices.many(environment.id, {item.price for item in subscription.items})
    customer = None
    if "customer" in names:
        customer = unit.customers.get(environment.id, subscription.customer)
    return subscription_object(
        subscription,
        environment,
        items=[
            rendered_item(context, item, subscription, found, within(names, _OF_ITEMS))
            for item in subscription.items
        ],
        customer=None if customer is None else customer_object(customer, environment),
        latest_invoice=_latest_invoice(context, subscription, names),
        test_clock=_test_clock(context, subscription, names),
    )


def _test_clock(
    context: Context, subscription: Subscription, names: frozenset[str]
) -> TestClockObject | None:
    if "test_clock" not in names or subscription.test_clock is None:
        return None
    clock = context.unit.test_clocks.get(context.environment.id, subscription.test_clock)
    return None if clock is None else test_clock_object(clock, context.environment)


def _latest_invoice(
    context: Context, subscription: Subscription, names: frozenset[str]
) -> InvoiceObject | None:
    if "latest_invoice" not in names or subscription.latest_invoice is None:
        return None
    invoice = context.unit.invoices.get(context.environment.id, subscription.latest_invoice)
    inner = Params(expand=tuple(within(names, "latest_invoice")))
    return None if invoice is None else invoice_view.view(context, inner, invoice)


def rendered_item(
    context: Context,
    item: SubscriptionItem,
    subscription: Subscription,
    found: Mapping[str, Price],
    names: frozenset[str],
) -> SubscriptionItemObject:
    """Render an item with what is expanded of it; `found` holds its price."""
    price = found[item.price]
    return subscription_item_object(
        item,
        subscription=subscription.id,
        price=price,
        rendered_price=prices.rendered(context, price, within(names, "price")),
        environment=context.environment,
    )

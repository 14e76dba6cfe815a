"""Records rendered as the API answers them, unexpanded, many of a kind at once."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from taximeter.api.snapshots.standing import Standing
from taximeter.api.wire.credit_balance import transaction_object
from taximeter.api.wire.credit_grant import credit_grant_object
from taximeter.api.wire.customer import customer_object
from taximeter.api.wire.invoice import InvoiceObject, invoice_object
from taximeter.api.wire.invoice_item import invoice_item_object
from taximeter.api.wire.meter import meter_object
from taximeter.api.wire.price import price_object
from taximeter.api.wire.product import product_object
from taximeter.api.wire.subscription import SubscriptionObject, subscription_object
from taximeter.api.wire.subscription_item import subscription_item_object
from taximeter.api.wire.test_clock import test_clock_object
from taximeter.changes import ChangedKind
from taximeter.environments import Environment
from taximeter.invoicing.invoice import Invoice
from taximeter.invoicing.shown import shown_with
from taximeter.subscriptions.subscription import Subscription

Render = Callable[[Standing, Sequence[Any]], Sequence[msgspec.Struct]]


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """How records of a kind are rendered, and where one is read."""

    path: str
    render: Render


def _each(one: Callable[[Any, Environment], msgspec.Struct]) -> Render:
    return lambda standing, records: [one(record, standing.environment) for record in records]


def _invoices(standing: Standing, invoices: Sequence[Invoice]) -> list[InvoiceObject]:
    """Render invoices; the quantities of a draft are those that it stands with."""
    customers = standing.customers({one.customer for one in invoices})
    subscriptions = standing.subscriptions(
        {one.subscription for one in invoices if one.subscription is not None}
    )
    drafts = {one.customer for one in invoices if one.status == "draft"}
    rendered = []
    for one in shown_with(invoices, customers=customers, paying=standing.credits(drafts)):
        subscription = subscriptions.get(one.subscription or "")
        rendered.append(
            invoice_object(
                one,
                standing.environment,
                customer=customers[one.customer],
                subscription_metadata=None if subscription is None else subscription.metadata,
            )
        )
    return rendered


def _subscriptions(
    standing: Standing, subscriptions: Sequence[Subscription]
) -> list[SubscriptionObject]:
    environment = standing.environment
    prices = standing.prices({item.price for one in subscriptions for item in one.items})
    rendered = {id: price_object(price, environment) for id, price in prices.items()}
    return [
        subscription_object(
            one,
            environment,
            items=[
                subscription_item_object(
                    item,
                    subscription=one.id,
                    price=prices[item.price],
                    rendered_price=rendered[item.price],
                    environment=environment,
                )
                for item in one.items
            ],
        )
        for one in subscriptions
    ]


KINDS: Mapping[ChangedKind, Kind] = {
    "credit_balance_transaction": Kind(
        path="/v1/billing/credit_balance_transactions", render=_each(transaction_object)
    ),
    "credit_grant": Kind(path="/v1/billing/credit_grants", render=_each(credit_grant_object)),
    "customer": Kind(path="/v1/customers", render=_each(customer_object)),
    "invoice": Kind(path="/v1/invoices", render=_invoices),
    "invoice_item": Kind(path="/v1/invoiceitems", render=_each(invoice_item_object)),
    "meter": Kind(path="/v1/billing/meters", render=_each(meter_object)),
    "price": Kind(path="/v1/prices", render=_each(price_object)),
    "product": Kind(path="/v1/products", render=_each(product_object)),
    "subscription": Kind(path="/v1/subscriptions", render=_subscriptions),
    "test_clock": Kind(path="/v1/test_helpers/test_clocks", render=_each(test_clock_object)),
}

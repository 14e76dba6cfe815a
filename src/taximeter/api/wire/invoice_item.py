"""`invoiceitem` on the wire."""

from typing import Literal

import msgspec

from taximeter.api.wire.customer import CustomerObject, DeletedCustomerObject
from taximeter.api.wire.line_item import PeriodObject, PricingObject, pricing_object
from taximeter.environments import Environment
from taximeter.invoicing.invoice import InvoiceItem
from taximeter.kit import decimals


class ItemSubscriptionDetails(msgspec.Struct, frozen=True, kw_only=True):
    """The subscription that an item is for."""

    subscription: str
    subscription_item: str | None


class ItemParent(msgspec.Struct, frozen=True, kw_only=True):
    """What made an item."""

    subscription_details: ItemSubscriptionDetails
    type: Literal["subscription_details"] = "subscription_details"


class InvoiceItemObject(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice item, pending or on an invoice."""

    id: str
    object: Literal["invoiceitem"] = "invoiceitem"
    amount: int
    currency: str
    customer: str | CustomerObject | DeletedCustomerObject
    customer_account: None = None
    date: int
    description: str | None
    discountable: bool
    discounts: tuple[()] = ()
    frozen_fields: None = None
    invoice: str | None
    invoicing_rules: None = None
    livemode: bool
    metadata: dict[str, str]
    net_amount: int
    parent: ItemParent | None
    period: PeriodObject
    pricing: PricingObject | None
    proration: bool
    proration_details: None = None
    quantity: int
    quantity_decimal: str
    tax_rates: tuple[()] = ()
    test_clock: str | None


class DeletedInvoiceItemObject(msgspec.Struct, frozen=True, kw_only=True):
    """All that is left to see of a deleted item."""

    id: str
    object: Literal["invoiceitem"] = "invoiceitem"
    deleted: Literal[True] = True


def invoice_item_object(
    item: InvoiceItem,
    environment: Environment,
    *,
    customer: CustomerObject | DeletedCustomerObject | None = None,
) -> InvoiceItemObject:
    """Render an item; `customer` stands in place of the customer's id."""
    parent = None
    if item.subscription is not None:
        parent = ItemParent(
            subscription_details=ItemSubscriptionDetails(
                subscription=item.subscription, subscription_item=item.subscription_item
            )
        )
    return InvoiceItemObject(
        id=item.id,
        amount=item.amount,
        currency=item.currency,
        customer=item.customer if customer is None else customer,
        date=item.created,
        description=item.description,
        discountable=item.discountable,
        invoice=item.invoice,
        livemode=environment.livemode,
        metadata=item.metadata,
        net_amount=item.amount,
        parent=parent,
        period=PeriodObject(start=item.period_start, end=item.period_end),
        pricing=pricing_object(item.price, item.product, item.unit_amount),
        proration=item.proration,
        quantity=int(item.quantity),
        quantity_decimal=decimals.text(item.quantity),
        test_clock=item.test_clock,
    )

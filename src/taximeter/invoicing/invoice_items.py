"""The use cases of invoice items: made, changed and deleted until an invoice with them is final."""

from decimal import Decimal
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from taximeter.environments import Environment
from taximeter.errors import (
    InvalidRequest,
    NotFound,
    ParameterMissing,
    ParametersExclusive,
    ResourceMissing,
)
from taximeter.invoicing.drafts import FALLBACK_CURRENCY, find_customer
from taximeter.invoicing.invoice import Invoice, InvoiceItem
from taximeter.invoicing.items import item_lines
from taximeter.invoicing.present import customers_present
from taximeter.invoicing.status import check_draft
from taximeter.invoicing.stores import BillingUnit
from taximeter.kit import decimals, money
from taximeter.kit.clock import Clock
from taximeter.kit.ids import new_id
from taximeter.metadata import merged_metadata
from taximeter.pricing.price import Price
from taximeter.pricing.rate import rate


class ItemChange(msgspec.Struct, frozen=True, kw_only=True):
    """What an item may be: what is UNSET stays, None unsets. `period` is start and end."""

    amount: int | UnsetType = UNSET
    description: str | None | UnsetType = UNSET
    discountable: bool | UnsetType = UNSET
    metadata: dict[str, str] | None | UnsetType = UNSET
    period: tuple[int, int] | UnsetType = UNSET
    price: str | UnsetType = UNSET
    product: str | UnsetType = UNSET
    quantity: Decimal | UnsetType = UNSET
    unit_amount: Decimal | UnsetType = UNSET


class NewItem(msgspec.Struct, frozen=True, kw_only=True):
    """A new item, and whose it is."""

    customer: str | None = None
    currency: str | None = None
    invoice: str | None = None
    subscription: str | None = None
    change: ItemChange = ItemChange()


def retrieve(*, unit: BillingUnit, environment: Environment, id: str) -> InvoiceItem:
    """Return the item. Raises NotFound."""
    item = unit.invoice_items.get(environment.id, id)
    if item is None:
        raise NotFound(f"No such invoiceitem: '{id}'", param="invoiceitem")
    return item


def create(
    *, unit: BillingUnit, environment: Environment, clock: Clock, new: NewItem
) -> InvoiceItem:
    """Make an item, pending or on a draft. Raises InvalidRequest and its kind."""
    draft = None
    if new.invoice is not None:
        draft = unit.invoices.get(environment.id, new.invoice)
        if draft is None:
            raise ResourceMissing(f"No such invoice: '{new.invoice}'", param="invoice")
        check_draft(draft, "added to")
    owner = new.customer or (None if draft is None else draft.customer)
    if owner is None:
        raise ParameterMissing("Missing required param: customer.", param="customer")
    customer = find_customer(unit, environment, owner)
    subscription = new.subscription
    if subscription is not None:
        found = unit.subscriptions.get(environment.id, subscription)
        if found is None or found.customer != customer.id:
            raise ResourceMissing(
                f"No such subscription of customer {customer.id}: '{subscription}'",
                param="subscription",
            )
    now = customers_present(unit=unit, customer=customer, clock=clock)
    price = _price(unit, environment, new.change.price)
    currency = new.currency or _own_currency(price, draft) or customer.details.currency
    item = InvoiceItem(
        id=new_id("ii"),
        environment=environment.id,
        created=now,
        customer=customer.id,
        test_clock=customer.test_clock,
        currency=currency or FALLBACK_CURRENCY,
        amount=0,
        description=None,
        period_start=now,
        period_end=now,
        subscription=subscription,
        invoice=None if draft is None else draft.id,
    )
    if draft is not None and (draft.customer, draft.currency) != (customer.id, item.currency):
        raise InvalidRequest(
            f"Invoice {draft.id} is of customer {draft.customer} and in {draft.currency}; an item "
            "on it has to be as well.",
            param="invoice",
        )
    if new.change.amount is UNSET and new.change.unit_amount is UNSET and price is None:
        raise ParameterMissing(
            "Missing required param: amount. Send an amount, unit_amount_decimal, or the price in "
            "pricing[price].",
            param="amount",
        )
    item = _changed(item, new.change, price, unit, environment)
    unit.invoice_items.add([item])
    if draft is not None:
        lines = (*draft.lines, *item_lines(item))
        unit.invoices.save([msgspec.structs.replace(draft, lines=lines)])
    return item


def _own_currency(price: Price | None, draft: Invoice | None) -> str | None:
    if draft is not None:
        return draft.currency
    return None if price is None else price.currency


def update(
    *, unit: BillingUnit, environment: Environment, id: str, change: ItemChange
) -> InvoiceItem:
    """Change an item, and its line on a draft. Raises NotFound, InvalidRequest and its kind."""
    item = retrieve(unit=unit, environment=environment, id=id)
    draft = _draft_of(unit, item, "changed")
    price = _price(unit, environment, item.price if change.price is UNSET else change.price)
    item = _changed(item, change, price, unit, environment)
    unit.invoice_items.save([item])
    if draft is not None:
        first = next(i for i, line in enumerate(draft.lines) if line.invoice_item == item.id)
        kept = [line for line in draft.lines if line.invoice_item != item.id]
        fresh = [msgspec.structs.replace(line) for line in item_lines(item)]
        if len(fresh) == 1:
            fresh = [msgspec.structs.replace(fresh[0], id=draft.lines[first].id)]
        lines = (*kept[:first], *fresh, *kept[first:])
        unit.invoices.save([msgspec.structs.replace(draft, lines=lines)])
    return item


def delete(*, unit: BillingUnit, environment: Environment, id: str) -> InvoiceItem:
    """Delete an item, and its line on a draft. Raises NotFound and InvalidRequest."""
    item = retrieve(unit=unit, environment=environment, id=id)
    draft = _draft_of(unit, item, "deleted")
    unit.invoice_items.delete(environment.id, id)
    if draft is not None:
        lines = tuple(line for line in draft.lines if line.invoice_item != id)
        unit.invoices.save([msgspec.structs.replace(draft, lines=lines)])
    return item


def _draft_of(unit: BillingUnit, item: InvoiceItem, doing: str) -> Invoice | None:
    """Return the draft that an item stands on, or None for a pending one."""
    if item.invoice is None:
        return None
    invoice = unit.invoices.get(item.environment, item.invoice)
    if invoice is not None and invoice.status != "draft":
        raise InvalidRequest(
            f"Invoice item {item.id} is on invoice {invoice.id}, which is finalized, and cannot be "
            f"{doing}. Void the invoice and create another one instead.",
            code="invoice_not_editable",
        )
    return invoice


def _price(unit: BillingUnit, environment: Environment, id: str | None | UnsetType) -> Price | None:
    if id is None or id is UNSET:
        return None
    price = unit.prices.get(environment.id, id)
    if price is None:
        raise ResourceMissing(f"No such price: '{id}'", param="pricing[price]")
    if price.recurring is not None:
        raise InvalidRequest(
            f"Price {id} is recurring, and invoice items take one-time prices only. Put it on a "
            "subscription instead.",
            param="pricing[price]",
        )
    return price


def _changed(
    item: InvoiceItem,
    change: ItemChange,
    price: Price | None,
    unit: BillingUnit,
    environment: Environment,
) -> InvoiceItem:
    """Apply a change and work out the amount. Raises InvalidRequest and its kind."""
    for name in ("amount", "price", "product", "quantity", "unit_amount"):
        if item.lines and getattr(change, name) is not UNSET:
            raise InvalidRequest(
                f"Invoice item {item.id} bills usage; its amount follows from that and cannot be "
                "set. Delete it, and create another one.",
                param=name,
            )
    if change.amount is not UNSET and (
        change.unit_amount is not UNSET or change.price is not UNSET or change.product is not UNSET
    ):
        raise ParametersExclusive(
            "You may only specify one of these parameters: amount, unit_amount_decimal, pricing, "
            "price_data.",
            param="amount",
        )
    values: dict[str, Any] = {
        name: value
        for name in ("description", "discountable", "price", "product", "quantity", "unit_amount")
        if (value := getattr(change, name)) is not UNSET
    }
    if change.metadata is not UNSET:
        values["metadata"] = merged_metadata(item.metadata, change.metadata)
    if change.period is not UNSET:
        values["period_start"], values["period_end"] = change.period
        if change.period[0] > change.period[1]:
            raise InvalidRequest(
                "Invalid period[end]: it must not lie before period[start].", param="period[end]"
            )
    if change.amount is not UNSET:
        values |= {"amount": change.amount, "price": None, "product": None}
        values |= {"quantity": Decimal(1), "unit_amount": Decimal(change.amount)}
    item = msgspec.structs.replace(item, **values)
    if change.amount is UNSET and not item.lines:
        item = _rated(item, price)
    if item.description is None and item.product is not None:
        product = unit.products.get(environment.id, item.product)
        described = None if product is None else product.name
        item = msgspec.structs.replace(item, description=described)
    return item


def _rated(item: InvoiceItem, price: Price | None) -> InvoiceItem:
    if price is not None:
        if item.currency not in price.currency_options:
            raise InvalidRequest(
                f"Price {price.id} has no amount in {item.currency}; use one of "
                f"{', '.join(sorted(price.currency_options))}.",
                param="currency",
            )
        charges = rate(price, currency=item.currency, quantity=item.quantity)
        return msgspec.structs.replace(
            item,
            amount=sum(charge.amount for charge in charges),
            product=price.product,
            unit_amount=charges[0].unit_amount if len(charges) == 1 else None,
        )
    if item.unit_amount is None:
        return item
    exact = decimals.product(item.quantity, item.unit_amount)
    return msgspec.structs.replace(item, amount=money.rounded(exact, item.currency))

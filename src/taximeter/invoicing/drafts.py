"""The use cases of drafts: made by hand, changed, deleted, read back."""

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from taximeter.customers import Customer
from taximeter.environments import Environment
from taximeter.errors import (
    InvalidRequest,
    NotFound,
    ParameterMissing,
    ParametersExclusive,
    ResourceMissing,
)
from taximeter.invoicing.invoice import Invoice
from taximeter.invoicing.items import item_lines, items_for
from taximeter.invoicing.present import customers_present
from taximeter.invoicing.renewal import finalization
from taximeter.invoicing.status import check_draft
from taximeter.invoicing.stores import BillingUnit
from taximeter.kit.clock import Clock
from taximeter.kit.ids import new_id
from taximeter.kit.periods import HOUR_SECONDS
from taximeter.metadata import merged_metadata
from taximeter.settings import Settings
from taximeter.subscriptions.subscription import CollectionMethod

FALLBACK_CURRENCY = "usd"


class DraftChange(msgspec.Struct, frozen=True, kw_only=True):
    """What of a draft may be set: what is UNSET stays, None unsets."""

    auto_advance: bool | UnsetType = UNSET
    automatically_finalizes_at: int | UnsetType = UNSET
    collection_method: CollectionMethod | UnsetType = UNSET
    days_until_due: int | UnsetType = UNSET
    description: str | None | UnsetType = UNSET
    due_date: int | UnsetType = UNSET
    footer: str | None | UnsetType = UNSET
    metadata: dict[str, str] | None | UnsetType = UNSET


class NewDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller wants an invoice to be."""

    customer: str | None = None
    subscription: str | None = None
    currency: str | None = None
    pending_invoice_items_behavior: Literal["include", "exclude"] = "exclude"
    change: DraftChange = DraftChange()


def find_customer(unit: BillingUnit, environment: Environment, id: str) -> Customer:
    """Return a customer who is not deleted. Raises ResourceMissing."""
    customer = unit.customers.get(environment.id, id)
    if customer is None or customer.deleted_at is not None:
        raise ResourceMissing(f"No such customer: '{id}'", param="customer")
    return customer


def retrieve(*, unit: BillingUnit, environment: Environment, id: str) -> Invoice:
    """Return the invoice. Raises NotFound."""
    invoice = unit.invoices.get(environment.id, id)
    if invoice is None:
        raise NotFound(f"No such invoice: '{id}'", param="invoice")
    return invoice


def create(
    *,
    unit: BillingUnit,
    environment: Environment,
    clock: Clock,
    settings: Settings,
    new: NewDraft,
) -> Invoice:
    """Make a draft by hand, of pending items where they are to be included.

    For a subscription it is made of that one's pending items. Raises InvalidRequest and its kind.
    """
    customer = _customer_of(unit, environment, new)
    now = customers_present(unit=unit, customer=customer, clock=clock)
    pending = unit.invoice_items.pending(environment.id, [customer.id])
    currency = new.currency or customer.details.currency
    if currency is None:
        currency = next((item.currency for item in pending), FALLBACK_CURRENCY)
    invoice = Invoice(
        id=new_id("in"),
        environment=environment.id,
        created=now,
        customer=customer.id,
        test_clock=customer.test_clock,
        subscription=new.subscription,
        currency=currency,
        billing_reason="manual",
        period_start=now,
        period_end=now,
        auto_advance=False,
    )
    items = items_for(
        pending, customer=customer.id, currency=currency, subscription=new.subscription
    )
    if new.subscription is not None:
        items = tuple(item for item in items if item.subscription == new.subscription)
        if not items:
            raise InvalidRequest(
                f"Nothing to invoice for subscription {new.subscription}: it has no pending "
                "invoice items. Its usage is billed at the end of its period.",
                param="subscription",
                code="invoice_no_subscription_line_items",
            )
    elif new.pending_invoice_items_behavior == "exclude":
        items = ()
    invoice = changed(invoice, new.change, now=now, settings=settings)
    invoice = msgspec.structs.replace(
        invoice, lines=tuple(line for item in items for line in item_lines(item))
    )
    unit.invoices.add([invoice])
    unit.invoice_items.save([msgspec.structs.replace(item, invoice=invoice.id) for item in items])
    schedule(unit, invoice)
    return invoice


def _customer_of(unit: BillingUnit, environment: Environment, new: NewDraft) -> Customer:
    if new.subscription is None:
        if new.customer is None:
            raise InvalidRequest(
                "Missing required param: customer.", param="customer", code="parameter_missing"
            )
        return find_customer(unit, environment, new.customer)
    subscription = unit.subscriptions.get(environment.id, new.subscription)
    if subscription is None:
        raise ResourceMissing(f"No such subscription: '{new.subscription}'", param="subscription")
    if new.customer not in {None, subscription.customer}:
        raise InvalidRequest(
            f"Subscription {subscription.id} is not of customer {new.customer}; leave the customer "
            "out.",
            param="customer",
        )
    return find_customer(unit, environment, subscription.customer)


def update(
    *,
    unit: BillingUnit,
    environment: Environment,
    clock: Clock,
    settings: Settings,
    id: str,
    change: DraftChange,
) -> Invoice:
    """Change a draft; of a finalized invoice the metadata. Raises NotFound and InvalidRequest."""
    invoice = retrieve(unit=unit, environment=environment, id=id)
    allowed = DraftChange(metadata=change.metadata, auto_advance=change.auto_advance)
    if change != allowed:
        check_draft(invoice, "changed but for its metadata")
    customer = unit.customers.get(environment.id, invoice.customer)
    assert customer is not None, "customers are kept for their invoices"
    now = customers_present(unit=unit, customer=customer, clock=clock)
    updated = changed(invoice, change, now=now, settings=settings)
    unit.invoices.save([updated])
    schedule(unit, updated)
    return updated


def changed(invoice: Invoice, change: DraftChange, *, now: int, settings: Settings) -> Invoice:
    """Apply a change to an invoice. Raises InvalidRequest and its kind."""
    sent = {
        name: value
        for name in change.__struct_fields__
        if (value := getattr(change, name)) is not UNSET
    }
    values: dict[str, Any] = dict(sent)
    if "metadata" in sent:
        values["metadata"] = merged_metadata(invoice.metadata, sent["metadata"])
    if invoice.status == "draft":
        _check_due(sent, values.get("collection_method", invoice.collection_method))
        values |= _advance(invoice, change, now, settings)
    updated = msgspec.structs.replace(invoice, **values)
    sent_out = updated.collection_method == "send_invoice"
    if sent_out and updated.days_until_due is None and updated.due_date is None:
        raise ParameterMissing(
            "An invoice with collection_method=send_invoice has to be paid by some day: send "
            "days_until_due or due_date.",
            param="days_until_due",
        )
    return updated


def _check_due(sent: dict[str, Any], method: CollectionMethod) -> None:
    if "days_until_due" in sent and "due_date" in sent:
        raise ParametersExclusive(
            "You may only specify one of these parameters: days_until_due, due_date.",
            param="due_date",
        )
    for name in ("days_until_due", "due_date"):
        if name in sent and method != "send_invoice":
            raise InvalidRequest(
                f"{name} can only be set with collection_method=send_invoice; leave it out.",
                param=name,
            )


def _advance(
    invoice: Invoice, change: DraftChange, now: int, settings: Settings
) -> dict[str, int | bool | None]:
    """Return when a draft is finalized by itself, as the change has it."""
    moment = change.automatically_finalizes_at
    if moment is not UNSET:
        if moment <= now:
            raise InvalidRequest(
                f"Invalid automatically_finalizes_at: {moment} must lie in the future, which "
                f"begins at {now}. To finalize at once, use /finalize.",
                param="automatically_finalizes_at",
            )
        if change.auto_advance is False:
            raise InvalidRequest(
                "An invoice with auto_advance=false is not finalized by itself; leave "
                "automatically_finalizes_at out.",
                param="automatically_finalizes_at",
            )
        return {"auto_advance": True, "automatically_finalizes_at": moment}
    if change.auto_advance is True and invoice.automatically_finalizes_at is None:
        waits = settings.grace_period_hours * HOUR_SECONDS
        return {"automatically_finalizes_at": now + waits}
    if change.auto_advance is False:
        return {"automatically_finalizes_at": None}
    return {}


def delete(*, unit: BillingUnit, environment: Environment, id: str) -> Invoice:
    """Delete a draft that was made by hand; its items are pending again.

    Raises NotFound, and InvalidRequest for what is no such draft.
    """
    invoice = retrieve(unit=unit, environment=environment, id=id)
    check_draft(invoice, "deleted")
    if invoice.billing_reason != "manual":
        raise InvalidRequest(
            f"Invoice {id} was made by a subscription and cannot be deleted. Finalize it, then "
            "void it.",
            code="invoice_not_editable",
        )
    ids = dict.fromkeys(line.invoice_item for line in invoice.lines if line.invoice_item)
    items = [unit.invoice_items.get(environment.id, id) for id in ids]
    unit.invoice_items.save(
        [msgspec.structs.replace(item, invoice=None) for item in items if item is not None]
    )
    unit.invoices.delete(environment.id, id)
    unschedule(unit, invoice)
    return invoice


def schedule(unit: BillingUnit, invoice: Invoice) -> None:
    """Write down when a draft is finalized, or that it is not by itself."""
    following = finalization(invoice)
    if following is None:
        unschedule(unit, invoice)
    else:
        unit.due.schedule([following])


def unschedule(unit: BillingUnit, invoice: Invoice) -> None:
    """Forget that an invoice was to be finalized."""
    waiting = msgspec.structs.replace(invoice, status="draft", automatically_finalizes_at=0)
    work = finalization(waiting)
    assert work is not None, "a draft with a moment has work"
    unit.due.drop([work])

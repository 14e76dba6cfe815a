"""Invoices that a change makes at once, and the work that follows from a change."""

from collections.abc import Sequence

import msgspec

from taximeter.invoicing.billing import Billing
from taximeter.invoicing.boundary import next_due
from taximeter.invoicing.finalize import finalize_now
from taximeter.invoicing.invoice import BillingReason, Invoice, InvoiceItem, Line
from taximeter.invoicing.items import item_lines, items_for
from taximeter.kit.ids import new_id
from taximeter.subscriptions.subscription import Subscription


def invoice_at_once(
    subscription: Subscription,
    lines: Sequence[Line],
    *,
    items: Sequence[InvoiceItem] = (),
    reason: BillingReason,
    period: tuple[int, int],
    now: int,
    billing: Billing,
) -> Invoice:
    """Make an invoice of lines and of all that is pending, and finalize it.

    `items` are new and stand before what was pending already. Where collection is paused it stays
    a draft, or ends as the pause says.
    """
    unit, environment = billing.unit, billing.environment
    pending = items_for(
        unit.invoice_items.pending(environment, [subscription.customer]),
        customer=subscription.customer,
        currency=subscription.currency,
        subscription=subscription.id,
    )
    pause = subscription.pause_collection
    kept = pause is not None and pause.behavior == "keep_as_draft"
    on_it = (*items, *pending)
    invoice = Invoice(
        id=new_id("in"),
        environment=environment,
        created=now,
        customer=subscription.customer,
        test_clock=subscription.test_clock,
        subscription=subscription.id,
        currency=subscription.currency,
        billing_reason=reason,
        collection_method=subscription.collection_method,
        days_until_due=subscription.days_until_due,
        period_start=period[0],
        period_end=period[1],
        lines=(*(line for item in on_it for line in item_lines(item)), *lines),
        auto_advance=not kept,
        pause_behavior=None if pause is None else pause.behavior,
        description=subscription.description,
    )
    unit.invoice_items.add([msgspec.structs.replace(one, invoice=invoice.id) for one in items])
    unit.invoice_items.save([msgspec.structs.replace(one, invoice=invoice.id) for one in pending])
    unit.invoices.add([invoice])
    if kept:
        return invoice
    return finalize_now(
        invoice,
        unit=unit,
        now=now,
        reader=billing.reader,
        barrier=billing.barrier,
        clock=billing.clock,
    )


def schedule(subscription: Subscription, *, billing: Billing, now: int) -> None:
    """Keep the work of a subscription's next boundary, in place of what was to be done before."""
    due = next_due(subscription)
    if due is not None:
        billing.unit.due.schedule([due])

"""Invoices that a change makes at once, and the work that follows from a change."""

from collections.abc import Sequence

import msgspec

from taximeter.due import Due
from taximeter.invoicing.billing import Billing
from taximeter.invoicing.boundary import next_due
from taximeter.invoicing.finalize import finalize_now
from taximeter.invoicing.invoice import BillingReason, Invoice, InvoiceItem, Line
from taximeter.invoicing.items import item_lines, items_for
from taximeter.invoicing.notice import subscription_notices
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
        threshold_amount_gte=(
            subscription.billing_thresholds.amount_gte
            if reason == "subscription_threshold" and subscription.billing_thresholds is not None
            else None
        ),
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
        settings=billing.settings,
    )


def schedule(
    subscription: Subscription, *, before: Subscription | None = None, billing: Billing
) -> None:
    """Keep the work that follows from a change, in place of what was to be done before.

    `before` is the subscription as it was, None for a new one.
    """
    following = (next_due(subscription), threshold_check(subscription, billing=billing))
    notices = subscription_notices(
        subscription,
        before=before,
        now=billing.present(subscription.test_clock),
        settings=billing.settings,
    )
    billing.unit.due.schedule([*(work for work in following if work is not None), *notices])


def threshold_check(subscription: Subscription, *, billing: Billing) -> Due | None:
    """Return when thresholds are looked at next, or None where there are none.

    All are looked at at the same moments, so that one look reads the usage of many. While a test
    clock is on its way nobody reports usage, so one look after it has arrived does for all that it
    passes.
    """
    if next_due(subscription) is None or not has_thresholds(subscription):
        return None
    now = billing.present(subscription.test_clock)
    if subscription.test_clock is not None:
        clock = billing.unit.test_clocks.get(billing.environment, subscription.test_clock)
        if clock is not None and clock.target_frozen_time is not None:
            now = clock.target_frozen_time
    every = billing.settings.threshold_check_seconds
    return Due(
        kind="thresholds",
        subject=subscription.id,
        environment=subscription.environment,
        test_clock=subscription.test_clock,
        due_at=(now // every + 1) * every,
    )


def has_thresholds(subscription: Subscription) -> bool:
    """Say whether a subscription is invoiced when its usage comes to an amount or a quantity."""
    return subscription.billing_thresholds is not None or any(
        item.usage_gte is not None for item in subscription.items
    )

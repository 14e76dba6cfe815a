"""The use case of changing a subscription, with what that comes to in money."""

from collections.abc import Sequence

import msgspec

from taximeter.errors import InvalidRequest
from taximeter.invoicing.added import added_items
from taximeter.invoicing.adjustment import (
    Adjustment,
    adjusted,
    billed_usage,
    ended_usage,
    opening_lines,
    prorations,
)
from taximeter.invoicing.at_once import invoice_at_once, schedule
from taximeter.invoicing.billing import Billing
from taximeter.invoicing.current import find_current
from taximeter.invoicing.invoice import BillingReason, InvoiceItem
from taximeter.invoicing.so_far import items_so_far, lines_so_far
from taximeter.invoicing.terms import Terms, read_terms
from taximeter.subscriptions.items import prices_of
from taximeter.subscriptions.subscription import Subscription
from taximeter.subscriptions.update import SubscriptionChange, update


def change(id: str, asked: SubscriptionChange, *, billing: Billing) -> Subscription:
    """Change a subscription: what it owes for it is billed at once, or pends.

    A new period, and `always_invoice`, make an invoice at once. Raises NotFound, InvalidRequest,
    ResourceMissing, Locked, LogFailed.
    """
    unit = billing.unit
    before, now = find_current(id, billing=billing)
    named = {one.price for one in asked.items if one.price is not None}
    named |= {one.price for one in asked.added}
    terms = read_terms(unit, billing.environment, named | {one.price for one in before.items})
    prices = prices_of(before.items, asked.items, terms.prices)
    updated = update(before, asked, prices=prices, now=now)
    adjustment = Adjustment(
        before=before,
        after=updated.subscription,
        new_period=updated.new_period,
        behavior=asked.proration_behavior,
        at=_prorated_from(before, asked, now),
        now=now,
    )
    if before.status == "canceled":
        unit.subscriptions.save([adjustment.after])
        return adjustment.after
    added = added_items(adjustment.after, asked.added, terms, now=now)
    after = _bill(adjustment, terms, "subscription_update", billing, added=added)
    unit.subscriptions.save([after])
    schedule(after, before=before, billing=billing)
    return after


def reset_anchor(before: Subscription, terms: Terms, *, billing: Billing, now: int) -> None:
    """Bill a subscription that has come to a threshold, and begin a new period now.

    Raises LogFailed.
    """
    asked = SubscriptionChange(billing_cycle_anchor="now")
    updated = update(before, asked, prices=terms.prices, now=now)
    adjustment = Adjustment(
        before=before,
        after=updated.subscription,
        new_period=True,
        behavior="create_prorations",
        at=now,
        now=now,
    )
    after = _bill(adjustment, terms, "subscription_threshold", billing)
    billing.unit.subscriptions.save([after])
    schedule(after, before=before, billing=billing)


def _bill(
    adjustment: Adjustment,
    terms: Terms,
    reason: BillingReason,
    billing: Billing,
    *,
    added: Sequence[InvoiceItem] = (),
) -> Subscription:
    before, now = adjustment.before, adjustment.now
    ended = ended_usage(adjustment, terms)
    keys = billed_usage(adjustment, ended)
    usage = billing.read(keys, terms)
    after = adjusted(adjustment, terms, ended)
    items = (*prorations(adjustment, terms), *added)
    lines = opening_lines(adjustment, terms)
    if adjustment.new_period:
        lines = [*lines_so_far(before, terms, keys, usage), *lines]
    else:
        items = (*items, *items_so_far(before, terms, keys, usage, now=now))
    at_once = adjustment.new_period or adjustment.behavior == "always_invoice"
    if not (at_once and (lines or any(item.amount for item in items))):
        billing.unit.invoice_items.add(items)
        return after
    invoice = invoice_at_once(
        after,
        lines,
        items=items[::-1],
        reason=reason,
        period=(before.current_period_start, now),
        now=now,
        billing=billing,
    )
    return msgspec.structs.replace(after, latest_invoice=invoice.id)


def _prorated_from(before: Subscription, asked: SubscriptionChange, now: int) -> int:
    at = asked.proration_date
    if at is None:
        return now
    if not before.current_period_start <= at <= before.current_period_end:
        raise InvalidRequest(
            f"Invalid proration_date: {at} must lie within the current period, which is "
            f"{before.current_period_start} to {before.current_period_end}.",
            param="proration_date",
        )
    return at

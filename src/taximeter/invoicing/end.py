"""The use case of canceling a subscription now."""

import msgspec

from taximeter.due import Due
from taximeter.invoicing.at_once import invoice_at_once
from taximeter.invoicing.billing import Billing
from taximeter.invoicing.current import find_current
from taximeter.invoicing.invoice import InvoiceItem
from taximeter.invoicing.proration import proration
from taximeter.invoicing.so_far import key_so_far, lines_so_far
from taximeter.invoicing.terms import Terms, read_terms
from taximeter.invoicing.usage import UsageKey
from taximeter.kit.paging import Cursor
from taximeter.subscriptions.cancel import Cancellation, canceled
from taximeter.subscriptions.subscription import Subscription, SubscriptionFilter

_AT_ONCE = 100


def end(id: str, cancellation: Cancellation, *, billing: Billing) -> Subscription:
    """Cancel a subscription: usage so far is billed only with `invoice_now`.

    With `prorate` unused licensed time is paid back: on that invoice, or pending. Raises NotFound,
    Locked, LogFailed.
    """
    unit = billing.unit
    before, now = find_current(id, billing=billing)
    ended = canceled(before, cancellation, now=now)
    terms = read_terms(unit, billing.environment, {item.price for item in before.items})
    items = _unused(before, terms, now) if cancellation.prorate else []
    if cancellation.invoice_now:
        ended = _invoiced(before, ended, items, terms, now=now, billing=billing)
    else:
        unit.invoice_items.add(items)
    unit.subscriptions.save([ended])
    unit.due.drop(
        [
            Due(
                kind=kind,
                subject=id,
                environment=before.environment,
                test_clock=before.test_clock,
                due_at=now,
            )
            for kind in ("subscription", "thresholds")
        ]
    )
    return ended


def end_all(customer: str, *, billing: Billing) -> None:
    """Cancel every subscription of a customer who is deleted; nothing more is billed.

    Raises Locked.
    """
    where = SubscriptionFilter(customer=customer)
    while True:
        page = billing.unit.subscriptions.page(billing.environment, Cursor(limit=_AT_ONCE), where)
        for one in page.data:
            end(one.id, Cancellation(), billing=billing)
        if not page.has_more:
            return


def _unused(subscription: Subscription, terms: Terms, now: int) -> list[InvoiceItem]:
    """Return what is paid back of licensed time; a trial was free."""
    if subscription.status == "trialing":
        return []
    made = []
    for item in subscription.items:
        if terms.prices[item.price].metered:
            continue
        paid = item.billed_until or subscription.current_period_end
        made.append(
            proration(subscription, item, terms, kind="unused", start=now, end=paid, now=now)
        )
    return [one for one in made if one is not None]


def _invoiced(
    before: Subscription,
    ended: Subscription,
    items: list[InvoiceItem],
    terms: Terms,
    *,
    now: int,
    billing: Billing,
) -> Subscription:
    """Bill all that no invoice carries yet; no invoice where there is nothing."""
    keys: dict[str, UsageKey] = {}
    if before.status != "trialing":
        for item in before.items:
            key = key_so_far(before, item, terms, at=now, final=True)
            if key is not None:
                keys[item.id] = key
    lines = lines_so_far(before, terms, keys, billing.read(keys, terms))
    pending = billing.unit.invoice_items.pending(billing.environment, [before.customer])
    if not (lines or items or any(one.subscription == before.id for one in pending)):
        return ended
    invoice = invoice_at_once(
        ended,
        lines,
        items=items[::-1],
        reason="subscription_update",
        period=(before.current_period_start, now),
        now=now,
        billing=billing,
    )
    return msgspec.structs.replace(
        ended,
        latest_invoice=invoice.id,
        items=tuple(
            msgspec.structs.replace(item, usage_start=keys[item.id].end)
            if item.id in keys
            else item
            for item in ended.items
        ),
    )

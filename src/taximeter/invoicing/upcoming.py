"""What the next invoice of a subscription will be: billing's pure functions, with nothing kept."""

from collections.abc import Callable, Collection, Mapping, Sequence

import msgspec

from taximeter.invoicing.boundary import next_due
from taximeter.invoicing.invoice import Invoice, InvoiceItem, MeteredUsage
from taximeter.invoicing.late import Billed, late_usage
from taximeter.invoicing.renewal import renew, usage_keys
from taximeter.invoicing.terms import Terms
from taximeter.invoicing.usage import UsageKey
from taximeter.kit.ids import new_id
from taximeter.settings import Settings
from taximeter.subscriptions.subscription import Subscription

Read = Callable[[Collection[UsageKey]], Mapping[UsageKey, MeteredUsage]]
"""Reads quantities as of now."""

BOUNDARIES_MAX = 4
"""A trial may end and a pause be over before the first boundary that brings an invoice."""


def upcoming(
    subscription: Subscription,
    *,
    now: int,
    terms: Terms,
    pending: Sequence[InvoiceItem],
    billed: Sequence[Billed],
    read: Read,
    settings: Settings,
) -> Invoice | None:
    """Return what the next boundary that brings an invoice would bring, or None where none does.

    Usage is what has been counted by now: if nothing comes before the boundary, the preview is the
    invoice, but for its ids and moments.
    """
    for _ in range(BOUNDARIES_MAX):
        due = next_due(subscription)
        if due is None:
            return None
        keys = set(usage_keys(subscription, at=due.due_at, terms=terms).values())
        usage = read(keys | {one.key for one in billed})
        renewal = renew(
            subscription,
            at=due.due_at,
            now=max(now, due.due_at),
            terms=terms,
            usage=usage,
            pending=pending,
            settings=settings,
            late=[
                line for late in late_usage(billed, usage=usage, terms=terms) for line in late.lines
            ],
        )
        if renewal.invoice is not None:
            return as_preview(renewal.invoice)
        subscription = renewal.subscription
    return None


def as_preview(invoice: Invoice) -> Invoice:
    """Name an invoice that is not kept as a preview."""
    return msgspec.structs.replace(
        invoice,
        id=new_id("upcoming_in"),
        billing_reason="upcoming",
        automatically_finalizes_at=None,
    )

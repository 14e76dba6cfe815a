"""What a boundary makes of a subscription: the pure heart of billing.

At the end of a period metered items are billed in arrears, from where the last invoice stopped up
to the end of the period, and licensed ones in advance for the period that begins. Where usage of
one invoice ends, that of the next one begins, so every event is billed once.
"""

from collections.abc import Mapping, Sequence
from functools import partial

import msgspec

from taximeter.due import Due
from taximeter.invoicing.boundary import (
    is_canceled_at,
    next_due,
    period_end,
    period_start,
    trial_ends_at,
)
from taximeter.invoicing.grace import grace_seconds
from taximeter.invoicing.invoice import Invoice, InvoiceItem, Line, MeteredUsage
from taximeter.invoicing.items import item_lines
from taximeter.invoicing.lines import metered_lines, usage_end
from taximeter.invoicing.notice import subscription_notices
from taximeter.invoicing.proration import lines_for_time
from taximeter.invoicing.terms import Terms
from taximeter.invoicing.usage import UsageKey
from taximeter.kit.decimals import ZERO
from taximeter.kit.ids import new_id
from taximeter.settings import Settings
from taximeter.subscriptions.periods import period_holding
from taximeter.subscriptions.subscription import Subscription, SubscriptionItem


class Renewal(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A subscription past a boundary, with the draft that it brought and the work that follows.

    `items` are the pending ones that now stand on the draft.
    """

    subscription: Subscription
    invoice: Invoice | None = None
    items: tuple[InvoiceItem, ...] = ()
    due: tuple[Due, ...] = ()


def usage_keys(subscription: Subscription, *, at: int, terms: Terms) -> dict[str, UsageKey]:
    """Return which usage a boundary bills, by subscription item; none in a trial or between ends.

    The end never lies before the start: a meter of whole days may have none to bill.
    """
    if not _bills_usage(subscription, at):
        return {}
    final = is_canceled_at(subscription, at)
    keys = {}
    for item in subscription.items:
        meter = terms.meter(item.price)
        if meter is not None:
            keys[item.id] = UsageKey(
                meter=meter.id,
                customer=subscription.customer,
                start=item.usage_start,
                end=max(item.usage_start, usage_end(meter, at=at, final=final)),
                dimension_filters=terms.recurring(item.price).dimension_filters,
            )
    return keys


def _bills_usage(subscription: Subscription, at: int) -> bool:
    if subscription.status == "trialing":
        return False
    return is_canceled_at(subscription, at) or period_end(subscription) <= at


def renew(
    subscription: Subscription,
    *,
    at: int,
    now: int,
    terms: Terms,
    usage: Mapping[UsageKey, MeteredUsage],
    pending: Sequence[InvoiceItem],
    settings: Settings,
    late: Sequence[Line] = (),
) -> Renewal:
    """Take a subscription past its next boundary, which is `at`, a moment that has come by `now`.

    `usage` holds what `usage_keys` asks for, `pending` the items that belong on the invoice, newest
    first, and `late` the adjustments for late usage of earlier periods, which stand last.
    """
    followed = partial(_followed, subscription, at=at, settings=settings)
    resumed = _resumed(subscription, at)
    canceled, trial_ended = is_canceled_at(resumed, at), trial_ends_at(resumed, at)
    if not (canceled or trial_ended or period_end(resumed) <= at):
        return followed(resumed)
    keys = usage_keys(resumed, at=at, terms=terms)
    renewed = _canceled(resumed, at, keys) if canceled else _next_period(resumed, at, terms, keys)
    lines: list[Line] = [line for item in pending for line in item_lines(item)]
    for before, after in zip(resumed.newest_first, renewed.newest_first, strict=True):
        price, name = terms.prices[before.price], terms.name(before.price)
        if before.id in keys:
            quantity = msgspec.structs.replace(
                usage[keys[before.id]], billed_before=before.billed_before
            )
            lines += metered_lines(resumed, before, price, quantity, name=name)
        elif not (price.metered or canceled):
            end = after.current_period_end if after.billed_until is None else after.billed_until
            lines += lines_for_time(renewed, after, terms, start=at, end=end)
    lines += late
    if not lines:
        return followed(renewed)
    invoice = _draft(resumed, lines, at=at, now=now, settings=settings)
    items = tuple(msgspec.structs.replace(item, invoice=invoice.id) for item in pending)
    return followed(msgspec.structs.replace(renewed, latest_invoice=invoice.id), invoice, items)


def _resumed(subscription: Subscription, at: int) -> Subscription:
    pause = subscription.pause_collection
    if pause is None or pause.resumes_at is None or pause.resumes_at > at:
        return subscription
    return msgspec.structs.replace(subscription, pause_collection=None)


def _canceled(subscription: Subscription, at: int, keys: Mapping[str, UsageKey]) -> Subscription:
    return msgspec.structs.replace(
        subscription,
        status="canceled",
        ended_at=at,
        canceled_at=at if subscription.canceled_at is None else subscription.canceled_at,
        items=tuple(_billed(item, keys) for item in subscription.items),
    )


def _next_period(
    subscription: Subscription, at: int, terms: Terms, keys: Mapping[str, UsageKey]
) -> Subscription:
    recurring = terms.recurring(subscription.items[0].price)
    _, end = period_holding(
        subscription.billing_cycle_anchor, recurring.interval, recurring.interval_count, at
    )
    trial_ended = trial_ends_at(subscription, at)
    # Time is paid in advance, but never past the end of a subscription that is known by now.
    cancel_at = subscription.cancel_at
    paid_until = None if cancel_at is None or cancel_at >= end else cancel_at
    items = []
    for item in subscription.items:
        # Usage in a trial is free, and begins to count where the trial ends.
        billed = _billed(item, keys)
        if item.id not in keys:
            billed = msgspec.structs.replace(item, usage_start=at)
        items.append(
            msgspec.structs.replace(
                billed,
                current_period_start=at,
                current_period_end=end,
                billed_until=paid_until,
            )
        )
    return msgspec.structs.replace(
        subscription,
        status="active" if trial_ended else subscription.status,
        items=tuple(items),
    )


def _billed(item: SubscriptionItem, keys: Mapping[str, UsageKey]) -> SubscriptionItem:
    if item.id not in keys:
        return item
    return msgspec.structs.replace(item, usage_start=keys[item.id].end, billed_before=ZERO)


def _draft(
    subscription: Subscription, lines: Sequence[Line], *, at: int, now: int, settings: Settings
) -> Invoice:
    pause = subscription.pause_collection
    waits = grace_seconds(
        settings,
        cycle=True,
        metered=any(line.usage is not None for line in lines),
        service_seconds=at - period_start(subscription),
    )
    kept = pause is not None and pause.behavior == "keep_as_draft"
    return Invoice(
        id=new_id("in"),
        environment=subscription.environment,
        created=now,
        customer=subscription.customer,
        test_clock=subscription.test_clock,
        subscription=subscription.id,
        currency=subscription.currency,
        billing_reason="subscription_cycle",
        collection_method=subscription.collection_method,
        days_until_due=subscription.days_until_due,
        period_start=period_start(subscription),
        period_end=at,
        lines=tuple(lines),
        auto_advance=not kept,
        automatically_finalizes_at=None if kept else now + waits,
        pause_behavior=None if pause is None else pause.behavior,
        description=subscription.description,
    )


def finalization(invoice: Invoice) -> Due | None:
    """Return the work that finalizes a draft, or None for one that waits for somebody."""
    if invoice.status != "draft" or invoice.automatically_finalizes_at is None:
        return None
    return Due(
        kind="invoice",
        subject=invoice.id,
        environment=invoice.environment,
        test_clock=invoice.test_clock,
        due_at=invoice.automatically_finalizes_at,
    )


def _followed(
    before: Subscription,
    after: Subscription,
    invoice: Invoice | None = None,
    items: tuple[InvoiceItem, ...] = (),
    *,
    at: int,
    settings: Settings,
) -> Renewal:
    following = (next_due(after), None if invoice is None else finalization(invoice))
    notices = subscription_notices(after, before=before, now=at, settings=settings)
    return Renewal(
        subscription=msgspec.structs.replace(after, revision=after.revision + 1),
        invoice=invoice,
        items=items,
        due=(*(work for work in following if work is not None), *notices),
    )

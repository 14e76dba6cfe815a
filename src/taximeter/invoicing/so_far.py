"""Usage so far: what metered items have counted when their price, or their subscription, ends."""

from collections.abc import Mapping, Sequence

import msgspec

from taximeter.invoicing.invoice import InvoiceItem, Line, MeteredUsage
from taximeter.invoicing.lines import metered_lines, usage_end
from taximeter.invoicing.terms import Terms
from taximeter.invoicing.usage import UsageKey
from taximeter.kit.ids import new_id
from taximeter.subscriptions.subscription import Subscription, SubscriptionItem


def key_so_far(
    subscription: Subscription, item: SubscriptionItem, terms: Terms, *, at: int, final: bool
) -> UsageKey | None:
    """Return which usage of an item no invoice carries yet, or None for a licensed item.

    A meter of whole hours or days leaves the one that runs to what follows, unless nothing does.
    """
    meter = terms.meter(item.price)
    if meter is None:
        return None
    return UsageKey(
        meter=meter.id,
        customer=subscription.customer,
        start=item.usage_start,
        end=max(item.usage_start, usage_end(meter, at=at, final=final)),
        dimension_filters=terms.recurring(item.price).dimension_filters,
    )


def lines_so_far(
    subscription: Subscription,
    terms: Terms,
    keys: Mapping[str, UsageKey],
    usage: Mapping[UsageKey, MeteredUsage],
) -> list[Line]:
    """Bill the usage of those items that have a key, the newest first."""
    lines: list[Line] = []
    for item in subscription.newest_first:
        if item.id in keys:
            lines += _lines(subscription, item, terms, usage[keys[item.id]])
    return lines


def items_so_far(
    subscription: Subscription,
    terms: Terms,
    keys: Mapping[str, UsageKey],
    usage: Mapping[UsageKey, MeteredUsage],
    *,
    now: int,
) -> list[InvoiceItem]:
    """Return the usage of those items that have a key as invoice items.

    Where there is none, the item is of 0 and without a flat fee: usage of its time may come late
    still, and must find it.
    """
    items = []
    for item in subscription.items:
        if item.id not in keys or keys[item.id].start >= keys[item.id].end:
            continue
        used = usage[keys[item.id]]
        lines = _lines(subscription, item, terms, used)
        if not used.value and not item.billed_before:
            lines = [line for line in lines if line.kind == "units"]
        items.append(
            InvoiceItem(
                id=new_id("ii"),
                environment=subscription.environment,
                created=now,
                customer=subscription.customer,
                test_clock=subscription.test_clock,
                currency=subscription.currency,
                amount=sum(line.amount for line in lines),
                description=f"Usage of {terms.name(item.price)} so far",
                period_start=used.start,
                period_end=used.end,
                quantity=used.value,
                price=item.price,
                product=terms.prices[item.price].product,
                subscription=subscription.id,
                subscription_item=item.id,
                usage=msgspec.structs.replace(used, billed_before=item.billed_before),
                lines=tuple(lines),
            )
        )
    return items


def _lines(
    subscription: Subscription, item: SubscriptionItem, terms: Terms, used: MeteredUsage
) -> Sequence[Line]:
    return metered_lines(
        subscription,
        item,
        terms.prices[item.price],
        msgspec.structs.replace(used, billed_before=item.billed_before),
        name=terms.name(item.price),
    )

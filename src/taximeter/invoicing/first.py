"""The lines of a subscription's first invoice (pure)."""

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from taximeter.errors import InvalidRequest
from taximeter.invoicing.invoice import Line, MeteredUsage
from taximeter.invoicing.lines import metered_lines, usage_end
from taximeter.invoicing.proration import lines_for_time
from taximeter.invoicing.terms import Terms
from taximeter.invoicing.usage import UsageKey
from taximeter.kit.decimals import ZERO
from taximeter.kit.ids import new_id
from taximeter.subscriptions.periods import period_holding
from taximeter.subscriptions.subscription import (
    ProrationBehavior,
    Subscription,
    SubscriptionItem,
    interval_of,
)

LINES_MAX = 250
"""What one invoice holds at most, as at Stripe: a start cannot be backdated further."""


def past_usage(subscription: Subscription, terms: Terms) -> dict[str, list[UsageKey]]:
    """Return the backdated usage that the first invoice bills, by item and period, oldest first.

    In flexible mode that is all before the running period; in classic mode it is left to the next
    invoice. Raises InvalidRequest where there are more periods than an invoice has lines.
    """
    keys: dict[str, list[UsageKey]] = {}
    if subscription.billing_mode == "classic" or subscription.status == "trialing":
        return keys
    for item in subscription.items:
        meter = terms.meter(item.price)
        if meter is None:
            continue
        start = item.usage_start
        for _, period_end in _periods(subscription, terms):
            end = usage_end(meter, at=period_end)
            if period_end > subscription.current_period_start or end <= start:
                continue
            key = UsageKey(
                meter=meter.id,
                customer=subscription.customer,
                start=start,
                end=end,
                dimension_filters=terms.recurring(item.price).dimension_filters,
            )
            keys.setdefault(item.id, []).append(key)
            start = end
    return keys


def first_lines(
    subscription: Subscription,
    terms: Terms,
    *,
    behavior: ProrationBehavior,
    past: Mapping[str, list[UsageKey]],
    usage: Mapping[UsageKey, MeteredUsage],
) -> list[Line]:
    """Bill what a new subscription owes at once, the newest item first; often nothing.

    Licensed items are billed in advance, and for a backdated start period by period. Without
    prorations nothing is billed but a whole period that begins now. A trial has a line of 0 for
    each item, and so has usage in classic mode.
    """
    lines: list[Line] = []
    for item in subscription.newest_first:
        price = terms.prices[item.price]
        if subscription.status == "trialing":
            lines.append(_nothing(subscription, item, terms, what="Trial period for "))
        elif not price.metered:
            lines += _time(subscription, item, terms, behavior)
        elif subscription.billing_mode == "classic":
            lines.append(_nothing(subscription, item, terms))
        for key in past.get(item.id, ()):
            lines += metered_lines(
                subscription, item, price, usage[key], name=terms.name(item.price)
            )
    return lines


def begun(subscription: Subscription, past: Mapping[str, list[UsageKey]]) -> Subscription:
    """Return the subscription once its first invoice carries what it is to carry."""
    until = subscription.serves_until
    items = []
    for item in subscription.items:
        billed = past.get(item.id)
        items.append(
            msgspec.structs.replace(
                item,
                usage_start=billed[-1].end if billed else item.usage_start,
                billed_until=None if until == subscription.current_period_end else until,
            )
        )
    return msgspec.structs.replace(subscription, items=tuple(items))


def _periods(subscription: Subscription, terms: Terms) -> list[tuple[int, int]]:
    """Return the periods from the start up to the end of the running one; the first may be cut."""
    interval = interval_of(terms.prices[subscription.items[0].price])
    periods = []
    start = subscription.start_date
    while start < subscription.current_period_end:
        end = period_holding(subscription.billing_cycle_anchor, *interval, start)[1]
        periods.append((start, end))
        start = end
        if len(periods) * len(subscription.items) > LINES_MAX:
            raise InvalidRequest(
                f"A start at {subscription.start_date} would need more than the {LINES_MAX} lines "
                "that an invoice has. Choose a later backdate_start_date.",
                param="backdate_start_date",
            )
    return periods


def _time(
    subscription: Subscription, item: SubscriptionItem, terms: Terms, behavior: ProrationBehavior
) -> list[Line]:
    lines: list[Line] = []
    for start, end in _periods(subscription, terms):
        made = lines_for_time(
            subscription, item, terms, start=start, end=min(end, subscription.serves_until)
        )
        prorated = any(line.kind == "proration" for line in made)
        if behavior != "none" or (start >= subscription.created and not prorated):
            lines += made
    return lines


def _nothing(
    subscription: Subscription, item: SubscriptionItem, terms: Terms, what: str = ""
) -> Line:
    price = terms.prices[item.price]
    quantity = ZERO if item.quantity is None else Decimal(item.quantity)
    return Line(
        id=new_id("il"),
        kind="units",
        amount=0,
        currency=subscription.currency,
        description=f"{what}{price.nickname or terms.name(item.price)}",
        period_start=item.current_period_start,
        period_end=item.current_period_end,
        quantity=quantity,
        unit_amount=ZERO,
        price=price.id,
        product=price.product,
        subscription=subscription.id,
        subscription_item=item.id,
    )

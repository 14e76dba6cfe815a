"""What a change of a subscription's items comes to in money (pure).

Within a period, licensed time that was paid and is not used is paid back, and what takes its place
is charged for what is left; metered items bill what they counted. Where the change begins a new
period, the one that ran until then is billed, and the new one in advance.
"""

from collections.abc import Iterator

import msgspec

from taximeter.invoicing.invoice import InvoiceItem, Line
from taximeter.invoicing.proration import lines_for_time, proration
from taximeter.invoicing.so_far import key_so_far
from taximeter.invoicing.terms import Terms
from taximeter.invoicing.usage import UsageKey
from taximeter.subscriptions.subscription import (
    ProrationBehavior,
    Subscription,
    SubscriptionItem,
)


class Adjustment(msgspec.Struct, frozen=True, kw_only=True):
    """A change to be billed: the subscription before and after it.

    `at` is the moment from which licensed time is prorated, and `now` that of the change.
    """

    before: Subscription
    after: Subscription
    new_period: bool
    behavior: ProrationBehavior
    at: int
    now: int

    @property
    def old(self) -> dict[str, SubscriptionItem]:
        """Return the items before the change, by id."""
        return {item.id: item for item in self.before.items}

    @property
    def new(self) -> dict[str, SubscriptionItem]:
        """Return the items after the change, by id."""
        return {item.id: item for item in self.after.items}

    @property
    def prorates(self) -> bool:
        """Say whether licensed time is prorated: there is none in a trial."""
        return self.behavior != "none" and self.before.status != "trialing"


def ended_usage(adjustment: Adjustment, terms: Terms) -> dict[str, UsageKey]:
    """Return which usage ends with a change, by item: whose price goes, or whose period does."""
    before = adjustment.before
    keys = {}
    for item in before.items:
        successor = adjustment.new.get(item.id)
        ends = successor is None or successor.price != item.price or adjustment.new_period
        if not ends or before.status == "trialing":
            continue
        key = key_so_far(
            before,
            item,
            terms,
            at=adjustment.now,
            final=not _goes_on(adjustment, item, successor, terms),
        )
        if key is not None:
            keys[item.id] = key
    return keys


def billed_usage(adjustment: Adjustment, keys: dict[str, UsageKey]) -> dict[str, UsageKey]:
    """Return which of the usage that ends is billed.

    A period that ends is billed whole. A price that goes within one is billed in flexible mode,
    unless nothing is to be prorated; in classic mode its usage is dropped.
    """
    if adjustment.new_period:
        return keys
    if adjustment.before.billing_mode == "classic" or adjustment.behavior == "none":
        return {}
    return keys


def _goes_on(
    adjustment: Adjustment,
    item: SubscriptionItem,
    successor: SubscriptionItem | None,
    terms: Terms,
) -> bool:
    """Say whether the usage of an item is counted on, so that its running hour or day waits."""
    if successor is None or adjustment.after.status == "trialing":
        return False
    before, after = terms.recurring(item.price), terms.recurring(successor.price)
    return (before.meter, before.dimension_filters) == (after.meter, after.dimension_filters)


def adjusted(adjustment: Adjustment, terms: Terms, keys: dict[str, UsageKey]) -> Subscription:
    """Return the subscription once a change is billed: where usage and paid time go on from."""
    after = adjustment.after
    items = []
    for item in after.items:
        key = keys.get(item.id)
        previous = adjustment.old.get(item.id)
        start = item.usage_start
        if key is not None and _goes_on(adjustment, adjustment.old[item.id], item, terms):
            start = key.end
        until: int | None = after.serves_until
        if previous is not None and not (adjustment.prorates or adjustment.new_period):
            until = previous.billed_until
        if until == after.current_period_end or after.status == "trialing":
            until = None
        items.append(msgspec.structs.replace(item, usage_start=start, billed_until=until))
    return msgspec.structs.replace(after, items=tuple(items))


def prorations(adjustment: Adjustment, terms: Terms) -> tuple[InvoiceItem, ...]:
    """Return the prorations of a change, for each item first what is paid back."""
    if not adjustment.prorates:
        return ()
    items = (*adjustment.before.items, *adjustment.after.items)
    made = [
        one
        for id in dict.fromkeys(item.id for item in items)
        for one in _of_item(adjustment, terms, adjustment.old.get(id), adjustment.new.get(id))
    ]
    return tuple(one for one in made if one is not None)


def _of_item(
    adjustment: Adjustment,
    terms: Terms,
    old: SubscriptionItem | None,
    new: SubscriptionItem | None,
) -> Iterator[InvoiceItem | None]:
    before, after, at, now = (
        adjustment.before,
        adjustment.after,
        adjustment.at,
        adjustment.now,
    )
    paid, serves = before.current_period_end, after.serves_until
    if old is not None and old.billed_until is not None:
        paid = old.billed_until
    same = (
        old is not None
        and new is not None
        and (old.price, old.quantity) == (new.price, new.quantity)
    )
    if same and not adjustment.new_period:
        unused_from, remaining_from = max(at, min(serves, paid)), max(at, paid)
    else:
        unused_from = remaining_from = at
    if old is not None and not terms.prices[old.price].metered:
        yield proration(before, old, terms, kind="unused", start=unused_from, end=paid, now=now)
    if new is not None and not terms.prices[new.price].metered and not adjustment.new_period:
        yield proration(
            after, new, terms, kind="remaining", start=remaining_from, end=serves, now=now
        )


def opening_lines(adjustment: Adjustment, terms: Terms) -> list[Line]:
    """Bill a period that begins with a change in advance, the newest item first."""
    after = adjustment.after
    if not adjustment.new_period or after.status == "trialing":
        return []
    return [
        line
        for item in after.newest_first
        if not terms.prices[item.price].metered
        for line in lines_for_time(
            after, item, terms, start=item.current_period_start, end=after.serves_until
        )
    ]

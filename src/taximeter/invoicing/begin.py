"""The use case of beginning a subscription, with its first invoice where it owes one."""

import msgspec

from taximeter.errors import ResourceMissing
from taximeter.invoicing.added import added_items
from taximeter.invoicing.at_once import invoice_at_once, schedule
from taximeter.invoicing.billing import Billing
from taximeter.invoicing.current import check_clock
from taximeter.invoicing.first import begun, first_lines, past_usage
from taximeter.invoicing.terms import read_terms
from taximeter.subscriptions.create import NewSubscription, create
from taximeter.subscriptions.items import prices_of
from taximeter.subscriptions.subscription import Subscription


def begin(asked: NewSubscription, *, customer: str, billing: Billing) -> Subscription:
    """Begin a subscription of a customer. Raises its errors, and Locked and LogFailed."""
    unit, environment = billing.unit, billing.environment
    found = unit.customers.get(environment, customer)
    if found is None or found.deleted_at is not None:
        raise ResourceMissing(f"No such customer: '{customer}'", param="customer")
    check_clock(found.test_clock, billing=billing)
    named = {item.price for item in asked.items if item.price is not None}
    named |= {one.price for one in asked.added}
    terms = read_terms(unit, environment, named)
    prices = prices_of((), asked.items, terms.prices)
    now = billing.present(found.test_clock)
    new = create(asked, customer=found, prices=prices, now=now)
    past = past_usage(new, terms)
    keys = {f"{id} {key.start}": key for id, some in past.items() for key in some}
    lines = first_lines(
        new,
        terms,
        behavior=asked.proration_behavior,
        past=past,
        usage=billing.read(keys, terms),
    )
    subscription = begun(new, past)
    added = added_items(subscription, asked.added, terms, now=now)
    if lines or added:
        invoice = invoice_at_once(
            subscription,
            lines,
            items=added[::-1],
            reason="subscription_create",
            period=(new.start_date, now),
            now=now,
            billing=billing,
        )
        subscription = msgspec.structs.replace(subscription, latest_invoice=invoice.id)
    unit.subscriptions.add(subscription)
    schedule(subscription, billing=billing)
    return subscription

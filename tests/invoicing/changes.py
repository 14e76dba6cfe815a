"""Changes of subscriptions for examples, and what they come to."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from taximeter.invoicing.adjustment import (
    Adjustment,
    adjusted,
    billed_usage,
    ended_usage,
    opening_lines,
    prorations,
)
from taximeter.invoicing.first import begun, first_lines, past_usage
from taximeter.invoicing.invoice import MeteredUsage
from taximeter.invoicing.so_far import items_so_far, lines_so_far
from taximeter.invoicing.terms import Terms
from taximeter.invoicing.usage import UsageKey
from taximeter.meters import Meter
from taximeter.pricing.price import Price
from taximeter.subscriptions.subscription import Subscription
from taximeter.subscriptions.update import SubscriptionChange, update

Figures = list[tuple[int, int, int]]
"""Amount, start and end of lines or invoice items."""


def meter(**fields: Any) -> Meter:
    """Return the meter that counts tokens."""
    plain: dict[str, Any] = {
        "environment": 2,
        "created": 1,
        "updated": 1,
        "display_name": "Tokens",
        "event_name": "tokens",
        "event_time_window": None,
        "formula": "sum",
        "customer_key": "stripe_customer_id",
        "value_key": "value",
        "dimension_keys": (),
    }
    return Meter(id="mtr_test_tokens", **{**plain, **fields})


def terms(*prices: Price, counts: Meter | None = None) -> Terms:
    """Return prices with the meter of tokens."""
    return Terms(
        prices={price.id: price for price in prices},
        meters={"mtr_test_tokens": counts or meter()},
        names={"prod_1": "Alpaca AI"},
    )


def used(keys: Mapping[Any, UsageKey], value: str = "100") -> dict[UsageKey, MeteredUsage]:
    """Return so much usage under each key."""
    return {
        key: MeteredUsage(
            meter=key.meter, start=key.start, end=key.end, as_of_us=1, value=Decimal(value)
        )
        for key in keys.values()
    }


def first(subscription: Subscription, known: Terms, behavior: Any = "create_prorations") -> Figures:
    """Return what the first invoice bills when each past period has 100 tokens."""
    past = past_usage(subscription, known)
    keys = {key: key for some in past.values() for key in some}
    lines = first_lines(subscription, known, behavior=behavior, past=past, usage=used(keys))
    assert [item.id for item in begun(subscription, past).items] == [
        item.id for item in subscription.items
    ]
    return [(line.amount, line.period_start, line.period_end) for line in lines]


def change(
    before: Subscription, known: Terms, *, now: int, at: int | None = None, **asked: Any
) -> tuple[Subscription, Figures]:
    """Change a subscription that used 100 tokens so far; return it, and what is billed for that."""
    updated = update(before, SubscriptionChange(**asked), prices=known.prices, now=now)
    adjustment = Adjustment(
        before=before,
        after=updated.subscription,
        new_period=updated.new_period,
        behavior=asked.get("proration_behavior", "create_prorations"),
        at=now if at is None else at,
        now=now,
    )
    ended = ended_usage(adjustment, known)
    keys = billed_usage(adjustment, ended)
    usage = used(keys)
    made = [(one.amount, one.period_start, one.period_end) for one in prorations(adjustment, known)]
    if updated.new_period:
        lines = [*lines_so_far(before, known, keys, usage), *opening_lines(adjustment, known)]
        made += [(line.amount, line.period_start, line.period_end) for line in lines]
    else:
        items = items_so_far(before, known, keys, usage, now=now)
        made += [(one.amount, one.period_start, one.period_end) for one in items]
    return adjusted(adjustment, known, ended), made

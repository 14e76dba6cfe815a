"""However often thresholds bill in between, a period comes to the price of its usage."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taximeter.invoicing.lines import metered_lines
from taximeter.invoicing.thresholds import billed_at_threshold, threshold_lines, usage_keys
from taximeter.pricing.price import Price, Recurring
from taximeter.pricing.rate import rate
from taximeter.subscriptions.subscription import BillingThresholds
from tests.invoicing.changes import terms, used
from tests.pricing.examples import per_unit, tiered
from tests.subscriptions.examples import NOW, subscribe

METERED = Recurring(interval="month", usage_type="metered", meter="mtr_test_tokens")
TIERS: Any = ((10, "3", "5"), (100, "0.7", None), (None, "0.25", "40"))
PRICES = [
    per_unit("0.35", recurring=METERED),
    tiered("graduated", *TIERS, recurring=METERED),
    tiered("volume", *TIERS, recurring=METERED),
]
totals = st.decimals(-50, 400, places=2)


@pytest.mark.parametrize("price", PRICES, ids=["per unit", "graduated", "volume"])
@given(seen=st.lists(totals, max_size=6), final=totals)
def test_a_period_comes_to_the_price_of_its_usage(
    price: Price, seen: list[Decimal], final: Decimal
) -> None:
    known = terms(price)
    subscription = subscribe(price, billing_thresholds=BillingThresholds(amount_gte=50))
    billed = 0
    for moment, value in enumerate(seen, start=NOW + 1):
        keys = usage_keys(subscription, known, now=moment)
        usage = used(keys, str(value))
        billed += sum(one.amount for one in threshold_lines(subscription, known, keys, usage))
        subscription = billed_at_threshold(subscription, keys, usage)
    (item,) = subscription.items
    (usage_at_end,) = used(usage_keys(subscription, known, now=NOW + 99), str(final)).values()
    lines = metered_lines(
        subscription,
        item,
        price,
        msgspec.structs.replace(usage_at_end, billed_before=item.billed_before),
        name="Alpaca AI",
    )
    charges = rate(price, currency="usd", quantity=max(Decimal(0), final))
    assert billed + sum(one.amount for one in lines) == sum(one.amount for one in charges)

"""What other billing systems' test suites expect of prices that Stripe's model has too.

Amounts are in the major unit, as the peers write them; the prices under test have cents. With
`already`, units that were billed before: the figure is what the next ones add.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from taximeter.kit import decimals
from taximeter.pricing.price import Price
from taximeter.pricing.rate import rate
from tests.pricing.examples import packages, tiered

CASES: list[Any] = json.loads((Path(__file__).parent / "pricing.json").read_text(encoding="utf-8"))
CENTS = 100


def cents(amount: str) -> str:
    return str(Decimal(amount) * CENTS)


def priced(case: Any) -> Price:
    if "divide_by" in case:
        return packages(cents(case["unit_amount"]), case["divide_by"], "up")
    tiers = [(end, cents(unit), cents(flat)) for end, unit, flat in case["tiers"]]
    return tiered(case["tiers_mode"], *tiers)


def charged(price: Price, quantity: Decimal) -> dict[tuple[str, int | None], int]:
    """The amount of each charge, by what it is for."""
    charges = rate(price, currency="usd", quantity=quantity)
    return {(one.kind, one.tier): one.amount for one in charges}


@pytest.mark.parametrize("case", [pytest.param(one, id=one["id"]) for one in CASES])
def test_a_price_comes_to_what_the_peers_expect(case: Any) -> None:
    price, already = priced(case), case.get("already")
    before = {} if already is None else charged(price, Decimal(already))
    everything = decimals.total((Decimal(already or 0), Decimal(case["quantity"])))
    after = charged(price, everything)
    added = {what: amount - before.get(what, 0) for what, amount in after.items()}
    assert sum(added.values()) == Decimal(cents(case["expected"]["amount"]))
    if "lines" in case["expected"]:
        lines = [amount for amount in added.values() if amount]
        assert lines == [Decimal(cents(one)) for one in case["expected"]["lines"]]

"""A bound on a quantity is never wrong, and where more always costs more it is the best one."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from taximeter.kit import decimals
from taximeter.pricing.price import CurrencyOption, Price, Tier, TransformQuantity
from taximeter.pricing.rate import tier_of
from taximeter.pricing.reach import QUANTITY_MAX, amount, amount_max, reach
from tests.pricing.examples import a_price

MONOTONE = ("per_unit", "packages", "graduated")
STEP = Decimal("1e-15")
amounts = (
    st.sampled_from([Decimal(0), Decimal("0.5"), Decimal("0.0001"), Decimal("0.000000000001")])
    | st.decimals(0, 20, places=3)
    | st.integers(0, 40).map(Decimal)
)
quantities = st.decimals(0, 50, places=3) | st.integers(0, 60).map(Decimal)
currencies = st.sampled_from(["usd", "usd", "jpy", "kwd"])


@st.composite
def prices(
    draw: DrawFn, currency: str | None = None, kinds: Sequence[str] = (*MONOTONE, "volume")
) -> Price:
    """A price of a kind, with tiers that end near each other and near small quantities."""
    currency = draw(currencies) if currency is None else currency
    kind: Any = draw(st.sampled_from(kinds))
    if kind in {"per_unit", "packages"}:
        transform = TransformQuantity(
            divide_by=draw(st.integers(1, 12)), round=draw(st.sampled_from(["up", "down"]))
        )
        return a_price(
            currency=currency,
            currency_options={currency: CurrencyOption(unit_amount=draw(amounts))},
            transform_quantity=transform if kind == "packages" else None,
        )
    ends = sorted(draw(st.sets(st.integers(1, 50), max_size=4)))
    tiers = tuple(
        Tier(up_to=end, unit_amount=draw(amounts), flat_amount=draw(st.none() | amounts))
        for end in (*ends, None)
    )
    return a_price(
        currency=currency,
        billing_scheme="tiered",
        tiers_mode=kind,
        currency_options={currency: CurrencyOption(tiers=tiers)},
    )


def near(price: Price, reached: Decimal) -> list[Decimal]:
    """Quantities up to one, among them those where prices jump."""
    tiers = price.currency_options[price.currency].tiers
    ends = [Decimal(tier.up_to) for tier in tiers if tier.up_to is not None]
    found = [reached, *ends, *(end + STEP for end in ends), *(end + 1 for end in ends)]
    return [min(one, reached) for one in found]


@given(prices(), quantities, st.integers(0, 200), st.data())
def test_no_quantity_within_reach_comes_to_more(
    price: Price, quantity: Decimal, gain: int, data: st.DataObject
) -> None:
    reached = reach(price, currency=price.currency, quantity=quantity, gain=gain)
    limit = amount(price, currency=price.currency, quantity=quantity) + gain
    assert reached >= quantity
    drawn = data.draw(st.decimals(0, min(reached, Decimal(80)), places=3))
    for one in [drawn, *near(price, reached)]:
        if reached > quantity or price.tiers_mode != "volume":
            assert amount(price, currency=price.currency, quantity=one) <= limit


@given(prices(kinds=MONOTONE), quantities, st.integers(0, 200))
def test_where_more_never_costs_less_the_next_quantity_comes_to_more(
    price: Price, quantity: Decimal, gain: int
) -> None:
    reached = reach(price, currency=price.currency, quantity=quantity, gain=gain)
    if reached < QUANTITY_MAX:
        following = decimals.total((reached, STEP))
        limit = amount(price, currency=price.currency, quantity=quantity) + gain
        assert amount(price, currency=price.currency, quantity=following) > limit


@given(prices(kinds=["volume"]), quantities, st.integers(0, 50), st.integers(0, 50), st.data())
def test_another_volume_tier_comes_to_no_more_than_what_is_allowed_elsewhere(
    price: Price, quantity: Decimal, gain: int, elsewhere: int, data: st.DataObject
) -> None:
    currency = price.currency
    tiers = price.currency_options[currency].tiers
    reached = reach(
        price, currency=currency, quantity=quantity, gain=gain, gain_elsewhere=elsewhere
    )
    if reached == quantity:
        return
    own = amount(price, currency=currency, quantity=quantity) + gain
    drawn = data.draw(st.decimals(0, min(reached, Decimal(80)), places=3))
    for one in [drawn, *near(price, reached)]:
        same = tier_of(tiers, one) == tier_of(tiers, quantity)
        assert amount(price, currency=currency, quantity=one) <= (own if same else elsewhere)


@given(prices(), quantities, quantities, st.data())
def test_the_largest_amount_of_a_range_is_that_of_one_of_its_quantities(
    price: Price, one: Decimal, other: Decimal, data: st.DataObject
) -> None:
    low, high = sorted([one, other])
    largest = amount_max(price, currency=price.currency, low=low, high=high)
    drawn = data.draw(st.decimals(low, high, places=3))
    for quantity in [drawn, *near(price, high)]:
        if quantity >= low:
            assert amount(price, currency=price.currency, quantity=quantity) <= largest
    tops = [quantity for quantity in near(price, high) if quantity >= low]
    assert largest in {amount(price, currency=price.currency, quantity=top) for top in tops}

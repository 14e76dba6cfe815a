"""What holds of every price and every quantity."""

from decimal import Decimal
from itertools import pairwise
from typing import Literal

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from taximeter.kit import decimals, money
from taximeter.pricing.price import CurrencyOption, Price, Tier, TiersMode
from taximeter.pricing.rate import Charge, rate
from taximeter.usage.aggregate import FORMULAS, Counted
from tests.pricing.examples import a_price, packages, per_unit

amounts = st.decimals(0, 10_000, places=12) | st.integers(0, 10_000).map(Decimal)
quantities = st.decimals(0, 10**23 - 1, places=15) | st.integers(0, 40).map(Decimal)


@st.composite
def tier_lists(draw: DrawFn) -> tuple[Tier, ...]:
    """Up to five tiers, which end near each other and near small quantities."""
    ends = sorted(draw(st.sets(st.integers(1, 40), max_size=4)))
    return tuple(
        Tier(
            up_to=end,
            unit_amount=draw(amounts),
            flat_amount=draw(st.none() | amounts),
        )
        for end in (*ends, None)
    )


def tiered(mode: TiersMode, tiers: tuple[Tier, ...]) -> Price:
    return a_price(
        billing_scheme="tiered",
        tiers_mode=mode,
        currency_options={"usd": CurrencyOption(tiers=tiers)},
    )


def charged(price: Price, quantity: Decimal) -> tuple[Charge, ...]:
    return rate(price, currency="usd", quantity=quantity)


def exact(charges: tuple[Charge, ...]) -> Decimal:
    return decimals.total(one.exact for one in charges)


@given(tier_lists(), quantities)
def test_graduated_tiers_add_up_to_their_closed_form(
    tiers: tuple[Tier, ...], quantity: Decimal
) -> None:
    # Each step of the unit amount applies to what lies above it, each flat fee to its tier's start.
    expected = decimals.product(quantity, tiers[0].unit_amount or Decimal(0))
    fees = [tiers[0].flat_amount or Decimal(0)]
    for below, tier in pairwise(tiers):
        above = decimals.difference(quantity, Decimal(below.up_to or 0))
        if above > 0:
            step = (tier.unit_amount or Decimal(0)) - (below.unit_amount or Decimal(0))
            expected = decimals.total((expected, decimals.product(above, step)))
            fees.append(tier.flat_amount or Decimal(0))
    assert exact(charged(tiered("graduated", tiers), quantity)) == decimals.total((expected, *fees))


@given(tier_lists(), quantities)
def test_the_units_of_all_charges_are_the_quantity(
    tiers: tuple[Tier, ...], quantity: Decimal
) -> None:
    modes: tuple[TiersMode, ...] = ("graduated", "volume")
    for mode in modes:
        charges = charged(tiered(mode, tiers), quantity)
        units = [one.quantity for one in charges if one.kind == "units"]
        assert decimals.total(units) == quantity
        assert (len(units) == 1) or all(units)


@given(tier_lists(), st.lists(quantities, min_size=2, max_size=5))
def test_more_units_never_cost_less_in_graduated_tiers(
    tiers: tuple[Tier, ...], some: list[Decimal]
) -> None:
    price = tiered("graduated", tiers)
    sums = [sum(one.amount for one in charged(price, quantity)) for quantity in sorted(some)]
    assert sums == sorted(sums)


@given(
    amounts,
    st.integers(1, 10**12),
    st.sampled_from(["up", "down"]),
    st.lists(quantities, min_size=2, max_size=5),
)
def test_more_units_never_are_fewer_packages(
    amount: Decimal, size: int, rounding: Literal["up", "down"], some: list[Decimal]
) -> None:
    price = packages(decimals.text(amount), size, rounding)
    for quantity in some:
        count = int(charged(price, quantity)[0].quantity)
        if rounding == "up":
            assert (count - 1) * size < quantity <= count * size or count == quantity == 0
        else:
            assert count * size <= quantity < (count + 1) * size
    counts = [charged(price, quantity)[0].quantity for quantity in sorted(some)]
    assert counts == sorted(counts)


@given(tier_lists(), amounts, quantities)
def test_every_charge_is_rounded_once_from_what_it_exactly_is(
    tiers: tuple[Tier, ...], amount: Decimal, quantity: Decimal
) -> None:
    for price in (
        tiered("graduated", tiers),
        tiered("volume", tiers),
        per_unit(decimals.text(amount)),
    ):
        for one in charged(price, quantity):
            assert one.exact == decimals.product(one.quantity, one.unit_amount)
            assert one.amount == money.rounded(one.exact, "usd")
            assert abs(one.amount - one.exact) <= Decimal("0.5")


@given(
    st.sampled_from(["sum", "count"]),
    st.lists(st.decimals(-(10**6), 10**6, places=6), min_size=1, max_size=12),
    st.sets(st.integers(0, 12)),
)
def test_a_meter_that_adds_up_gives_the_same_quantity_over_any_partition(
    formula: Literal["sum", "count"], values: list[Decimal], cuts: set[int]
) -> None:
    events = [
        Counted(seq=index, timestamp_us=index, value=value) for index, value in enumerate(values)
    ]
    whole = FORMULAS[formula].fold(events)
    parts = [
        FORMULAS[formula].fold(events[start:end]) or Decimal(0)
        for start, end in pairwise((0, *sorted(cuts), 12))
    ]
    assert decimals.total(parts) == whole


@given(tier_lists())
def test_a_price_comes_back_from_json_as_it_was(tiers: tuple[Tier, ...]) -> None:
    price = tiered("volume", tiers)
    assert msgspec.json.decode(msgspec.json.encode(price), type=Price) == price

"""Quantities and prices, and the charges that hand arithmetic says."""

from decimal import Decimal

import pytest

from taximeter.kit import decimals
from taximeter.pricing.price import Price
from taximeter.pricing.rate import rate
from tests.pricing.examples import packages, per_unit, tiered

# 1,000 free, 9,000 at half a cent, then a quarter of a cent and $3.00 for getting there.
TOKENS = ((1_000, "0", None), (10_000, "0.5", None), (None, "0.25", "300"))
FLAT_FIRST = ((5, None, "100"), (10, "2", "50"), (None, "1", None))


def charges(price: Price, quantity: str, currency: str = "usd") -> list[tuple[str, str, str, int]]:
    """Kind and tier, quantity, unit amount, amount of each charge."""
    return [
        (
            one.kind if one.tier is None else f"{one.kind} {one.tier + 1}",
            decimals.text(one.quantity),
            decimals.text(one.unit_amount),
            one.amount,
        )
        for one in rate(price, currency=currency, quantity=Decimal(quantity))
    ]


@pytest.mark.parametrize(
    ("amount", "quantity", "expected"),
    [
        ("1", "0", 0),
        ("2000", "2", 4_000),
        ("0.5", "1", 1),
        ("0.4", "1", 0),
        ("0.000000000001", "500000000000", 1),
        ("0.000000000001", "499999999999", 0),
        ("0.25", "2000.5", 500),
        (
            "999999999999",
            "99999999999999999999999.000000000000001",
            999_999_999_999 * 99_999_999_999_999_999_999_999,
        ),
    ],
)
def test_so_much_a_unit_is_rounded_once_half_away_from_zero(
    amount: str, quantity: str, expected: int
) -> None:
    (charge,) = rate(per_unit(amount), currency="usd", quantity=Decimal(quantity))
    assert (charge.kind, charge.tier, charge.amount) == ("units", None, expected)


@pytest.mark.parametrize(
    ("currency", "expected"), [("usd", 15), ("jpy", 15), ("kwd", 10), ("bhd", 10)]
)
def test_an_amount_is_what_the_currency_can_be_paid_in(currency: str, expected: int) -> None:
    (charge,) = rate(per_unit("14.6", currency), currency=currency, quantity=Decimal(1))
    assert charge.amount == expected


@pytest.mark.parametrize(
    ("rounding", "quantity", "whole"),
    [
        ("up", "0", "0"),
        ("up", "1", "1"),
        ("up", "1000", "1"),
        ("up", "1000.000000000000001", "2"),
        ("up", "2700", "3"),
        ("down", "999.999999999999999", "0"),
        ("down", "1000", "1"),
        ("down", "2700", "2"),
        ("down", "99999999999999999999999000", "99999999999999999999999"),
    ],
)
def test_packages_are_whole(rounding: str, quantity: str, whole: str) -> None:
    assert charges(packages("7", 1_000, rounding), quantity) == [
        ("units", whole, "7", 7 * int(whole))
    ]


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        ("0", [("units 1", "0", "0", 0)]),
        ("1000", [("units 1", "1000", "0", 0)]),
        ("1001", [("units 1", "1000", "0", 0), ("units 2", "1", "0.5", 1)]),
        ("1000.5", [("units 1", "1000", "0", 0), ("units 2", "0.5", "0.5", 0)]),
        ("10000", [("units 1", "1000", "0", 0), ("units 2", "9000", "0.5", 4_500)]),
        (
            "12000.5",
            [
                ("units 1", "1000", "0", 0),
                ("units 2", "9000", "0.5", 4_500),
                ("units 3", "2000.5", "0.25", 500),
                ("flat 3", "1", "300", 300),
            ],
        ),
    ],
)
def test_graduated_tiers_charge_each_unit_in_its_own(
    quantity: str, expected: list[tuple[str, str, str, int]]
) -> None:
    assert charges(tiered("graduated", *TOKENS), quantity) == expected


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        ("0", [("units 1", "0", "0", 0)]),
        ("1000", [("units 1", "1000", "0", 0)]),
        ("1000.5", [("units 2", "1000.5", "0.5", 500)]),
        ("10000", [("units 2", "10000", "0.5", 5_000)]),
        ("10001", [("units 3", "10001", "0.25", 2_500), ("flat 3", "1", "300", 300)]),
    ],
)
def test_volume_tiers_charge_all_units_in_the_one_that_holds_them(
    quantity: str, expected: list[tuple[str, str, str, int]]
) -> None:
    assert charges(tiered("volume", *TOKENS), quantity) == expected


@pytest.mark.parametrize("mode", ["graduated", "volume"])
@pytest.mark.parametrize("quantity", ["0", "3"])
def test_the_flat_fee_of_the_first_tier_is_due_without_usage_too(mode: str, quantity: str) -> None:
    assert charges(tiered(mode, *FLAT_FIRST), quantity) == [
        ("units 1", quantity, "0", 0),
        ("flat 1", "1", "100", 100),
    ]


def test_the_flat_fee_of_every_touched_tier_is_added() -> None:
    assert charges(tiered("graduated", *FLAT_FIRST), "12") == [
        ("units 1", "5", "0", 0),
        ("flat 1", "1", "100", 100),
        ("units 2", "5", "2", 10),
        ("flat 2", "1", "50", 50),
        ("units 3", "2", "1", 2),
    ]


def test_a_flat_fee_with_a_fraction_is_rounded_as_its_own_charge() -> None:
    price = tiered("graduated", (None, "0.5", "0.5"))
    assert charges(price, "1") == [("units 1", "1", "0.5", 1), ("flat 1", "1", "0.5", 1)]


def test_a_charge_keeps_what_it_was_before_rounding() -> None:
    (charge,) = rate(per_unit("0.333333333333"), currency="usd", quantity=Decimal("0.1"))
    assert (charge.exact, charge.amount) == (Decimal("0.0333333333333"), 0)

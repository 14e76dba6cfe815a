"""Amounts: rounded to what can be paid, and written for people; exact arithmetic beside them."""

from decimal import Decimal

import pytest

from taximeter.kit import decimals, money


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("0.5", "usd", 1),
        ("0.499999999999", "usd", 0),
        ("-0.5", "usd", -1),
        ("0.5", "jpy", 1),
        ("4.9", "kwd", 0),
        ("5", "kwd", 10),
        ("-5", "kwd", -10),
        ("12345678901234567890123456789014.9999", "kwd", 12345678901234567890123456789010),
    ],
)
def test_an_amount_is_rounded_half_away_from_zero(
    amount: str, currency: str, expected: int
) -> None:
    assert money.rounded(Decimal(amount), currency) == expected


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        (0, "usd", "0.00"),
        (5, "usd", "0.05"),
        (123_450, "eur", "1,234.50"),
        (-123_450, "eur", "-1,234.50"),
        (-5, "usd", "-0.05"),
        (1_234, "jpy", "1,234"),
        (-1_234, "krw", "-1,234"),
        (1_230, "kwd", "1.230"),
    ],
)
def test_an_amount_is_written_in_the_major_unit(amount: int, currency: str, expected: str) -> None:
    assert money.spelled(amount, currency) == expected


def test_differences_and_products_keep_every_digit() -> None:
    large, small = Decimal(10**40), Decimal("0.000000000000001")
    assert decimals.text(decimals.difference(large, small)) == "9" * 40 + "." + "9" * 15
    assert decimals.text(decimals.product(large, small)) == "1" + "0" * 25


@pytest.mark.parametrize(
    ("quantity", "size", "up", "down"),
    [("0", 10, 0, 0), ("0.1", 10, 1, 0), ("10", 10, 1, 1), ("10.5", 10, 2, 1), ("99", 1, 99, 99)],
)
def test_packages_are_counted_whole(quantity: str, size: int, up: int, down: int) -> None:
    assert decimals.packages(Decimal(quantity), size, up=True) == up
    assert decimals.packages(Decimal(quantity), size, up=False) == down


def test_amounts_move_between_the_units_of_a_currency_without_losing_a_digit() -> None:
    long = Decimal("12345678901234567890123456789012.345678901234")
    for currency, minor, major in (
        ("usd", "0.2", "0.002"),
        ("jpy", "7", "7"),
        ("kwd", "10", "0.01"),
        ("eur", "0", "0"),
    ):
        assert money.major(Decimal(minor), currency) == Decimal(major)
        assert money.minor(Decimal(major), currency) == Decimal(minor)
    assert money.minor(money.major(long, "usd"), "usd") == long

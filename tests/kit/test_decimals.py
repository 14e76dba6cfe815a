"""Numbers as callers spell them, one by one."""

from decimal import Decimal

import pytest

from taximeter.kit import decimals


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", "0"),
        ("-0", "0"),
        ("+5", "5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("007", "7"),
        ("1e3", "1000"),
        ("1E+3", "1000"),
        ("-2.5e-1", "-0.25"),
    ],
)
def test_a_number_is_read(text: str, value: str) -> None:
    assert decimals.parse(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", " 5", "5 ", "5\n", ".", "-", "+-5", "1e", "e3", "1e3.5", "1e12345"),
        *("0x10", "0b1", "1_000", "1,5", "1/2", "5%", "NaN", "sNaN", "Infinity", "-inf"),
        *("\u0663", "\uff15", "\u00bd", "\u22125"),  # digits and a minus of other scripts
    ],
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert decimals.parse(text) is None


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ("1E+3", "1000"),
        ("-0", "0"),
        ("0E-9", "0"),
        ("1.500", "1.5"),
        ("1E-15", "0." + "0" * 14 + "1"),
    ],
)
def test_text_has_no_exponent_and_no_idle_zeros(value: str, plain: str) -> None:
    assert decimals.text(Decimal(value)) == plain


@pytest.mark.parametrize(
    ("value", "rounded"),
    [("0.5", "1"), ("-0.5", "-1"), ("1.5", "2"), ("2.5", "3"), ("0.49", "0"), ("-2.51", "-3")],
)
def test_a_half_is_rounded_away_from_zero(value: str, rounded: str) -> None:
    assert decimals.rounded(Decimal(value), places=0) == Decimal(rounded)


@pytest.mark.parametrize(
    ("value", "significant", "places", "integer"),
    [
        ("0", 0, 0, 0),
        ("100", 1, 0, 3),
        ("123.4500", 5, 2, 3),
        ("0.001", 1, 3, 0),
        ("1E+5", 1, 0, 6),
    ],
)
def test_digits_are_counted(value: str, significant: int, places: int, integer: int) -> None:
    number = Decimal(value)
    counted = (
        decimals.significant_digits(number),
        decimals.decimal_places(number),
        decimals.integer_digits(number),
    )
    assert counted == (significant, places, integer)


def test_a_total_keeps_digits_that_the_default_context_would_drop() -> None:
    total = decimals.total([Decimal("9" * 30), Decimal("0.000000000000001")])
    assert str(total) == "9" * 30 + ".000000000000001"

"""Decimal arithmetic against whole fractions."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from taximeter.ingest.event import Reading, Rejection, read_value
from taximeter.kit import decimals
from taximeter.settings import Settings
from tests.oracle.fold import in_places
from tests.oracle.worked import a_meter
from tests.properties.numbers import DIGITS_MAX, INTEGER_DIGITS_MAX, PLACES_MAX, numbers

# Wider than anything stored, so that limits are met from both sides.
spelled = st.builds(
    lambda sign, digits, exponent: f"{sign}{digits}e{exponent}",
    st.sampled_from(["", "-", "+"]),
    st.one_of(st.integers(0, 10**17), st.integers(1, 9).map(lambda digit: digit * 10**20)),
    st.integers(-40, 40),
)
exact = st.builds(
    lambda digits, places: Decimal(digits).scaleb(-places),
    st.integers(-(10**27), 10**27),
    st.integers(0, 20),
)


def value_of(text: str) -> Fraction:
    return Fraction(text)


@given(st.one_of(numbers(), spelled))
def test_a_number_is_read_as_what_it_spells(text: str) -> None:
    value = decimals.parse(text)
    assert value is not None
    assert Fraction(value) == value_of(text)


@given(st.text(st.sampled_from("0123456789+-.eE_xX ٣naifNAIF\n\t"), max_size=8))
def test_only_ascii_numbers_are_numbers(text: str) -> None:
    """The grammar, said a second time: sign, digits around at most one point, exponent."""
    mantissa, mark, exponent = text.replace("E", "e").partition("e")
    whole, _, fraction = mantissa.lstrip("+-").partition(".")
    signs = len(mantissa) - len(mantissa.lstrip("+-"))
    digits = exponent[1:] if exponent[:1] in {"+", "-"} else exponent
    plain = all(character in "0123456789" for character in whole + fraction + digits)
    good = signs <= 1 and bool(whole + fraction) and plain and bool(mark) == bool(digits)
    assert (decimals.parse(text) is not None) == (good and len(digits) <= 4)


@given(st.one_of(numbers(), spelled))
def test_text_is_plain_and_says_the_same(text: str) -> None:
    value = decimals.parse(text)
    assert value is not None
    plain = decimals.text(value)
    assert Fraction(plain) == value_of(text)
    assert not set(plain) - set("-0123456789.")
    assert plain not in {"-0", ""}
    assert "." not in plain or plain[-1] not in "0."


@given(exact, st.integers(0, 15))
def test_rounding_takes_a_half_away_from_zero(value: Decimal, places: int) -> None:
    assert decimals.rounded(value, places=places) == in_places(Fraction(value), places)


@given(exact, exact, st.integers(0, 15))
def test_division_rounds_once(dividend: Decimal, divisor: Decimal, places: int) -> None:
    assume(divisor)
    quotient = Fraction(dividend) / Fraction(divisor)
    assert decimals.divided(dividend, divisor, places=places) == in_places(quotient, places)


@given(st.lists(exact, max_size=50))
def test_a_total_loses_nothing(values: list[Decimal]) -> None:
    assert Fraction(decimals.total(values)) == sum(map(Fraction, values))


@given(st.one_of(numbers(), spelled))
def test_a_value_counts_exactly_within_the_limits(text: str) -> None:
    number = value_of(text)
    digits = str(abs(number.numerator) * 10**60 // number.denominator).strip("0")
    within = (
        len(digits) <= DIGITS_MAX
        and abs(number) < 10**INTEGER_DIGITS_MAX
        and (number * 10**PLACES_MAX).denominator == 1
    )
    read = read_value({"value": text}, a_meter(), Settings())
    if within:
        assert isinstance(read, Reading)
        assert read.value is not None
        assert Fraction(read.value) == number
    else:
        assert isinstance(read, Rejection)

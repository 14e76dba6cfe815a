"""Exact decimal arithmetic and the one rounding function.

Python's default decimal context silently rounds to 28 digits. Everything here runs in a context
that is wide enough for any total and traps the first inexact result, so that a digit can only be
lost where `rounded` is asked to lose it.
"""

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal, DivisionByZero, Inexact, InvalidOperation
from functools import lru_cache

PLACES = 15
"""Decimal places that the usage log keeps: DECIMAL(38,15)."""

ZERO = Decimal(0)
HUNDRED = Decimal(100)
_EXACT = Context(prec=120, traps=[Inexact, InvalidOperation, DivisionByZero])
_WIDE = Context(prec=120, rounding=ROUND_HALF_UP, traps=[InvalidOperation, DivisionByZero])
_QUANTUM = {places: Decimal(1).scaleb(-places) for places in range(PLACES + 1)}
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?", re.ASCII)


def parse(text: str) -> Decimal | None:
    """Return the decimal that `text` spells, or None where it spells none.

    Digits with an optional sign, decimal point and exponent; NaN, infinities, hexadecimal,
    blanks and digits of other scripts are not numbers.
    """
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def parsed(text: str) -> Decimal:
    """Return the decimal that a text known to spell one spells, in its normal form."""
    value = parse(text)
    assert value is not None, "the text was checked before"
    return normal(value)


def significant_digits(value: Decimal) -> int:
    """Count the digits between the first and the last that is not zero; 0 has none."""
    return len("".join(map(str, value.as_tuple().digits)).rstrip("0")) if value else 0


def decimal_places(value: Decimal) -> int:
    """Count the decimal places that `value` needs: 2 for 1.25 and for 1.2500, 0 for 100."""
    exponent = normal(value).as_tuple().exponent
    assert isinstance(exponent, int), "only finite decimals are measured"
    return max(0, -exponent)


def integer_digits(value: Decimal) -> int:
    """Count the digits left of the decimal point: 3 for 123.4, 0 for 0.5."""
    return max(0, value.adjusted() + 1) if value else 0


def normal(value: Decimal) -> Decimal:
    """Return the same number without trailing zeros and never in exponent form."""
    bare = _WIDE.normalize(value)
    exponent = bare.as_tuple().exponent
    assert isinstance(exponent, int), "only finite decimals are normalized"
    if exponent > 0:
        bare = _WIDE.quantize(bare, Decimal(1))
    return bare if bare else ZERO


@lru_cache(maxsize=10_000)
def text(value: Decimal) -> str:
    """Spell `value` in plain digits: no exponent, no trailing zeros, no negative zero.

    The lines of an invoice share most of their numbers: spelling each anew was half of showing it.
    """
    return format(normal(value), "f")


def total(values: Iterable[Decimal]) -> Decimal:
    """Add exactly."""
    result = ZERO
    for value in values:
        result = _EXACT.add(result, value)
    return result


def difference(minuend: Decimal, subtrahend: Decimal) -> Decimal:
    """Subtract exactly."""
    return _EXACT.subtract(minuend, subtrahend)


def product(one: Decimal, other: Decimal) -> Decimal:
    """Multiply exactly."""
    return _EXACT.multiply(one, other)


def quotient(dividend: Decimal, divisor: Decimal) -> Decimal:
    """Divide to 120 digits, which leaves nothing for a rounding that follows to get wrong."""
    return _WIDE.divide(dividend, divisor)


def shifted(value: Decimal, places: int) -> Decimal:
    """Move the decimal point exactly: to the right, and for negative `places` to the left."""
    return normal(_EXACT.scaleb(value, Decimal(places)))


def packages(quantity: Decimal, size: int, *, up: bool) -> Decimal:
    """Count the whole packages of `size` in a quantity; `up` counts one begun as a whole one."""
    numerator, denominator = quantity.as_integer_ratio()
    size *= denominator
    return Decimal(-(-numerator // size) if up else numerator // size)


def divided(dividend: Decimal, divisor: Decimal, *, places: int = PLACES) -> Decimal:
    """Divide and round half away from zero to `places` decimal places."""
    return rounded(_WIDE.divide(dividend, divisor), places=places)


def rounded(value: Decimal, *, places: int) -> Decimal:
    """Round half away from zero; the only place in the program where digits are dropped."""
    return _WIDE.quantize(value, _QUANTUM[places])

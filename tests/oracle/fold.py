"""The formulas a second time, in whole fractions and plain sets.

Nothing here is shared with the program, so that what both agree on was worked out twice.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import msgspec


class Row(msgspec.Struct, frozen=True):
    """What one counted event says: when, in which place of the log, and in which words."""

    timestamp_us: int
    seq: int
    text: str | None


def fold(formula: str, rows: Sequence[Row]) -> Decimal:
    """The result of a formula over at least one row."""
    assert rows, "a window without usage has no total"
    texts = [row.text for row in rows if row.text is not None]
    if formula == "count":
        return Decimal(len(rows))
    assert len(texts) == len(rows), f"every event of a meter of formula {formula} says something"
    if formula == "unique_count":
        return Decimal(len(set(texts)))
    numbers = [Fraction(text) for text in texts]
    match formula:
        case "sum":
            return in_places(sum(numbers, Fraction(0)))
        case "avg":
            return in_places(sum(numbers, Fraction(0)) / len(numbers))
        case "max":
            return in_places(sorted(numbers)[-1])
        case "min":
            return in_places(sorted(numbers)[0])
        case "last":
            latest = sorted((row.timestamp_us, row.seq, Fraction(row.text or "")) for row in rows)
            return in_places(latest[-1][2])
        case _:
            raise AssertionError(f"{formula} is a formula that this oracle does not know")


def in_places(number: Fraction, places: int = 15) -> Decimal:
    """A fraction in decimal places, a half rounded away from zero."""
    scaled = abs(number) * 10**places
    whole = scaled.numerator // scaled.denominator
    if scaled - whole >= Fraction(1, 2):
        whole += 1
    return Decimal((int(number < 0), tuple(int(digit) for digit in str(whole)), -places))

"""Money: integers in a currency's minor unit, and the one rounding of an amount.

Amounts before rounding are exact decimals in the minor unit: 0.5 is half a cent.
"""

import re
from decimal import Decimal

from taximeter.kit import decimals

PLACES = 12
"""Decimal places that a unit amount may have, in Stripe's `unit_amount_decimal`."""

_THREE_DECIMAL = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
"""Currencies of a thousand minor units, whose amounts Stripe keeps to the nearest ten."""

_ZERO_DECIMAL = frozenset(
    {"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga"}
    | {"pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"}
)
"""Currencies that have no minor unit: one is one."""

_TEN = Decimal(10)
_CODE = re.compile(r"[a-z]{3}")


def is_currency(code: str) -> bool:
    """Say whether a text looks like a currency: three lower-case letters, as Stripe spells them."""
    return _CODE.fullmatch(code) is not None


def rounded(amount: Decimal, currency: str) -> int:
    """Round an amount half away from zero to what the currency can be paid in."""
    if currency in _THREE_DECIMAL:
        return int(decimals.divided(amount, _TEN, places=0)) * 10
    return int(decimals.rounded(amount, places=0))


def step(currency: str) -> int:
    """Return what every rounded amount is a multiple of: 1, or 10 with three decimals."""
    return 10 if currency in _THREE_DECIMAL else 1


def places(currency: str) -> int:
    """Return how many decimal places the major unit has: 2 for dollars, 0 for yen."""
    if currency in _ZERO_DECIMAL:
        return 0
    return 3 if currency in _THREE_DECIMAL else 2


def major(amount: Decimal, currency: str) -> Decimal:
    """Return an exact amount of minor units in the major one: 0.002 dollars for 0.2 cents."""
    return decimals.shifted(amount, -places(currency))


def minor(amount: Decimal, currency: str) -> Decimal:
    """Return an exact amount of major units in the minor one: 0.2 cents for 0.002 dollars."""
    return decimals.shifted(amount, places(currency))


def spelled(amount: int, currency: str) -> str:
    """Write an amount for people, in the currency's major unit: 1,234.50 for 123450 cents."""
    after_point = places(currency)
    if not after_point:
        return f"{amount:,}"
    whole, rest = divmod(abs(amount), 10**after_point)
    return f"{'-' if amount < 0 else ''}{whole:,}.{rest:0{after_point}}"

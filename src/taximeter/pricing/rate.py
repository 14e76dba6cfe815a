"""Rating: a quantity and a price to exact amounts, one charge for each line of an invoice."""

from decimal import Decimal
from typing import Literal

import msgspec

from taximeter.pricing.price import Price


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """Units at one amount, or a flat fee: what one line of an invoice is made of.

    `quantity` is what the unit amount is multiplied with: for packages, whole packages; for a flat
    fee, one. `tier` counts from 0; None without tiers. `exact` is unrounded and `amount` rounded
    once, both in the minor unit.
    """

    kind: Literal["units", "flat"]
    tier: int | None = None
    quantity: Decimal
    unit_amount: Decimal
    exact: Decimal
    amount: int


def rate(price: Price, *, currency: str, quantity: Decimal) -> tuple[Charge, ...]:
    """Price a quantity that is not negative; always at least one charge.

    The price has the currency. Without usage there is one charge of quantity 0, and a flat fee of
    the first tier beside it where it has one.
    """
    raise NotImplementedError

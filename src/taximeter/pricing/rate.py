"""Rating: a quantity and a price to exact amounts, one charge for each line of an invoice."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

import msgspec

from taximeter.kit import decimals, money
from taximeter.kit.decimals import ZERO
from taximeter.pricing.price import Price, Tier

_ONE = Decimal(1)


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

    The price has the currency. Each touched tier has a charge, and a flat fee has one of its own
    behind its tier's. Without usage there is one charge of quantity 0, and a flat fee of the first
    tier beside it where it has one: as at Stripe, a first tier is always reached.
    """
    assert quantity >= 0, "a total below zero is billed as none"
    option = price.currency_options[currency]
    if price.billing_scheme == "per_unit":
        transform = price.transform_quantity
        if transform is not None:
            up = transform.round == "up"
            quantity = decimals.packages(quantity, transform.divide_by, up=up)
        return (_units(currency, None, quantity, option.unit_amount or ZERO),)
    if price.tiers_mode == "volume":
        index = tier_of(option.tiers, quantity)
        return tuple(_of_tier(currency, index, option.tiers[index], quantity))
    return tuple(_graduated(currency, option.tiers, quantity))


def tier_of(tiers: tuple[Tier, ...], quantity: Decimal) -> int:
    """Return the index of the tier that holds a quantity; the last one has no end."""
    return next(
        index for index, tier in enumerate(tiers) if tier.up_to is None or quantity <= tier.up_to
    )


def _graduated(currency: str, tiers: tuple[Tier, ...], quantity: Decimal) -> Iterator[Charge]:
    below = ZERO
    for index, tier in enumerate(tiers):
        if index and quantity <= below:
            return
        top = quantity if tier.up_to is None else min(quantity, Decimal(tier.up_to))
        yield from _of_tier(currency, index, tier, decimals.difference(top, below))
        below = top


def _of_tier(currency: str, index: int, tier: Tier, quantity: Decimal) -> Iterator[Charge]:
    yield _units(currency, index, quantity, tier.unit_amount or ZERO)
    if tier.flat_amount:
        yield Charge(
            kind="flat",
            tier=index,
            quantity=_ONE,
            unit_amount=tier.flat_amount,
            exact=tier.flat_amount,
            amount=money.rounded(tier.flat_amount, currency),
        )


def _units(currency: str, tier: int | None, quantity: Decimal, unit_amount: Decimal) -> Charge:
    exact = decimals.product(quantity, unit_amount)
    return Charge(
        kind="units",
        tier=tier,
        quantity=quantity,
        unit_amount=unit_amount,
        exact=exact,
        amount=money.rounded(exact, currency),
    )

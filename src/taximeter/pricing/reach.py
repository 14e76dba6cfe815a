"""How far a quantity may move before an amount can come to something: bounds in closed form.

Per-unit prices, packages and graduated tiers never cost less for more. Volume tiers may: a tier
that is reached prices all units anew. What is promised here holds for every quantity between 0 and
the one that is answered, so also when usage is cancelled.
"""

from decimal import ROUND_FLOOR, Context, Decimal

from taximeter.kit import decimals, money
from taximeter.kit.decimals import ZERO
from taximeter.pricing.price import Price, Tier
from taximeter.pricing.rate import rate, tier_of

QUANTITY_MAX = Decimal(10) ** 21
"""What stands for without end: more than any log adds up to."""

_STEP = Decimal(1).scaleb(-decimals.PLACES)
_FLOOR = Context(prec=120, rounding=ROUND_FLOOR)
_HALF = Decimal("0.5")
_ONE = Decimal(1)


def amount(price: Price, *, currency: str, quantity: Decimal) -> int:
    """Return what a quantity comes to, one rounding for each charge; below zero it is none."""
    charges = rate(price, currency=currency, quantity=max(ZERO, quantity))
    return sum(charge.amount for charge in charges)


def amount_max(price: Price, *, currency: str, low: Decimal, high: Decimal) -> int:
    """Return the largest amount that a quantity of `[low, high]` comes to."""
    quantities = [high]
    if price.tiers_mode == "volume":
        tops = [Decimal(tier.up_to) for tier in _tiers(price, currency) if tier.up_to is not None]
        quantities += [top for top in tops if low <= top < high]
    return max(amount(price, currency=currency, quantity=one) for one in quantities)


def reach(
    price: Price, *, currency: str, quantity: Decimal, gain: int, gain_elsewhere: int | None = None
) -> Decimal:
    """Return a quantity, at least the one given, up to which an amount surely gains no more.

    `gain` is how much more, in the minor unit, than the given quantity comes to. `gain_elsewhere`
    is how much all of the amount in another volume tier may come to; by default as much as here.
    Where nothing can be promised the answer is the quantity itself.
    """
    quantity = max(ZERO, quantity)
    limit = amount(price, currency=currency, quantity=quantity) + gain
    if price.billing_scheme == "per_unit":
        unit = price.currency_options[currency].unit_amount or ZERO
        transform = price.transform_quantity
        if transform is None:
            found = _units_within(unit, limit, currency)
        else:
            packages = _FLOOR.to_integral_value(_units_within(unit, limit, currency))
            if transform.round == "down":
                packages = decimals.total((packages, _ONE))
            found = decimals.product(packages, Decimal(transform.divide_by))
            if transform.round == "down":
                found = decimals.difference(found, _STEP)
    elif price.tiers_mode == "graduated":
        found = _graduated(_tiers(price, currency), limit, currency)
    else:
        elsewhere = limit if gain_elsewhere is None else gain_elsewhere
        found = _volume(_tiers(price, currency), quantity, limit, elsewhere, currency)
    return max(quantity, min(found, QUANTITY_MAX))


def _tiers(price: Price, currency: str) -> tuple[Tier, ...]:
    return price.currency_options[currency].tiers


def _graduated(tiers: tuple[Tier, ...], limit: int, currency: str) -> Decimal:
    below = ZERO
    for tier in tiers:
        limit -= _flat(tier, currency)
        if limit < 0:
            return below
        units = _units_within(tier.unit_amount or ZERO, limit, currency)
        if tier.up_to is None:
            return decimals.total((below, units))
        width = decimals.difference(Decimal(tier.up_to), below)
        if units < width:
            return decimals.total((below, units))
        limit -= money.rounded(decimals.product(width, tier.unit_amount or ZERO), currency)
        below = Decimal(tier.up_to)
    raise AssertionError("the last tier has no end")


def _volume(
    tiers: tuple[Tier, ...], quantity: Decimal, limit: int, elsewhere: int, currency: str
) -> Decimal:
    own = tier_of(tiers, quantity)
    below = ZERO
    for index, tier in enumerate(tiers):
        left = (limit if index == own else elsewhere) - _flat(tier, currency)
        units = ZERO if left < 0 else _units_within(tier.unit_amount or ZERO, left, currency)
        if left < 0 or units <= below:
            return below
        if tier.up_to is None or units < tier.up_to:
            return units
        below = Decimal(tier.up_to)
    raise AssertionError("the last tier has no end")


def _flat(tier: Tier, currency: str) -> int:
    return 0 if tier.flat_amount is None else money.rounded(tier.flat_amount, currency)


def _units_within(unit_amount: Decimal, limit: int, currency: str) -> Decimal:
    """Return the most units, to the log's last place, whose rounded amount is within a limit."""
    if not unit_amount:
        return QUANTITY_MAX
    least = money.step(currency)
    below = decimals.total(
        (Decimal(limit // least * least), decimals.product(Decimal(least), _HALF))
    )
    units = min(_floored(decimals.quotient(below, unit_amount)), QUANTITY_MAX)
    # What is half-way is rounded up, and is too much already.
    over = decimals.product(units, unit_amount) >= below
    return decimals.difference(units, _STEP) if over else units


def _floored(value: Decimal) -> Decimal:
    return _FLOOR.quantize(min(value, QUANTITY_MAX), _STEP)

"""Lines of invoices, made from a subscription's items and their prices."""

from decimal import Decimal

import msgspec

from taximeter.invoicing.invoice import Line, MeteredUsage
from taximeter.kit import decimals
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.decimals import ZERO
from taximeter.kit.ids import new_id
from taximeter.kit.periods import floor_us
from taximeter.meters import Meter
from taximeter.pricing.price import Price
from taximeter.pricing.rate import Charge, rate
from taximeter.subscriptions.subscription import Subscription, SubscriptionItem


def usage_end(meter: Meter, *, at: int, final: bool = False) -> int:
    """Return up to where usage is billed at a moment.

    A meter of whole hours or days is billed in complete ones, and what is left over is on the next
    invoice; a final invoice leaves nothing over.
    """
    if meter.event_time_window is None or final:
        return at
    return floor_us(at * MICROSECONDS, meter.event_time_window) // MICROSECONDS


def metered_lines(
    subscription: Subscription,
    item: SubscriptionItem,
    price: Price,
    usage: MeteredUsage,
    *,
    name: str,
) -> tuple[Line, ...]:
    """Bill usage of an item: see `usage_lines`."""
    return usage_lines(
        price,
        usage,
        currency=subscription.currency,
        name=name,
        subscription=subscription.id,
        subscription_item=item.id,
    )


def usage_lines(
    price: Price,
    usage: MeteredUsage,
    *,
    currency: str,
    name: str,
    subscription: str | None,
    subscription_item: str | None,
) -> tuple[Line, ...]:
    """Bill usage: a line for each tier that it touches, and one for each flat fee.

    A total below zero bills nothing. After an invoice at a threshold each line is what all of the
    period comes to less what was billed before, so that tiers go on. `name` is the product's.
    """
    everything = max(ZERO, usage.value)
    charges = rate(price, currency=currency, quantity=everything)
    if usage.billed_before > 0:
        charges = difference(charges, rate(price, currency=currency, quantity=usage.billed_before))
    transformed = price.transform_quantity is not None
    return tuple(
        _line(
            price,
            charge,
            currency=currency,
            start=usage.start,
            end=usage.end,
            name=name,
            quantity=(
                decimals.difference(everything, usage.billed_before)
                if transformed
                else charge.quantity
            ),
            subscription=subscription,
            subscription_item=subscription_item,
            usage=usage,
        )
        for charge in charges
    )


def licensed_lines(
    subscription: Subscription,
    item: SubscriptionItem,
    price: Price,
    *,
    start: int,
    end: int,
    name: str,
) -> tuple[Line, ...]:
    """Bill an item's quantity for a period in advance."""
    quantity = Decimal(1 if item.quantity is None else item.quantity)
    charges = rate(price, currency=subscription.currency, quantity=quantity)
    transformed = price.transform_quantity is not None
    return tuple(
        _line(
            price,
            charge,
            currency=subscription.currency,
            start=start,
            end=end,
            name=name,
            quantity=quantity if transformed else charge.quantity,
            subscription=subscription.id,
            subscription_item=item.id,
            usage=None,
        )
        for charge in charges
    )


def difference(charges: tuple[Charge, ...], before: tuple[Charge, ...]) -> tuple[Charge, ...]:
    """Return what charges add to those that were billed; with volume tiers that may be negative."""
    billed = {(one.kind, one.tier): one for one in before}
    added = []
    for one in charges:
        earlier = billed.pop((one.kind, one.tier), None)
        added.append(one if earlier is None else _less(one, earlier))
    # A volume tier that was left for a higher one is taken back whole.
    taken_back = [_less(_nothing_of(one), one) for one in billed.values()]
    kept = [one for one in (*added, *taken_back) if one.quantity or one.exact]
    return tuple(kept) or (_nothing_of(charges[0]),)


def _less(charge: Charge, earlier: Charge) -> Charge:
    return msgspec.structs.replace(
        charge,
        quantity=decimals.difference(charge.quantity, earlier.quantity),
        exact=decimals.difference(charge.exact, earlier.exact),
        amount=charge.amount - earlier.amount,
    )


def _nothing_of(charge: Charge) -> Charge:
    return msgspec.structs.replace(charge, quantity=ZERO, exact=ZERO, amount=0)


def _line(
    price: Price,
    charge: Charge,
    *,
    currency: str,
    start: int,
    end: int,
    name: str,
    quantity: Decimal,
    subscription: str | None,
    subscription_item: str | None,
    usage: MeteredUsage | None,
) -> Line:
    return Line(
        id=new_id("il"),
        kind=charge.kind,
        amount=charge.amount,
        currency=currency,
        description=_description(name, price, charge, quantity),
        period_start=start,
        period_end=end,
        quantity=quantity,
        unit_amount=charge.unit_amount,
        tier=charge.tier,
        price=price.id,
        product=price.product,
        subscription=subscription,
        subscription_item=subscription_item,
        usage=usage,
    )


def _description(name: str, price: Price, charge: Charge, quantity: Decimal) -> str:
    tier = "" if charge.tier is None else f" (Tier {charge.tier + 1})"
    if charge.kind == "flat":
        return f"{name}{tier}: flat fee"
    return f"{decimals.text(quantity)} × {price.nickname or name}{tier}"

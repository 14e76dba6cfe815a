"""What usage so far leaves of credits: the live balance, as a pure function of quantities."""

from decimal import Decimal

import msgspec

from taximeter.credits.balance import add_up
from taximeter.invoicing.invoice import Invoice, Line
from taximeter.invoicing.refresh import is_refreshed
from taximeter.invoicing.standing import Quantities, Standing, quantities_wanted, to_come
from taximeter.invoicing.unbilled import credits_left
from taximeter.invoicing.usage import UsageKey, key_of
from taximeter.kit import decimals
from taximeter.kit.decimals import ZERO
from taximeter.pricing.price import Price
from taximeter.pricing.reach import QUANTITY_MAX, reach


def grants_left(standing: Standing, quantities: Quantities) -> dict[str, int]:
    """Return what is left of each grant once the invoices are finalized that are to come."""
    return credits_left(
        to_come(standing, quantities),
        customer=standing.customer,
        grants=standing.grants,
        balances=standing.balances,
    )


def credit_left(standing: Standing, quantities: Quantities, currency: str) -> int:
    """Return what is left of the credits in effect, usage so far taken off, in the minor unit."""
    balances = add_up(
        standing.grants,
        balances=standing.balances,
        now=standing.now,
        live=grants_left(standing, quantities),
    )
    return next((one.live or 0 for one in balances if one.currency == currency), 0)


def credit_headroom(
    standing: Standing, quantities: Quantities, currency: str, *, lte: int
) -> dict[UsageKey, Decimal]:
    """Return how much more of each quantity may come with credits surely left above a threshold.

    A unit more on a line takes at most a unit from one grant, so that credits fall by no more than
    the lines grow. All may come at once, and each may also fall, as far as to none. 0 where
    nothing can be promised: then every change is to be looked at.
    """
    rooms = dict.fromkeys(quantities_wanted(standing), ZERO)
    lines = moving(standing, quantities)
    rooms.update((one.key, QUANTITY_MAX) for one in lines)
    paid = [one for one in lines if one.currency == currency]
    above = credit_left(standing, quantities, currency) - lte - 1
    for one in paid:
        if above < 0:
            rooms[one.key] = ZERO
            continue
        share = above // len(paid)
        top = reach(
            one.price,
            currency=currency,
            quantity=quantities[one.key],
            gain=share,
            gain_elsewhere=share,
        )
        rooms[one.key] = min(rooms[one.key], decimals.difference(top, quantities[one.key]))
    return rooms


class Moving(msgspec.Struct, frozen=True, kw_only=True):
    """Lines of an invoice to come that follow one quantity."""

    key: UsageKey
    price: Price
    currency: str


def moving(standing: Standing, quantities: Quantities) -> list[Moving]:
    """Return which lines follow which quantity; adjustments for late usage are left out.

    Those come and go with their usage, and nothing is promised of it.
    """
    found = {}
    for invoice in to_come(standing, quantities):
        for line in invoice.lines:
            if line.usage is None or line.price is None or not _follows(invoice, line):
                continue
            key = key_of(line.usage, standing.customer.id)
            found[line.subscription_item, line.price, key] = Moving(
                key=key, price=standing.terms.prices[line.price], currency=invoice.currency
            )
    return list(found.values())


def _follows(invoice: Invoice, line: Line) -> bool:
    if invoice.billing_reason == "upcoming":
        return line.kind in {"units", "flat"} and line.invoice_item is None
    return is_refreshed(invoice, line)

"""Spend: what metered usage of the running billing periods is priced at, before anything pays.

Each metered item of a running subscription is rated for all of its period's usage, as its next
invoice rates it; what invoices at thresholds have billed of it already counts too. Usage at a price
that was replaced within the period counts while it waits for the next invoice. Trials cost nothing,
licensed prices are no usage, and credits take nothing off.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

import msgspec

from taximeter.invoicing.boundary import period_end
from taximeter.invoicing.items import item_lines
from taximeter.invoicing.renewal import usage_keys
from taximeter.invoicing.standing import Quantities, Standing
from taximeter.invoicing.usage import UsageKey
from taximeter.kit import decimals
from taximeter.kit.decimals import ZERO
from taximeter.pricing.price import Price
from taximeter.pricing.reach import QUANTITY_MAX, amount, amount_max, reach


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """A metered item in its running period: which usage is rated at which price."""

    item: str
    key: UsageKey
    price: Price
    currency: str
    period_start: int


def running(standing: Standing, currency: str) -> tuple[Running, ...]:
    """Return the metered items whose usage counts by now, of one currency."""
    return tuple(one for one in _running(standing) if one.currency == currency)


def _running(standing: Standing) -> Iterator[Running]:
    for subscription in standing.subscriptions:
        end = period_end(subscription)
        if subscription.cancel_at is not None:
            end = min(end, subscription.cancel_at)
        keys = usage_keys(subscription, at=end, terms=standing.terms)
        for item in subscription.items:
            if item.id in keys:
                yield Running(
                    item=item.id,
                    key=keys[item.id],
                    price=standing.terms.prices[item.price],
                    currency=subscription.currency,
                    period_start=item.current_period_start,
                )


def spend(standing: Standing, quantities: Quantities, currency: str) -> int:
    """Return what quantities come to, in the minor unit; a total below zero costs nothing."""
    return _waiting(standing, currency) + sum(
        amount(one.price, currency=currency, quantity=quantities[one.key])
        for one in running(standing, currency)
    )


def _waiting(standing: Standing, currency: str) -> int:
    """Return what usage at replaced prices comes to, which waits for the next invoice."""
    return sum(
        line.amount
        for item in standing.pending
        if item.currency == currency
        for line in item_lines(item)
        if line.usage is not None
    )


def spend_max(
    standing: Standing,
    quantities: Quantities,
    currency: str,
    *,
    plus: Mapping[UsageKey, Decimal],
    minus: Mapping[UsageKey, Decimal],
) -> int:
    """Return what spend is at most while each quantity moves within `[q - minus, q + plus]`."""
    return _waiting(standing, currency) + sum(
        amount_max(
            one.price,
            currency=currency,
            low=decimals.difference(quantities[one.key], minus.get(one.key, ZERO)),
            high=decimals.total((quantities[one.key], plus.get(one.key, ZERO))),
        )
        for one in running(standing, currency)
    )


def spend_headroom(
    standing: Standing, quantities: Quantities, currency: str, *, gte: int
) -> dict[UsageKey, Decimal]:
    """Return how much more of each quantity may come with spend surely below a threshold.

    All may come at once, and each may also fall, as far as to none. 0 where nothing can be
    promised: then every change is to be looked at. No further than `QUANTITY_MAX`.
    """
    items = running(standing, currency)
    below = gte - 1 - spend(standing, quantities, currency)
    rooms: dict[UsageKey, Decimal] = {}
    for one in items:
        quantity = max(ZERO, quantities[one.key])
        if below < 0:
            rooms[one.key] = ZERO
            continue
        top = reach(one.price, currency=currency, quantity=quantity, gain=below // len(items))
        room = decimals.difference(top, quantities[one.key])
        rooms[one.key] = min(rooms.get(one.key, QUANTITY_MAX), room)
    return rooms

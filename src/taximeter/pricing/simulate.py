"""What customers would have paid: the real usage of a range under two sets of prices.

The range is priced as one billing period, and each customer as if it had subscribed to all prices
of a set. One query a meter and filter reads everyone's usage; the rest is arithmetic in memory.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal

import msgspec

from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.decimals import ZERO
from taximeter.meters import Meter
from taximeter.pricing.price import DimensionFilters, Price
from taximeter.pricing.rate import rate
from taximeter.usage.reader import UsageQuery, UsageReader

Quantities = Mapping[str, Decimal]
"""What each customer used, as far as a price counts it."""


class Simulated(msgspec.Struct, frozen=True, kw_only=True):
    """What a customer would have paid, in the currency's minor unit."""

    customer: str
    before: int
    after: int

    @property
    def difference(self) -> int:
        """Return what the customer would have paid more; negative where it is less."""
        return self.after - self.before


class Simulation(msgspec.Struct, frozen=True, kw_only=True):
    """What everyone would have paid, those first for whom most changes."""

    currency: str
    customers: Sequence[Simulated]

    @property
    def before(self) -> int:
        """Return what all would have paid under the first set."""
        return sum(one.before for one in self.customers)

    @property
    def after(self) -> int:
        """Return what all would have paid under the second set."""
        return sum(one.after for one in self.customers)

    @property
    def winners(self) -> int:
        """Return how many would have paid less under the second set."""
        return sum(one.after < one.before for one in self.customers)

    @property
    def losers(self) -> int:
        """Return how many would have paid more under the second set."""
        return sum(one.after > one.before for one in self.customers)


def simulate(
    *,
    reader: UsageReader,
    meters: Mapping[str, Meter],
    before: Sequence[Price],
    after: Sequence[Price],
    currency: str,
    start: int,
    end: int,
    customers: Collection[str] | None = None,
) -> Simulation:
    """Price the usage of `[start, end)`, in Unix seconds, under both sets of metered prices.

    Every price has the currency, its meter is among `meters`, its id is its own, and no set is
    empty. Without `customers`, all are looked at who used something that one of the prices counts;
    those who are named are looked at whether they did or not.
    """
    prices = {price.id: price for price in (*before, *after)}.values()
    used = {
        one: _quantities(reader, meters[one[0]], one[1], start=start, end=end, customers=customers)
        for one in {price.counted for price in prices}
    }
    everyone = sorted(
        set(customers)
        if customers is not None
        else {customer for quantities in used.values() for customer in quantities}
    )
    paid = {price.id: _paid(price, currency, used[price.counted], everyone) for price in prices}
    rows = [
        Simulated(customer=customer, before=first, after=second)
        for customer, first, second in zip(
            everyone, _added(paid, before), _added(paid, after), strict=True
        )
    ]
    rows.sort(key=lambda one: (-abs(one.difference), one.customer))
    return Simulation(currency=currency, customers=rows)


def _quantities(
    reader: UsageReader,
    meter: Meter,
    filters: DimensionFilters,
    *,
    start: int,
    end: int,
    customers: Collection[str] | None,
) -> Quantities:
    """Read what everyone used, or the one customer who is asked for; a total below zero is none."""
    query = UsageQuery(
        meter=meter,
        start_us=start * MICROSECONDS,
        end_us=end * MICROSECONDS,
        customer=next(iter(customers)) if customers is not None and len(customers) == 1 else None,
        by_customer=True,
        dimension_filters=filters,
    )
    return {
        one.customer: max(ZERO, one.value)
        for one in reader.totals(query)
        if one.customer is not None
    }


def _paid(price: Price, currency: str, used: Quantities, customers: Sequence[str]) -> list[int]:
    """Return what each customer pays for one price: the lines of an invoice, added up."""
    nothing = _amount(price, currency, ZERO)
    return [
        nothing if (quantity := used.get(customer)) is None else _amount(price, currency, quantity)
        for customer in customers
    ]


def _amount(price: Price, currency: str, quantity: Decimal) -> int:
    return sum(charge.amount for charge in rate(price, currency=currency, quantity=quantity))


def _added(paid: Mapping[str, list[int]], prices: Sequence[Price]) -> Iterable[int]:
    """Add up, customer by customer, what a set of prices comes to."""
    return map(sum, zip(*(paid[price.id] for price in prices), strict=True))

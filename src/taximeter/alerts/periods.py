"""The billing periods over which usage is watched.

A customer's periods on a meter are those of the subscription that has an item on it, the oldest of
several; without one they are the calendar months in UTC. They are counted from the anchor, so that
each moment has one, however far from the running period.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

import msgspec

from taximeter.customers import Customer
from taximeter.kit.clock import MICROSECONDS
from taximeter.pricing.price import Interval, Price, PriceStore
from taximeter.subscriptions.periods import period_holding
from taximeter.subscriptions.subscription import Subscription, interval_of


class _Subscriptions(Protocol):
    def of_customers(self, environment: int, customers: Collection[str]) -> Sequence[Subscription]:
        """Return the subscriptions of customers but for the canceled, newest first."""
        ...


class Unit(Protocol):
    """The stores that say which periods a customer has, within one transaction."""

    @property
    def customers(self) -> "Customers":
        """Return the customers."""
        ...

    @property
    def subscriptions(self) -> _Subscriptions:
        """Return the subscriptions."""
        ...

    @property
    def prices(self) -> PriceStore:
        """Return the prices."""
        ...


class Customers(Protocol):
    """Customers, many at once."""

    def many(self, environment: int, ids: Collection[str]) -> dict[str, Customer]:
        """Return those of the customers that exist, deleted or not, by id."""
        ...


class Cycle(msgspec.Struct, frozen=True, kw_only=True):
    """How periods follow one another: from an anchor, in Unix seconds."""

    anchor: int = 0
    interval: Interval = "month"
    count: int = 1

    def holding_us(self, moment_us: int) -> tuple[int, int]:
        """Return the period `[start, end)` that holds a moment, in microseconds."""
        start, end = period_holding(
            self.anchor, self.interval, self.count, moment_us // MICROSECONDS
        )
        return start * MICROSECONDS, end * MICROSECONDS


MONTHS = Cycle()
"""The calendar months in UTC."""


class Cycles:
    """The cycles of customers, by the meter; read in a few queries for many."""

    def __init__(self, unit: Unit, environment: int, customers: Collection[str]) -> None:
        """Read what customers subscribe to."""
        subscriptions = unit.subscriptions.of_customers(environment, customers)
        prices = unit.prices.many(
            environment, {item.price for one in subscriptions for item in one.items}
        )
        self._cycles: dict[tuple[str, str], Cycle] = {}
        for subscription in subscriptions:  # newest first: the oldest has the last word
            if subscription.items:
                self._add(subscription, prices)

    def _add(self, subscription: Subscription, prices: Mapping[str, Price]) -> None:
        for item in subscription.items:
            price = prices[item.price]
            if price.recurring is None or price.recurring.meter is None:
                continue
            interval, count = interval_of(price)
            self._cycles[subscription.customer, price.recurring.meter] = Cycle(
                anchor=subscription.billing_cycle_anchor, interval=interval, count=count
            )

    def of(self, customer: str, meter: str) -> Cycle:
        """Return a customer's cycle on a meter."""
        return self._cycles.get((customer, meter), MONTHS)

"""Spend that comes to a threshold.

The quantities are priced anew only where headroom says that a threshold could be met.
"""

from collections.abc import Collection, Sequence
from decimal import Decimal

from taximeter.alerts.alert import Alert, Told
from taximeter.alerts.priced import Followed, amounts, followed, looks, quantities_of
from taximeter.alerts.watches import Crossing, Row
from taximeter.invoicing.spend import running, spend, spend_headroom
from taximeter.invoicing.standing import Quantities, Standing
from taximeter.kit.clock import MICROSECONDS


class SpendCondition:
    """One customer's spend of one currency, held against the alerts that have not told of it."""

    def __init__(
        self,
        standing: Standing,
        currency: str,
        alerts: Sequence[Alert],
        *,
        told: Collection[Told],
        series: Followed,
    ) -> None:
        """Hold the spend of a customer against alerts, but those that told in the running round."""
        self._standing = standing
        self._currency = currency
        items = running(standing, currency)
        self._wanted = {one.key for one in items}
        self._keys = followed(self._wanted, series)
        customer = standing.customer.id
        period = max((one.period_start for one in items), default=0)
        self._pending = [
            (alert, number)
            for alert in alerts
            if (alert.id, customer, number := round_of(alert, period)) not in told
        ]
        self.key = f"spend {currency} {standing.customer.environment} {customer}"
        self.quantities = quantities_of(customer, self._keys, series)

    @property
    def idle(self) -> bool:
        """Say whether every alert has told."""
        return not (self._pending and self._keys)

    def crossings(self, numbers: Sequence[Decimal], row: Row) -> Sequence[Crossing]:
        """Return which alerts fire with a row, after which the quantities are these numbers."""
        amount = spend(self._standing, self._at(numbers), self._currency)
        fired = [
            (alert, number)
            for alert, number in self._pending
            if amount >= gte(alert) and row.received_at_us >= alert.active_since_us
        ]
        self._pending = [one for one in self._pending if one not in fired]
        return [
            Crossing(
                alert=alert.id,
                customer=self._standing.customer.id,
                round=number,
                value=Decimal(amount),
                row=row,
            )
            for alert, number in fired
        ]

    def look_at(self, numbers: Sequence[Decimal]) -> Sequence[Decimal | None]:
        """Return for each quantity a number: as long as all stay below, nothing can happen."""
        if self.idle:
            return [None for _ in self._keys]
        rooms = spend_headroom(
            self._standing,
            self._at(numbers),
            self._currency,
            gte=min(gte(alert) for alert, _ in self._pending),
        )
        return looks(self._keys, numbers, rooms)

    def _at(self, numbers: Sequence[Decimal]) -> Quantities:
        return amounts(self._wanted, self._keys, numbers)


def gte(alert: Alert) -> int:
    """Return the amount that an alert on spend waits for."""
    assert alert.spend_threshold is not None, "an alert has the threshold of its type"
    return alert.spend_threshold.gte


def round_of(alert: Alert, period_start: int) -> int:
    """Return the round that an alert on spend is in: a period's start in microseconds, or 0."""
    assert alert.spend_threshold is not None, "an alert has the threshold of its type"
    return (
        period_start * MICROSECONDS if alert.spend_threshold.recurrence == "billing_period" else 0
    )

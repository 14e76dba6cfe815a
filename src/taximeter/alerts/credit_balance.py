"""Credits that usage, or anything else, brings down to a threshold."""

from collections.abc import Sequence
from decimal import Decimal

from taximeter.alerts.alert import Alert
from taximeter.alerts.priced import (
    Followed,
    amounts,
    followed,
    looks,
    present_at,
    quantities_of,
)
from taximeter.alerts.watches import Crossing, Row
from taximeter.invoicing.credit_left import credit_headroom, credit_left
from taximeter.invoicing.standing import Quantities, Standing, quantities_wanted


class CreditBalanceCondition:
    """One customer's credits of one currency, held against one alert.

    After it has told, a new round begins once the balance stands above the threshold again when
    the customer is read anew; usage that is taken back alone begins none. So what is looked at
    here has not told in its round.
    """

    def __init__(self, standing: Standing, alert: Alert, *, rounds: int, series: Followed) -> None:
        """Hold a customer's credits against an alert that told of it in so many rounds."""
        threshold = alert.credit_balance_threshold
        assert threshold is not None, "an alert has the threshold of its type"
        self._standing = standing
        self._alert = alert
        self._lte, self._currency = threshold.lte, threshold.currency
        self._round = rounds
        self._wanted = quantities_wanted(standing)
        self._keys = followed(self._wanted, series)
        self._over = not any(
            grant.currency == self._currency and grant.effective_at <= standing.now
            for grant in standing.grants
        )
        customer = standing.customer
        self.key = f"credit {alert.id} {customer.environment} {customer.id}"
        self.quantities = quantities_of(customer.id, self._keys, series)

    @property
    def idle(self) -> bool:
        """Say whether the customer never had credits of the currency, or the alert has told."""
        return self._over

    def crossings(self, numbers: Sequence[Decimal], row: Row) -> Sequence[Crossing]:
        """Return the alert if it fires with a row, after which the quantities are these numbers."""
        if self._over or row.received_at_us < self._alert.active_since_us:
            return ()
        present = present_at(self._standing, row)
        left = credit_left(present, self._at(numbers), self._currency)
        if left > self._lte:
            return ()
        self._over = True
        return [
            Crossing(
                alert=self._alert.id,
                customer=self._standing.customer.id,
                round=self._round,
                value=Decimal(left),
                row=row,
            )
        ]

    def look_at(self, numbers: Sequence[Decimal]) -> Sequence[Decimal | None]:
        """Return for each quantity a number: as long as all stay below, nothing can happen."""
        at = self._at(numbers)
        if not self._over and self._round:
            # It has told before: only a balance that has risen since can fall again.
            self._over = credit_left(self._standing, at, self._currency) <= self._lte
        if self._over:
            return [None for _ in self._keys]
        rooms = credit_headroom(self._standing, at, self._currency, lte=self._lte)
        return looks(self._keys, numbers, rooms)

    def _at(self, numbers: Sequence[Decimal]) -> Quantities:
        return amounts(self._wanted, self._keys, numbers)

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

    Told and recovered follow each other: the first round tells, the second says that the balance
    stands above the threshold again, and so on. A balance recovers by a change of the records, new
    credits most of all; usage that is taken back is not looked for.
    """

    def __init__(self, standing: Standing, alert: Alert, *, rounds: int, series: Followed) -> None:
        """Hold a customer's credits against an alert that has had so many rounds with it."""
        threshold = alert.credit_balance_threshold
        assert threshold is not None, "an alert has the threshold of its type"
        self._standing = standing
        self._alert = alert
        self._lte, self._currency = threshold.lte, threshold.currency
        self._round = rounds
        self._wanted = quantities_wanted(standing)
        self._keys = followed(self._wanted, series)
        self._credits_since = min(
            (one.effective_at for one in standing.grants if one.currency == self._currency),
            default=None,
        )
        customer = standing.customer
        self.key = f"credit {alert.id} {customer.environment} {customer.id}"
        self.quantities = quantities_of(customer.id, self._keys, series)

    @property
    def idle(self) -> bool:
        """Say whether the customer has never been granted credits of the currency."""
        return self._credits_since is None

    @property
    def _low(self) -> bool:
        return self._round % 2 == 1

    def crossings(self, numbers: Sequence[Decimal], row: Row) -> Sequence[Crossing]:
        """Return the alert if it tells with a row, after which the quantities are these numbers."""
        present = present_at(self._standing, row)
        if self._credits_since is None or self._credits_since > present.now:
            return ()
        if row.received_at_us < self._alert.active_since_us:
            return ()
        left = credit_left(present, self._at(numbers), self._currency)
        if self._low is (left <= self._lte):
            return ()
        crossing = Crossing(
            alert=self._alert.id,
            customer=self._standing.customer.id,
            round=self._round,
            value=Decimal(left),
            row=row,
            recovered=self._low,
        )
        self._round += 1
        return [crossing]

    def look_at(self, numbers: Sequence[Decimal]) -> Sequence[Decimal | None]:
        """Return for each quantity a number: as long as all stay below, nothing can happen."""
        if self.idle or self._low:
            return [None for _ in self._keys]
        at = self._at(numbers)
        rooms = credit_headroom(self._standing, at, self._currency, lte=self._lte)
        return looks(self._keys, numbers, rooms)

    def _at(self, numbers: Sequence[Decimal]) -> Quantities:
        return amounts(self._wanted, self._keys, numbers)

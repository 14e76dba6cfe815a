"""Usage thresholds as conditions: one quantity each, and the alerts that watch it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Protocol

import msgspec

from taximeter.alerts import periods
from taximeter.alerts.alert import Alert, AlertNotificationStore, Told
from taximeter.alerts.periods import Cycles
from taximeter.alerts.watches import (
    EVER_US,
    Condition,
    Crossing,
    Interest,
    Lane,
    Quantity,
    Row,
    Series,
    Touch,
)
from taximeter.changes import ChangedKind
from taximeter.customers import Customer
from taximeter.kit import decimals
from taximeter.meters import Meter, MeterStore

_KINDS: frozenset[ChangedKind] = frozenset({"customer", "subscription"})
LANES: tuple[Lane, ...] = ("one_time", "billing_period")


class Unit(periods.Unit, Protocol):
    """The stores that usage thresholds look into, within one transaction."""

    @property
    def meters(self) -> MeterStore:
        """Return the meters."""
        ...

    @property
    def alert_notifications(self) -> AlertNotificationStore:
        """Return what alerts told."""
        ...


class Records(Protocol):
    """Opens transactions over the records."""

    def reading(self) -> AbstractContextManager[Unit]:
        """Open a transaction that only reads."""
        ...


class UsageCondition:
    """One customer's usage, and the alerts over it that have not told in this round."""

    def __init__(
        self, quantity: Quantity, alerts: Sequence[Alert], *, started: int, over_us: int | None
    ) -> None:
        """Judge a quantity; what is received at `over_us` or later is too late to fire."""
        self.quantities = (quantity,)
        self._alerts = sorted(alerts, key=_gte)
        self._round = started
        self._over_us = over_us

    @property
    def key(self) -> str:
        """Return the series, the customer and the start of the period."""
        (quantity,) = self.quantities
        series, meter = quantity.series, quantity.series.meter
        named = (
            series.lane,
            meter.environment,
            meter.id,
            series.dimension_filters,
            quantity.customer,
            quantity.start_us,
        )
        return msgspec.json.encode(named).decode()

    @property
    def idle(self) -> bool:
        """Say whether no alert is left that could tell."""
        return not self._alerts

    def crossings(self, numbers: Sequence[Decimal], row: Row) -> Sequence[Crossing]:
        """Return which alerts fire with a row."""
        if self._over_us is not None and row.received_at_us >= self._over_us:
            self._alerts = []
        (number,) = numbers
        fired = [
            alert
            for alert in self._alerts
            if _gte(alert) <= number and alert.active_since_us <= row.received_at_us
        ]
        self._alerts = [alert for alert in self._alerts if alert not in fired]
        return [
            Crossing(
                alert=alert.id,
                customer=self.quantities[0].customer,
                round=self._round,
                value=decimals.normal(number),
                row=row,
            )
            for alert in fired
        ]

    def look_at(self, numbers: Sequence[Decimal]) -> Sequence[Decimal | None]:
        """Return the lowest threshold that has not been told."""
        return [_gte(self._alerts[0]) if self._alerts else None]


class UsageConditions:
    """Usage thresholds, over all time and over billing periods."""

    def __init__(self, records: Records) -> None:
        """Read what they need from the records."""
        self._records = records
        self._alerts: dict[Series, dict[str | None, list[Alert]]] = {}

    @property
    def kinds(self) -> frozenset[ChangedKind]:
        """Return what says which periods a customer has, and whether it can be told of."""
        return _KINDS if self._alerts else frozenset()

    def follow(self, alerts: Sequence[Alert]) -> Sequence[Interest]:
        """Take up the alerts that are active now, and return what is to be followed for them."""
        watching = [alert for alert in alerts if alert.usage_threshold is not None]
        with self._records.reading() as unit:
            named = {
                (alert.environment, alert.usage_threshold.meter)
                for alert in watching
                if alert.usage_threshold is not None
            }
            meters = {one: unit.meters.get(*one) for one in named}
        self._alerts = defaultdict(lambda: defaultdict(list))
        for alert in watching:
            threshold = alert.usage_threshold
            assert threshold is not None, "alerts over usage have a usage threshold"
            meter = meters[alert.environment, threshold.meter]
            assert meter is not None, "meters are never deleted"
            self._alerts[_series(alert, meter)][alert.customer].append(alert)
        return [
            Interest(
                series=series,
                customers=None
                if None in by_customer
                else frozenset(one for one in by_customer if one is not None),
            )
            for series, by_customer in self._alerts.items()
        ]

    def of(self, touches: Collection[Touch]) -> Sequence[Condition]:
        """Return the conditions of what was touched, read from the records."""
        found: dict[str, Condition] = {}
        by_environment: dict[int, list[Touch]] = defaultdict(list)
        for touch in touches:
            if touch.series.lane in LANES:
                by_environment[touch.series.meter.environment].append(touch)
        for environment, some in by_environment.items():
            for condition in self._of(environment, some):
                found[condition.key] = condition
        return list(found.values())

    def of_customers(self, environment: int, customers: Collection[str]) -> Sequence[Condition]:
        """Return none: usage comes to a threshold with a row, and with nothing else."""
        return ()

    def at_once(self, alerts: Sequence[Alert]) -> Iterable[tuple[int, Collection[str]]]:
        """Return none."""
        return ()

    def _of(self, environment: int, touches: Sequence[Touch]) -> list[UsageCondition]:
        customers = {touch.customer for touch in touches}
        of_periods = {one.customer for one in touches if one.series.lane == "billing_period"}
        with self._records.reading() as unit:
            told = unit.alert_notifications.told(environment, customers)
            known = unit.customers.many(environment, customers)
            cycles = Cycles(unit, environment, of_periods)
        return [
            _condition(
                touch,
                self._watching(touch),
                known.get(touch.customer),
                cycles,
                told,
            )
            for touch in touches
        ]

    def _watching(self, touch: Touch) -> list[Alert]:
        by_customer = self._alerts.get(touch.series, {})
        return [*by_customer.get(None, ()), *by_customer.get(touch.customer, ())]


def _condition(
    touch: Touch,
    alerts: Sequence[Alert],
    customer: Customer | None,
    cycles: Cycles,
    told: set[Told],
) -> UsageCondition:
    start_us, end_us = EVER_US
    round_, over_us = 0, None
    if touch.series.lane == "billing_period":
        cycle = cycles.of(touch.customer, touch.series.meter.id)
        start_us, end_us = cycle.holding_us(touch.moment_us)
        round_ = start_us
        if customer is not None and customer.test_clock is None:
            # On a test clock no period is over: what is sent there is dated by whoever tests.
            current_us, _ = cycle.holding_us(touch.received_at_us)
            over_us = end_us
            if start_us < current_us:
                start_us, end_us, alerts = EVER_US[0], current_us, ()
    if customer is None or customer.deleted_at is not None:
        alerts = ()
    return UsageCondition(
        Quantity(series=touch.series, customer=touch.customer, start_us=start_us, end_us=end_us),
        [alert for alert in alerts if (alert.id, touch.customer, round_) not in told],
        started=round_,
        over_us=over_us,
    )


def _series(alert: Alert, meter: Meter) -> Series:
    threshold = alert.usage_threshold
    assert threshold is not None, "alerts over usage have a usage threshold"
    return Series(
        lane=threshold.recurrence, meter=meter, dimension_filters=threshold.dimension_filters
    )


def _gte(alert: Alert) -> Decimal:
    assert alert.usage_threshold is not None, "alerts over usage have a usage threshold"
    return alert.usage_threshold.gte

"""Which hard limits a customer has, remembered until a record changes that says so."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

import msgspec

from taximeter.alerts.alert import Alert, AlertStore
from taximeter.authorizations.authorization import UsageLimit
from taximeter.authorizations.held import Owner
from taximeter.authorizations.live_total import Series
from taximeter.changes import ChangedKind, Changes
from taximeter.ingest.event import MeterEvent
from taximeter.kit.clock import MICROSECONDS

EVER_US = (0, 253_402_300_800 * MICROSECONDS)
"""From 1970 to the end of the year 9999."""

_CONCERNS: frozenset[ChangedKind] = frozenset({"alert"})


class Reading(Protocol):
    """The stores that limits are read from, inside one read transaction."""

    @property
    def alerts(self) -> AlertStore:
        """Return the alerts."""
        ...


class Changing(Protocol):
    """A transaction that changed records."""

    @property
    def changes(self) -> Changes:
        """Return what this transaction has changed."""
        ...

    def then(self, call: Callable[[], None]) -> None:
        """Have something called once this transaction is committed."""
        ...


class Limits(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A customer's hard limits, which hold from a moment until another, in microseconds."""

    usage: Sequence[UsageLimit]
    start_us: int
    end_us: int


class LimitDirectory:
    """Remembers limits; a look-up during which something changed is not remembered."""

    def __init__(
        self, *, reading: Callable[[], AbstractContextManager[Reading]], customers_max: int
    ) -> None:
        """Look limits up through `reading`; remember those of so many customers."""
        self._reading = reading
        self._customers_max = customers_max
        self._lock = threading.Lock()
        self._generation = 0
        self._alerts: dict[int, list[Alert]] | None = None
        self._limits: OrderedDict[Owner, Limits] = OrderedDict()

    def find(self, event: MeterEvent) -> Limits | None:
        """Return the limits of the event's customer if they are remembered."""
        limits = self._limits.get((event.environment, event.customer))
        if limits is None or not limits.start_us <= event.timestamp_us < limits.end_us:
            return None
        return limits

    def read(self, event: MeterEvent) -> Limits:
        """Return the limits of the event's customer, read from the records. Blocks on storage."""
        generation, alerts = self._generation, self._alerts
        if alerts is None:
            with self._reading() as unit:
                alerts = _by_environment(unit.alerts.active())
        limits = _limits(alerts.get(event.environment, ()), event)
        with self._lock:
            if generation == self._generation:
                self._alerts = alerts
                self._limits[event.environment, event.customer] = limits
                while len(self._limits) > self._customers_max:
                    self._limits.popitem(last=False)
        return limits

    def holds(self, limits: Limits, event: MeterEvent) -> bool:
        """Say whether these are still the limits of the event's customer."""
        return self.find(event) is limits

    def watch(self, unit: Changing) -> None:
        """Look limits up anew once a transaction is committed that changed what they rest on."""
        if any(change.kind in _CONCERNS for change in unit.changes.all()):
            unit.then(self.forget)

    def forget(self) -> None:
        """Look everything up anew."""
        with self._lock:
            self._generation += 1
            self._alerts = None
            self._limits = OrderedDict()


def _by_environment(alerts: Sequence[Alert]) -> dict[int, list[Alert]]:
    found: dict[int, list[Alert]] = {}
    for alert in alerts:
        if alert.hard_limit:
            found.setdefault(alert.environment, []).append(alert)
    return found


def _limits(alerts: Sequence[Alert], event: MeterEvent) -> Limits:
    start_us, end_us = EVER_US
    usage = []
    for alert in alerts:
        if alert.customer not in {None, event.customer} or alert.usage_threshold is None:
            continue
        threshold = alert.usage_threshold
        usage.append(
            UsageLimit(
                alert=alert.id,
                gte=threshold.gte,
                series=Series(
                    event.environment,
                    event.customer,
                    threshold.meter,
                    start_us,
                    end_us,
                    threshold.dimension_filters,
                ),
            )
        )
    return Limits(usage=usage, start_us=start_us, end_us=end_us)

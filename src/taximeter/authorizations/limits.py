"""Which hard limits a customer has, remembered until a record changes that says so."""

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

import msgspec

from taximeter.alerts.alert import Alert, AlertStore
from taximeter.alerts.periods import Cycles
from taximeter.alerts.watches import EVER_US
from taximeter.authorizations.authorization import Question
from taximeter.authorizations.hard_limits import HardLimits, Whom
from taximeter.authorizations.held import Owner
from taximeter.authorizations.limit import (
    CreditLimit,
    Priced,
    SpendLimit,
    UsageLimit,
    priced_of,
)
from taximeter.authorizations.live_total import Series
from taximeter.changes import Change, ChangedKind, Changes
from taximeter.customers import Customer
from taximeter.errors import ResourceMissing
from taximeter.ingest.event import MeterEvent
from taximeter.invoicing.standing import Standing, read_standings
from taximeter.invoicing.stores import BillingUnit
from taximeter.kit.clock import MICROSECONDS, Clock
from taximeter.settings import Settings

_OF_ALL: frozenset[ChangedKind] = frozenset({"alert", "meter", "price", "product", "test_clock"})
"""A change of these may change the limits of anybody in its environment."""

Range = tuple[int, int]
"""A half-open range, in microseconds."""


class Reading(BillingUnit, Protocol):
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
    """A customer's hard limits, as they are from one moment until another.

    `priced` is there where some limit needs it, or a question did.
    """

    usage: Sequence[UsageLimit] = ()
    spend: Sequence[SpendLimit] = ()
    credit: Sequence[CreditLimit] = ()
    priced: Priced | None = None
    valid_us: Range


class LimitDirectory:
    """Remembers limits; a look-up during which something changed is not remembered."""

    def __init__(
        self,
        *,
        reading: Callable[[], AbstractContextManager[Reading]],
        clock: Clock,
        settings: Settings,
    ) -> None:
        """Look limits up through `reading`; remember those of a number of customers."""
        self._reading = reading
        self._clock = clock
        self._settings = settings
        self._lock = threading.Lock()
        self._looks: defaultdict[Owner, list[_Look]] = defaultdict(list)
        self._hard_limits = HardLimits()
        self._limits: OrderedDict[Owner, Limits] = OrderedDict()

    def find(self, question: Question) -> Limits | None:
        """Return the limits of the question's customer if they are remembered."""
        event = question.event
        limits = self._limits.get((event.environment, event.customer))
        if limits is None or not limits.valid_us[0] <= event.timestamp_us < limits.valid_us[1]:
            return None
        if question.paid_by_credits and limits.priced is None:
            return None
        return limits

    def holds(self, limits: Limits, question: Question) -> bool:
        """Say whether these are still the limits of the question's customer."""
        return self.find(question) is limits

    def read(self, question: Question) -> Limits:
        """Return the limits of the question's customer; blocks on storage.

        Raises ResourceMissing for a customer who has gone.
        """
        owner = (question.event.environment, question.event.customer)
        with self._looking(owner) as look:
            limits = self._look_up(question)
            with self._lock:
                if not look.stale:
                    self._limits[owner] = limits
                    while len(self._limits) > self._settings.limited_customers_max:
                        self._limits.popitem(last=False)
        return limits

    @contextmanager
    def _looking(self, owner: Owner) -> Iterator["_Look"]:
        """Mark a look-up as stale if something that it rests on changes before its end."""
        look = _Look()
        with self._lock:
            self._looks[owner].append(look)
        try:
            yield look
        finally:
            with self._lock:
                self._looks[owner].remove(look)
                if not self._looks[owner]:
                    del self._looks[owner]

    def _look_up(self, question: Question) -> Limits:
        event = question.event
        with self._reading() as unit:
            alerts = self._hard_limits.of(event.environment, event.customer, store=unit.alerts)
            ranges = _ranges(alerts, event, unit)
            standing = None
            if question.paid_by_credits or any(one.usage_threshold is None for one in alerts):
                standing = self._standing(question, unit)
        return _limits(alerts, event, ranges, standing)

    def _standing(self, question: Question, unit: BillingUnit) -> Standing:
        event = question.event
        found = read_standings(
            (event.customer,),
            unit=unit,
            environment=event.environment,
            clock=self._clock,
            settings=self._settings,
        )
        if event.customer not in found:
            raise ResourceMissing(
                f"No such customer: '{event.customer}'",
                param=f"payload[{question.meter.customer_key}]",
            )
        return found[event.customer]

    def watch(self, unit: Changing) -> None:
        """Look limits up anew, once a transaction is committed, whose grounds it changed."""
        changes = unit.changes.all()
        if changes:
            unit.then(lambda: self.forget(changes))

    def forget(self, changes: Sequence[Change]) -> None:
        """Look up anew what these changes may have changed."""
        if any(change.kind == "alert" for change in changes):
            self._hard_limits.changed()
        with self._lock:
            for environment, customer in set(map(_whom, changes)):
                if customer is not None:
                    self._drop((environment, customer))
                else:
                    for owner in [*self._limits, *self._looks]:
                        if owner[0] == environment:
                            self._drop(owner)

    def _drop(self, owner: Owner) -> None:
        self._limits.pop(owner, None)
        for look in self._looks.get(owner, ()):
            look.stale = True


class _Look:
    """A look-up under way, and whether something that it rests on has changed since it began."""

    __slots__ = ("stale",)

    def __init__(self) -> None:
        self.stale = False


def _whom(change: Change) -> Whom:
    """Return whose limits a change may have changed."""
    customer: str | None = None
    if change.kind not in _OF_ALL:
        changed = change.before if change.after is None else change.after
        if isinstance(changed, Customer):
            customer = changed.id
        else:
            customer = getattr(changed, "customer", None)
    return change.environment, customer


def _ranges(alerts: Sequence[Alert], event: MeterEvent, unit: BillingUnit) -> dict[str, Range]:
    """Return the range that each usage alert counts at the moment of the event, by the alert."""
    thresholds = {one.id: one.usage_threshold for one in alerts if one.usage_threshold is not None}
    if all(one.recurrence == "one_time" for one in thresholds.values()):
        return dict.fromkeys(thresholds, EVER_US)
    cycles = Cycles(unit, event.environment, (event.customer,))
    return {
        id: EVER_US
        if one.recurrence == "one_time"
        else cycles.of(event.customer, one.meter).holding_us(event.timestamp_us)
        for id, one in thresholds.items()
    }


def _limits(
    alerts: Sequence[Alert],
    event: MeterEvent,
    ranges: Mapping[str, Range],
    standing: Standing | None,
) -> Limits:
    usage: list[UsageLimit] = []
    spend: list[SpendLimit] = []
    credit: list[CreditLimit] = []
    start_us, end_us = EVER_US
    if standing is not None and standing.changes_at is not None:
        end_us = standing.changes_at * MICROSECONDS
    for alert in alerts:
        if alert.usage_threshold is not None:
            threshold = alert.usage_threshold
            first_us, last_us = ranges[alert.id]
            start_us, end_us = max(start_us, first_us), min(end_us, last_us)
            usage.append(
                UsageLimit(
                    alert=alert.id,
                    gte=threshold.gte,
                    series=Series(
                        event.environment,
                        event.customer,
                        threshold.meter,
                        first_us,
                        last_us,
                        threshold.dimension_filters,
                    ),
                )
            )
        if alert.spend_threshold is not None:
            gte, currency = alert.spend_threshold.gte, alert.spend_threshold.currency
            spend.append(SpendLimit(alert=alert.id, gte=gte, currency=currency))
        if alert.credit_balance_threshold is not None:
            balance = alert.credit_balance_threshold
            credit.append(CreditLimit(alert=alert.id, lte=balance.lte, currency=balance.currency))
    return Limits(
        usage=usage,
        spend=spend,
        credit=credit,
        priced=None if standing is None else priced_of(standing, event.environment),
        valid_us=(start_us, end_us),
    )

"""The use case of projections: reads what an alert's number is for a customer and how fast it goes.

The rate is that of the last seven days, or of the time since the hour of the first usage where that
is shorter. Only usage that adds up has one: what other formulas and pre-aggregated meters say is
taken as it stands.
"""

from collections.abc import Collection, Mapping
from decimal import Decimal

import msgspec

from taximeter.alerts.alert import Alert, CreditBalanceThreshold, UsageThreshold
from taximeter.alerts.periods import Cycles
from taximeter.alerts.projection import Course, Outlook, outlook, turns_of
from taximeter.alerts.watches import EVER_US
from taximeter.invoicing.billing import Billing
from taximeter.invoicing.boundary import next_due
from taximeter.invoicing.credit_left import credit_left, moving
from taximeter.invoicing.spend import running, spend
from taximeter.invoicing.standing import Quantities, Standing, quantities_wanted, read_standings
from taximeter.invoicing.usage import UsageKey, settled_now
from taximeter.kit import decimals
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.decimals import ZERO
from taximeter.kit.periods import DAY_SECONDS
from taximeter.meters import Meter
from taximeter.pricing.price import DimensionFilters
from taximeter.usage.reader import UsageQuery

RATE_SECONDS = 7 * DAY_SECONDS
"""How much of the past says how fast usage goes."""


def foresee(alert: Alert, customer: str, *, billing: Billing) -> Outlook:
    """Return what an alert's number is for a customer, who exists, and when it will have crossed.

    Raises LogFailed.
    """
    standing = read_standings(
        [customer],
        unit=billing.unit,
        environment=billing.environment,
        clock=billing.clock,
        settings=billing.settings,
    )[customer]
    log = _Log(standing, billing)
    if alert.usage_threshold is not None:
        return _of_usage(alert.usage_threshold, standing, log, billing)
    if alert.spend_threshold is not None:
        threshold = alert.spend_threshold
        items = running(standing, threshold.currency)
        courses = log.courses({one.key for one in items})
        return outlook(
            lambda elapsed: Decimal(spend(standing, _after(courses, elapsed), threshold.currency)),
            lambda value: value >= threshold.gte,
            now=standing.now,
            until=_period_ends(standing),
            used=_goes_on(courses),
            turns=turns_of((one.price, one.currency, courses[one.key]) for one in items),
        )
    assert alert.credit_balance_threshold is not None, "an alert has the threshold of its type"
    return _of_credits(alert.credit_balance_threshold, standing, log)


def _of_usage(
    threshold: UsageThreshold, standing: Standing, log: "_Log", billing: Billing
) -> Outlook:
    environment, customer = standing.customer.environment, standing.customer.id
    meter = billing.unit.meters.get(environment, threshold.meter)
    assert meter is not None, "meters are never deleted"
    start_us, end_us = EVER_US
    if threshold.recurrence == "billing_period":
        cycle = Cycles(billing.unit, environment, [customer]).of(customer, meter.id)
        start_us, end_us = cycle.holding_us(standing.now * MICROSECONDS)
    course = log.course(meter, threshold.dimension_filters, start_us, end_us)
    found = outlook(
        course.after,
        lambda value: value >= threshold.gte,
        now=standing.now,
        until=None if threshold.recurrence == "one_time" else end_us // MICROSECONDS,
        used=course.used > 0,
    )
    if found.reason == "no_usage" and not adds_up(meter):
        return msgspec.structs.replace(found, reason="not_additive")
    return found


def _of_credits(threshold: CreditBalanceThreshold, standing: Standing, log: "_Log") -> Outlook:
    courses = log.courses(quantities_wanted(standing))
    currency = threshold.currency
    lines = moving(standing, _after(courses, 0))
    ends = [one for one in (_period_ends(standing), standing.changes_at) if one is not None]
    return outlook(
        lambda elapsed: Decimal(credit_left(standing, _after(courses, elapsed), currency)),
        lambda value: value <= threshold.lte,
        now=standing.now,
        until=min(ends, default=None),
        used=_goes_on(courses),
        turns=turns_of((one.price, one.currency, courses[one.key]) for one in lines),
    )


def adds_up(meter: Meter) -> bool:
    """Say whether usage of a meter is a sum of what each event adds."""
    return meter.formula in {"sum", "count"} and meter.event_time_window is None


def _after(courses: Mapping[UsageKey, Course], elapsed: int) -> Quantities:
    return {key: course.after(elapsed) for key, course in courses.items()}


def _goes_on(courses: Mapping[UsageKey, Course]) -> bool:
    return any(course.used > 0 for course in courses.values())


def _period_ends(standing: Standing) -> int | None:
    """Return when the first of a customer's running periods ends, or something else becomes due."""
    due = [work.due_at for one in standing.subscriptions if (work := next_due(one)) is not None]
    return min(due, default=None)


class _Log:
    """The usage of one customer, as of one moment."""

    def __init__(self, standing: Standing, billing: Billing) -> None:
        self._now = standing.now
        self._customer = standing.customer.id
        self._meters = standing.terms.meters
        self._reader = billing.reader
        self._as_of_us = settled_now(barrier=billing.barrier, clock=billing.clock)

    def courses(self, keys: Collection[UsageKey]) -> dict[UsageKey, Course]:
        return {
            key: self.course(
                self._meters[key.meter],
                key.dimension_filters,
                key.start * MICROSECONDS,
                key.end * MICROSECONDS,
            )
            for key in keys
        }

    def course(self, meter: Meter, filters: DimensionFilters, start_us: int, end_us: int) -> Course:
        """Return what was used in a period, and how it goes on if now lies within it."""
        present = ZERO
        if start_us < end_us:
            present = self._total(meter, filters, start_us, end_us)
        if not adds_up(meter) or not start_us <= self._now * MICROSECONDS < end_us:
            return Course(present=present)
        begin = self._now - RATE_SECONDS
        query = self._query(meter, filters, begin * MICROSECONDS, self._now * MICROSECONDS)
        hours = self._reader.totals(msgspec.structs.replace(query, window="hour"))
        earlier = self._query(meter, filters, 0, begin * MICROSECONDS)
        if hours and not self._reader.totals(earlier):
            begin = max(begin, min(one.start_us for one in hours) // MICROSECONDS)
        used = decimals.total(one.value for one in hours)
        return Course(present=present, used=used, seconds=max(1, self._now - begin))

    def _total(
        self, meter: Meter, filters: DimensionFilters, start_us: int, end_us: int
    ) -> Decimal:
        totals = self._reader.totals(self._query(meter, filters, start_us, end_us))
        return decimals.total(total.value for total in totals)

    def _query(
        self, meter: Meter, filters: DimensionFilters, start_us: int, end_us: int
    ) -> UsageQuery:
        return UsageQuery(
            meter=meter,
            customer=self._customer,
            start_us=start_us,
            end_us=end_us,
            dimension_filters=filters,
            as_of_us=self._as_of_us,
        )

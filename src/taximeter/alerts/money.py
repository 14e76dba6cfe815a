"""Alerts on money, for the evaluation: spend and credit balances of whoever uses something.

All metered prices of an environment are followed, since any of them may come to be on a bill.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from taximeter.alerts.alert import Alert, AlertNotificationStore, Told
from taximeter.alerts.credit_balance import CreditBalanceCondition
from taximeter.alerts.priced import Followed, NothingToJudge
from taximeter.alerts.spend import SpendCondition
from taximeter.alerts.watches import Condition, Interest, Lane, Series, Touch
from taximeter.changes import ChangedKind
from taximeter.invoicing.standing import Standing, read_standings
from taximeter.invoicing.stores import BillingUnit
from taximeter.kit.clock import Clock
from taximeter.kit.paging import Cursor
from taximeter.meters import Meter
from taximeter.pricing.price import Counted, DimensionFilters, PriceFilter
from taximeter.settings import Settings

LANES: tuple[Lane, ...] = ("spend", "credit_balance")
_KINDS: frozenset[ChangedKind] = frozenset(
    {
        "credit_balance_transaction",
        "credit_grant",
        "customer",
        "invoice",
        "invoice_item",
        "price",
        "subscription",
    }
)
_PAGE = 100


class Unit(BillingUnit, Protocol):
    """The stores that alerts on money look into, within one transaction."""

    @property
    def alert_notifications(self) -> AlertNotificationStore:
        """Return what alerts told."""
        ...


class Records(Protocol):
    """Opens transactions over the records."""

    def reading(self) -> AbstractContextManager[Unit]:
        """Open a transaction that only reads."""
        ...


class MoneyConditions:
    """Thresholds of spend and of credit balances."""

    def __init__(self, *, records: Records, clock: Clock, settings: Settings) -> None:
        """Read what they need from the records."""
        self._records = records
        self._clock = clock
        self._settings = settings
        self._alerts: dict[tuple[int, Lane], list[Alert]] = {}
        self._series: dict[tuple[int, Lane], Followed] = {}

    @property
    def kinds(self) -> frozenset[ChangedKind]:
        """Return what bills are made of, and what pays for them."""
        return _KINDS if self._alerts else frozenset()

    def follow(self, alerts: Sequence[Alert]) -> Sequence[Interest]:
        """Take up the alerts that are active now, and return what is to be followed for them."""
        self._alerts = defaultdict(list)
        for alert in alerts:
            if alert.spend_threshold is not None:
                self._alerts[alert.environment, "spend"].append(alert)
            elif alert.credit_balance_threshold is not None:
                self._alerts[alert.environment, "credit_balance"].append(alert)
        self._series = {}
        interests = []
        with self._records.reading() as unit:
            counted = {one: _counted(unit, one) for one in {of for of, _ in self._alerts}}
        for (environment, lane), some in self._alerts.items():
            series = {
                (meter.id, filters): Series(lane=lane, meter=meter, dimension_filters=filters)
                for meter, filters in counted[environment]
            }
            self._series[environment, lane] = series
            customers = {alert.customer for alert in some}
            named = None if None in customers else frozenset(one for one in customers if one)
            interests += [Interest(series=one, customers=named) for one in series.values()]
        return interests

    def of(self, touches: Collection[Touch]) -> Sequence[Condition]:
        """Return the conditions of what was touched, read from the records."""
        by_environment: dict[int, list[Touch]] = defaultdict(list)
        for touch in touches:
            if touch.series.lane in LANES:
                by_environment[touch.series.meter.environment].append(touch)
        found: dict[str, Condition] = {}
        for environment, some in by_environment.items():
            customers = {touch.customer for touch in some}
            judged = self._read(environment, customers)
            for touch in some:
                of_lane = judged.get((touch.customer, touch.series.lane), ())
                holding = [one for one in of_lane if _holds(one, touch)]
                billed = [quantity for one in of_lane for quantity in one.quantities]
                for one in holding or [NothingToJudge(touch, environment, billed)]:
                    found[one.key] = one
        return list(found.values())

    def of_customers(self, environment: int, customers: Collection[str]) -> Sequence[Condition]:
        """Return all conditions of customers, for whoever heard that their records changed."""
        judged = self._read(environment, customers)
        return [condition for some in judged.values() for condition in some]

    def at_once(self, alerts: Sequence[Alert]) -> Iterable[tuple[int, Collection[str]]]:
        """Return who has credits, where they are watched: some may be low without any usage."""
        watching = [alert for alert in alerts if alert.credit_balance_threshold is not None]
        for alert in watching:
            if alert.customer is not None:
                yield alert.environment, [alert.customer]
        for environment in {alert.environment for alert in watching if alert.customer is None}:
            with self._records.reading() as unit:
                yield environment, _with_credits(unit, environment)

    def _read(
        self, environment: int, customers: Collection[str]
    ) -> Mapping[tuple[str, Lane], Sequence[Condition]]:
        with self._records.reading() as unit:
            standings = read_standings(
                customers,
                unit=unit,
                environment=environment,
                clock=self._clock,
                settings=self._settings,
            )
            told = unit.alert_notifications.told(environment, customers)
        judged: dict[tuple[str, Lane], Sequence[Condition]] = {}
        for id, standing in standings.items():
            if standing.customer.deleted_at is None:
                judged[id, "spend"] = self._on_spend(standing, told)
                judged[id, "credit_balance"] = self._on_credits(standing, told)
        return judged

    def _on_spend(self, standing: Standing, told: Collection[Told]) -> Sequence[Condition]:
        by_currency: dict[str, list[Alert]] = defaultdict(list)
        for alert in self._concerning(standing, "spend"):
            if alert.spend_threshold is not None:
                by_currency[alert.spend_threshold.currency].append(alert)
        series = self._series.get((standing.customer.environment, "spend"), {})
        return [
            SpendCondition(standing, currency, alerts, told=told, series=series)
            for currency, alerts in by_currency.items()
        ]

    def _on_credits(self, standing: Standing, told: Collection[Told]) -> Sequence[Condition]:
        customer = standing.customer.id
        series = self._series.get((standing.customer.environment, "credit_balance"), {})
        return [
            CreditBalanceCondition(
                standing,
                alert,
                rounds=sum(1 for id, whom, _ in told if (id, whom) == (alert.id, customer)),
                series=series,
            )
            for alert in self._concerning(standing, "credit_balance")
        ]

    def _concerning(self, standing: Standing, lane: Lane) -> list[Alert]:
        alerts = self._alerts.get((standing.customer.environment, lane), ())
        return [alert for alert in alerts if alert.customer in {None, standing.customer.id}]


def _counted(unit: Unit, environment: int) -> list[tuple[Meter, DimensionFilters]]:
    """Return what the metered prices of an environment count, without repetition."""
    found: dict[Counted, None] = {}
    cursor = Cursor(limit=_PAGE)
    while True:
        page = unit.prices.page(environment, cursor, PriceFilter(usage_type="metered"))
        found.update((price.counted, None) for price in page.data)
        if not page.has_more:
            break
        cursor = Cursor(limit=_PAGE, starting_after=page.data[-1].id)
    meters = {id: unit.meters.get(environment, id) for id, _ in found}
    return [(meter, filters) for id, filters in found if (meter := meters[id]) is not None]


def _with_credits(unit: Unit, environment: int) -> set[str]:
    found: set[str] = set()
    cursor = Cursor(limit=_PAGE)
    while True:
        page = unit.credit_grants.page(environment, cursor, None)
        found.update(grant.customer for grant in page.data)
        if not page.has_more:
            return found
        cursor = Cursor(limit=_PAGE, starting_after=page.data[-1].id)


def _holds(condition: Condition, touch: Touch) -> bool:
    return any(
        one.series == touch.series and one.start_us <= touch.moment_us < one.end_us
        for one in condition.quantities
    )

"""How near customers are to an alert's threshold, and when each will have come to it."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from taximeter.alerts.alert import Alert
from taximeter.alerts.foresee import foresee
from taximeter.alerts.projection import Outlook, Reason
from taximeter.dashboard.format import exact_amount, quantity
from taximeter.dashboard.page import Page, View
from taximeter.dashboard.pages.alert import alert_of
from taximeter.dashboard.table import Table
from taximeter.kit import decimals
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.moments import moment_text
from taximeter.kit.periods import DAY_SECONDS
from taximeter.usage.reader import UsageQuery

DAYS = 30
NEAREST = 10

_REASONS: dict[Reason, str] = {
    "already_crossed": "there already",
    "no_usage": "no usage of late",
    "not_additive": "the meter does not add up",
    "not_before_period_ends": "not in this period",
    "not_within_a_year": "not within a year",
}


class OutlookQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which customer; without one, those who used the most of late."""

    customer: str = ""


class OutlookRow(msgspec.Struct, frozen=True, kw_only=True):
    """A customer's number, how far it is along, by how much it moves a day, and where to.

    `percent` is how much of the threshold usage or spend has come to; None for credits.
    """

    customer: str
    name: str | None
    value: str
    per_day: str
    percent: int | None
    crossing_at: int | None
    reason: str


class OutlookData(msgspec.Struct, frozen=True, kw_only=True):
    """The customers, the nearest first; `problem` says why the one asked for is not there."""

    alert: str
    title: str
    customer: str | None
    watches_money: bool
    query: OutlookQuery
    rows: tuple[OutlookRow, ...]
    days: int = DAYS
    problem: str | None = None


def read_outlook(view: View, query: OutlookQuery) -> OutlookData:
    """Read how near customers are. Raises NotFound, LogFailed."""
    alert = alert_of(view)
    asked = alert.customer or query.customer
    wanted = [asked] if asked else _busiest(view, alert)
    known = view.unit.customers.many(view.environment.id, wanted)
    there = {id: one for id, one in known.items() if one.deleted_at is None}
    found = [(id, foresee(alert, id, billing=view.billing())) for id in wanted if id in there]
    found.sort(key=lambda one: _nearest_first(alert, one[1]))
    missing = asked and asked not in there
    return OutlookData(
        alert=alert.id,
        title=alert.title,
        customer=alert.customer,
        watches_money=alert.usage_threshold is None,
        query=query,
        rows=tuple(_row(alert, id, one, there[id].details.name) for id, one in found),
        problem=f"There is no customer {asked}." if missing else None,
    )


def _busiest(view: View, alert: Alert) -> Sequence[str]:
    """Return the customers with the most of the usage that is watched; none for money."""
    usage = alert.usage_threshold
    if usage is None:
        return []
    meter = view.unit.meters.get(view.environment.id, usage.meter)
    assert meter is not None, "meters are never deleted"
    now = view.now()
    totals = view.services.reader.totals(
        UsageQuery(
            meter=meter,
            by_customer=True,
            start_us=(now - DAYS * DAY_SECONDS) * MICROSECONDS,
            end_us=(now + 1) * MICROSECONDS,
            dimension_filters=usage.dimension_filters,
        )
    )
    most = sorted(totals, key=lambda one: (-one.value, one.customer))[:NEAREST]
    return [one.customer for one in most if one.customer is not None]


def _nearest_first(alert: Alert, outlook: Outlook) -> tuple[bool, int, Decimal]:
    crossed = outlook.reason == "already_crossed"
    away = -outlook.value if alert.credit_balance_threshold is None else outlook.value
    return crossed, outlook.crossing_at or 2**62, away


def _row(alert: Alert, customer: str, outlook: Outlook, name: str | None) -> OutlookRow:
    money = alert.spend_threshold or alert.credit_balance_threshold
    return OutlookRow(
        customer=customer,
        name=name,
        value=quantity(outlook.value)
        if money is None
        else exact_amount(outlook.value, money.currency),
        per_day=_per_day(alert, outlook),
        percent=_percent(alert, outlook.value),
        crossing_at=outlook.crossing_at,
        reason="" if outlook.reason is None else _REASONS[outlook.reason],
    )


def _per_day(alert: Alert, outlook: Outlook) -> str:
    sign = "+" if outlook.per_day > 0 else ""
    money = alert.spend_threshold or alert.credit_balance_threshold
    if money is None:
        return f"{sign}{quantity(decimals.rounded(outlook.per_day, places=0))}"
    return f"{sign}{exact_amount(outlook.per_day, money.currency)}"


def _percent(alert: Alert, value: Decimal) -> int | None:
    """Return how much of the threshold there is, rounded down; None for credits."""
    if alert.usage_threshold is not None:
        gte = alert.usage_threshold.gte
    elif alert.spend_threshold is not None:
        gte = Decimal(alert.spend_threshold.gte)
    else:
        return None
    part = decimals.quotient(decimals.product(value, decimals.HUNDRED), gte)
    return max(0, int(part))


def outlook_table(data: OutlookData) -> Table:
    """Return the rows."""
    return Table(
        name=f"outlook-{data.alert}",
        columns=("customer", "name", "value", "per_day", "projected_crossing_at", "reason"),
        rows=[
            (
                one.customer,
                one.name or "",
                one.value,
                one.per_day,
                "" if one.crossing_at is None else moment_text(one.crossing_at * MICROSECONDS),
                one.reason,
            )
            for one in data.rows
        ],
    )


PAGE = Page(
    path="alerts/{id}/outlook",
    area="alerts",
    query=OutlookQuery,
    read=read_outlook,
    template="alert_outlook.html",
    title=lambda data: f"Outlook of {data.title}",
    table=outlook_table,
)

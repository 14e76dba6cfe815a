"""The list of alerts: what each waits for, and whether it has fired."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from taximeter.alerts.alert import Alert, AlertFilter, AlertStatus, AlertType
from taximeter.dashboard.listing import (
    Column,
    Filter,
    Head,
    Listed,
    Pager,
    choices_of,
    heads,
    listed,
    pager,
    stretch,
)
from taximeter.dashboard.page import Page, View
from taximeter.dashboard.pages.alert_labels import KINDS, alert_says, recurrence_says
from taximeter.dashboard.table import Table
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.moments import moment_text
from taximeter.kit.paging import Cursor
from taximeter.meters import Meter

FIRED_MAX = 100
"""How many of an alert's notifications are counted."""

COLUMNS = (
    Column(label="Alert", name="title"),
    Column(label="Status", name="status"),
    Column(label="Tells"),
    Column(label="For"),
    Column(label="Fired", numeric=True),
    Column(label="Created", name="created", numeric=True),
)
STATUSES = {"all": "All", "active": "Active", "inactive": "Inactive"}


class AlertsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which alerts, in which order; `after` begins at older ones."""

    status: Literal["all", "active", "inactive"] = "all"
    kind: Literal["all", "usage_threshold", "spend_threshold", "credit_balance_threshold"] = "all"
    meter: str = ""
    sort: str = "-created"
    page: int = 1
    after: str = ""


class AlertRow(msgspec.Struct, frozen=True, kw_only=True):
    """An alert in brief; `fired` counts the latest FIRED_MAX times at most."""

    id: str
    title: str
    alert_type: AlertType
    says: str
    recurrence: str
    status: AlertStatus
    hard_limit: bool
    meter: str | None
    customer: str | None
    customer_name: str | None
    created: int
    fired: int
    fired_more: bool
    last_fired: int | None


class AlertsData(msgspec.Struct, frozen=True, kw_only=True):
    """The list as it is shown."""

    alerts: Listed[AlertRow]
    query: AlertsQuery
    heads: tuple[Head, ...]
    filters: tuple[Filter, ...]
    pager: Pager
    any: bool

    @property
    def kinds(self) -> dict[str, str]:
        """Return the kinds that can be chosen."""
        return {"all": "all", **KINDS}


def read_alerts(view: View, query: AlertsQuery) -> AlertsData:
    """Read a page of the list."""
    where = AlertFilter(
        alert_type=None if query.kind == "all" else query.kind, meter=query.meter or None
    )
    read = stretch(
        lambda cursor: view.unit.alerts.page(view.environment.id, cursor, where), query.after
    )
    cut: Listed[Alert] = listed(
        [one for one in read.items if query.status in {"all", one.status}],
        sort=query.sort,
        by={
            "created": lambda one: (one.created, one.id),
            "title": lambda one: (one.title.casefold(), one.id),
            "status": lambda one: (one.status, one.id),
        },
        page=query.page,
        row=lambda one: one,
    )
    rows: Listed[AlertRow] = Listed(
        rows=alert_rows(view, cut.rows), found=cut.found, page=cut.page, pages=cut.pages
    )
    return AlertsData(
        alerts=rows,
        query=query,
        heads=heads(COLUMNS, query),
        filters=choices_of(query, "status", STATUSES),
        pager=pager(query, rows, read),
        any=bool(read.items) or query.kind != "all" or bool(query.meter),
    )


def alert_rows(view: View, alerts: Sequence[Alert]) -> tuple[AlertRow, ...]:
    """Return alerts as lists show them."""
    meters = {one.id: one for one in view.unit.meters.all()}
    wanted = {one.customer for one in alerts if one.customer is not None}
    known = view.unit.customers.many(view.environment.id, sorted(wanted))
    names = {id: customer.details.name for id, customer in known.items()}
    return tuple(_row(view, one, meters, names) for one in alerts)


def _row(
    view: View, alert: Alert, meters: Mapping[str, Meter], names: Mapping[str, str | None]
) -> AlertRow:
    page = view.unit.alert_notifications.page(
        view.environment.id, Cursor(limit=FIRED_MAX), alert=alert.id, customer=None
    )
    fired = [one for one in page.data if not one.recovered]
    return AlertRow(
        id=alert.id,
        title=alert.title,
        alert_type=alert.alert_type,
        says=alert_says(alert, meter_name_of(alert, meters)),
        recurrence=recurrence_says(alert),
        status=alert.status,
        hard_limit=alert.hard_limit,
        meter=None if alert.usage_threshold is None else alert.usage_threshold.meter,
        customer=alert.customer,
        customer_name=None if alert.customer is None else names.get(alert.customer),
        created=alert.created,
        fired=len(fired),
        fired_more=page.has_more,
        last_fired=fired[0].created_us // MICROSECONDS if fired else None,
    )


def meter_name_of(alert: Alert, meters: Mapping[str, Meter]) -> str:
    """Return what the meter of a usage alert is called; nothing for other alerts."""
    if alert.usage_threshold is None:
        return ""
    return meters[alert.usage_threshold.meter].display_name


def alerts_table(data: AlertsData) -> Table:
    """Return the page's rows."""
    return Table(
        name="alerts",
        columns=("id", "title", "type", "waits_for", "status", "customer", "fired", "last_fired"),
        rows=[
            (
                one.id,
                one.title,
                one.alert_type,
                one.says,
                one.status,
                one.customer or "",
                f"{one.fired}{'+' if one.fired_more else ''}",
                "" if one.last_fired is None else moment_text(one.last_fired * MICROSECONDS),
            )
            for one in data.alerts.rows
        ],
    )


PAGE = Page(
    path="alerts",
    area="alerts",
    query=AlertsQuery,
    read=read_alerts,
    template="alerts.html",
    title=lambda _: "Alerts",
    table=alerts_table,
)

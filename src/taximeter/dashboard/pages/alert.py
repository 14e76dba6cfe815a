"""An alert: what it waits for, and its history."""

import msgspec

from taximeter.alerts.alert import Alert
from taximeter.dashboard.page import Page, View
from taximeter.dashboard.pages.alert_history import NotificationRow, notification_rows
from taximeter.dashboard.pages.alerts import AlertRow, alert_rows
from taximeter.dashboard.table import Table
from taximeter.dashboard.walking import Walked, cursor_of, walked
from taximeter.errors import InvalidRequest, NotFound
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.moments import moment_text
from taximeter.kit.paging import Page as Found
from taximeter.kit.paging import UnknownCursor

ROWS = 25


class AlertQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Where in the history one is."""

    after: str = ""
    before: str = ""


class AlertData(msgspec.Struct, frozen=True, kw_only=True):
    """An alert as it is shown."""

    row: AlertRow
    meter_name: str
    active_since: int
    history: Walked[NotificationRow]
    query: AlertQuery


def alert_of(view: View) -> Alert:
    """Return the alert that the address names, archived or not. Raises NotFound."""
    id = view.path_params["id"]
    found = view.unit.alerts.get(view.environment.id, id)
    if found is None:
        raise NotFound(f"No such alert: '{id}'.", param="id")
    return found


def read_alert(view: View, query: AlertQuery) -> AlertData:
    """Read an alert. Raises NotFound, and InvalidRequest for a page that is gone."""
    alert = alert_of(view)
    cursor = cursor_of(after=query.after, before=query.before, limit=ROWS)
    try:
        page = view.unit.alert_notifications.page(
            view.environment.id, cursor, alert=alert.id, customer=None
        )
    except UnknownCursor:
        raise InvalidRequest(
            "The history cannot be gone on with from there. Begin again."
        ) from None
    rows = notification_rows(view, page.data, {alert.id: alert})
    (row,) = alert_rows(view, [alert])
    meter = None if row.meter is None else view.unit.meters.get(view.environment.id, row.meter)
    return AlertData(
        row=row,
        meter_name="" if meter is None else meter.display_name,
        active_since=alert.active_since_us // MICROSECONDS,
        history=walked(
            Found(data=rows, has_more=page.has_more),
            query=query,
            cursor=cursor,
            id_of=lambda one: one.id,
            row=lambda one: one,
        ),
        query=query,
    )


def alert_table(data: AlertData) -> Table:
    """Return the page of the history."""
    return Table(
        name=f"history-{data.row.id}",
        columns=("id", "customer", "value", "what", "period", "told", "identifier", "event"),
        rows=[
            (
                one.id,
                one.customer,
                one.value,
                "recovered" if one.recovered else "fired",
                "" if one.period_start is None else moment_text(one.period_start * MICROSECONDS),
                moment_text(one.created * MICROSECONDS),
                one.identifier or "",
                one.event,
            )
            for one in data.history.rows
        ],
    )


PAGE = Page(
    path="alerts/{id}",
    area="alerts",
    query=AlertQuery,
    read=read_alert,
    template="alert.html",
    title=lambda data: data.row.title,
    table=alert_table,
)

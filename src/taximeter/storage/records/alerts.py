"""Alerts and what they told, as rows: see `taximeter.alerts.alert`."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, func, insert, select, update

from taximeter.alerts.alert import Alert, AlertFilter, AlertNotification, Told
from taximeter.changes import Changes
from taximeter.kit.paging import Cursor, Page
from taximeter.storage.records.alert_tables import alert_notifications, alerts
from taximeter.storage.records.many import IDS_AT_ONCE, rows_with_ids
from taximeter.storage.records.noting import Noting, one_by_one
from taximeter.storage.records.paging import fetch_page

_ALL = select(alerts.c.details)
_GET = _ALL.where(alerts.c.environment == bindparam("env"), alerts.c.id == bindparam("the_id"))
_MANY = _ALL.where(alerts.c.id.in_(bindparam("ids", expanding=True)))
_REVISION = select(func.coalesce(func.max(alerts.c.revision), 0))
_CHANGED = _ALL.where(alerts.c.revision > bindparam("after")).order_by(alerts.c.revision)
_WATCHING = select(func.count()).where(
    alerts.c.environment == bindparam("env"),
    alerts.c.meter.is_not_distinct_from(bindparam("meter")),
    alerts.c.status == "active",
)
_FOR_ONE = _WATCHING.where(alerts.c.customer.is_not_distinct_from(bindparam("customer")))
_FOR_EACH = (
    _WATCHING.where(alerts.c.customer.is_not(None))
    .group_by(alerts.c.customer)
    .order_by(func.count().desc())
    .limit(1)
)
_INSERT = insert(alerts)
_UPDATE = update(alerts).where(
    alerts.c.environment == bindparam("env"), alerts.c.id == bindparam("the_id")
)
_NOTIFICATIONS = select(alert_notifications.c.details)
_TOLD = select(
    alert_notifications.c.alert, alert_notifications.c.customer, alert_notifications.c.round
).where(
    alert_notifications.c.environment == bindparam("env"),
    alert_notifications.c.customer.in_(bindparam("ids", expanding=True)),
)


class AlertTable:
    """Alerts, within the transaction of one connection."""

    def __init__(self, connection: Connection, changes: Changes | None = None) -> None:
        """Work on a connection that is inside a transaction; one that writes notes its changes."""
        self._connection = connection
        self._noting = Noting("alert", changes, one_by_one(self.get))

    def add(self, alert: Alert) -> None:
        """Keep a new alert."""
        self._connection.execute(_INSERT, self._row(alert))
        self._noting.added([alert])

    def get(self, environment: int, id: str) -> Alert | None:
        """Return the alert, archived or not, or None."""
        found = self._connection.execute(_GET, {"env": environment, "the_id": id}).scalar()
        if found is None:
            return None
        alert = _alert(found)
        self._noting.seen([alert])
        return alert

    def many(self, ids: Collection[str]) -> dict[str, Alert]:
        """Return those of the alerts that exist, of any environment, by id."""
        asked, found = sorted(ids), {}
        for start in range(0, len(asked), IDS_AT_ONCE):
            some = {"ids": asked[start : start + IDS_AT_ONCE]}
            for details in self._connection.execute(_MANY, some).scalars():
                alert = _alert(details)
                found[alert.id] = alert
        return found

    def save(self, alert: Alert) -> None:
        """Keep a changed alert."""
        self._noting.saved([alert])
        key = {"env": alert.environment, "the_id": alert.id}
        self._connection.execute(_UPDATE, key | self._row(alert))

    def revision(self) -> int:
        """Return a number that grows with each alert that is added or saved; 0 without any."""
        revision: int = self._connection.execute(_REVISION).scalar_one()
        return revision

    def changed(self, *, after: int) -> Sequence[Alert]:
        """Return the alerts of every environment that were added or saved after a revision."""
        found = self._connection.execute(_CHANGED, {"after": after})
        return [_alert(details) for details in found.scalars()]

    def watching(self, environment: int, meter: str | None, customer: str | None) -> int:
        """Return how many active alerts watch a meter, or money, for a customer."""
        watched = {"env": environment, "meter": meter}
        for_all: int = self._connection.execute(
            _FOR_ONE, {**watched, "customer": None}
        ).scalar_one()
        if customer is None:
            most: int | None = self._connection.execute(_FOR_EACH, watched).scalar()
            return for_all + (most or 0)
        of_it: int = self._connection.execute(
            _FOR_ONE, {**watched, "customer": customer}
        ).scalar_one()
        return for_all + of_it

    def page(self, environment: int, cursor: Cursor, where: AlertFilter) -> Page[Alert]:
        """Return a page, newest first, without archived ones. Raises UnknownCursor."""
        statement = _ALL.where(alerts.c.environment == environment, alerts.c.status != "archived")
        if where.alert_type is not None:
            statement = statement.where(alerts.c.alert_type == where.alert_type)
        if where.meter is not None:
            statement = statement.where(alerts.c.meter == where.meter)
        if where.customer is not None:
            statement = statement.where(alerts.c.customer == where.customer)
        page = fetch_page(self._connection, alerts, statement, cursor, environment=environment)
        return Page(data=[_alert(row.details) for row in page.data], has_more=page.has_more)

    def _row(self, alert: Alert) -> dict[str, Any]:
        return {**_columns(alert), "revision": self.revision() + 1}


class AlertNotificationTable:
    """What alerts told, within the transaction of one connection."""

    def __init__(self, connection: Connection) -> None:
        """Work on a connection that is inside a transaction."""
        self._connection = connection

    def add(self, notifications: Sequence[AlertNotification]) -> None:
        """Keep new notifications; whoever adds knows that none of them stands yet."""
        if notifications:
            rows = [_notification_row(one) for one in notifications]
            self._connection.execute(insert(alert_notifications), rows)

    def told(self, environment: int, customers: Collection[str]) -> set[Told]:
        """Return what was told of these customers."""
        rows = rows_with_ids(self._connection, _TOLD, environment, customers)
        return {(row.alert, row.customer, row.round) for row in rows}

    def page(
        self, environment: int, cursor: Cursor, *, alert: str | None, customer: str | None
    ) -> Page[AlertNotification]:
        """Return a page, newest first. Raises UnknownCursor."""
        statement = _NOTIFICATIONS.where(alert_notifications.c.environment == environment)
        if alert is not None:
            statement = statement.where(alert_notifications.c.alert == alert)
        if customer is not None:
            statement = statement.where(alert_notifications.c.customer == customer)
        page = fetch_page(
            self._connection, alert_notifications, statement, cursor, environment=environment
        )
        return Page(
            data=[msgspec.json.decode(row.details, type=AlertNotification) for row in page.data],
            has_more=page.has_more,
        )


def _columns(alert: Alert) -> dict[str, Any]:
    usage = alert.usage_threshold
    return {
        "id": alert.id,
        "environment": alert.environment,
        "alert_type": alert.alert_type,
        "status": alert.status,
        "meter": None if usage is None else usage.meter,
        "customer": alert.customer,
        "details": msgspec.json.encode(alert).decode(),
    }


def _alert(details: str) -> Alert:
    return msgspec.json.decode(details, type=Alert)


def _notification_row(one: AlertNotification) -> dict[str, Any]:
    return {
        "id": one.id,
        "environment": one.environment,
        "alert": one.alert,
        "customer": one.customer,
        "round": one.round,
        "created_us": one.created_us,
        "details": msgspec.json.encode(one).decode(),
    }

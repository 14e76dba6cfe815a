"""Alerts as rows: see `taximeter.alerts.alert.AlertStore`."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select, update

from taximeter.alerts.alert import Alert, AlertFilter
from taximeter.kit.paging import Cursor, Page
from taximeter.storage.records.alert_tables import alerts
from taximeter.storage.records.paging import fetch_page

_ALL = select(alerts.c.details)
_ACTIVE = _ALL.where(alerts.c.status == "active").order_by(alerts.c.position)
_DECODER = msgspec.json.Decoder(Alert)


class AlertTable:
    """Alerts, within the transaction of one connection."""

    def __init__(self, connection: Connection) -> None:
        """Work on a connection that is inside a transaction."""
        self._connection = connection

    def add(self, alert: Alert) -> None:
        """Keep a new alert."""
        self._connection.execute(insert(alerts), _row(alert))

    def get(self, environment: int, id: str) -> Alert | None:
        """Return the alert, archived or not, or None."""
        details = self._connection.execute(
            _ALL.where(alerts.c.environment == environment, alerts.c.id == id)
        ).scalar()
        return None if details is None else _DECODER.decode(details)

    def save(self, alert: Alert) -> None:
        """Keep a changed alert."""
        self._connection.execute(update(alerts).where(alerts.c.id == alert.id).values(_row(alert)))

    def active(self) -> Sequence[Alert]:
        """Return the active alerts of every environment, oldest first."""
        return [_DECODER.decode(details) for details in self._connection.scalars(_ACTIVE)]

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
        data = [_DECODER.decode(row.details) for row in page.data]
        return Page(data=data, has_more=page.has_more)


def _row(alert: Alert) -> dict[str, Any]:
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

"""What alerts told: of whom, with which event of the log, and who was told."""

from collections.abc import Mapping, Sequence

import msgspec

from taximeter.alerts.alert import Alert, AlertNotification
from taximeter.api.wire.alert import notification_object
from taximeter.dashboard.format import exact_amount, quantity
from taximeter.dashboard.page import View
from taximeter.ingest.event import LoggedEvent
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.paging import Cursor
from taximeter.usage.events import event_id
from taximeter.usage.reader import EventQuery


class NotificationRow(msgspec.Struct, frozen=True, kw_only=True):
    """A notification in brief; `usage_event` is None where no event brought the number there.

    One that `recovered` says that credits have risen above the threshold again.
    """

    id: str
    alert: str
    title: str
    customer: str
    customer_name: str | None
    value: str
    recovered: bool
    period_start: int | None
    usage_event: str | None
    identifier: str | None
    event: str
    pending: int
    created: int


def notification_rows(
    view: View, notifications: Sequence[AlertNotification], alerts: Mapping[str, Alert]
) -> tuple[NotificationRow, ...]:
    """Return notifications as lists show them."""
    known = view.unit.customers.many(
        view.environment.id, sorted({one.customer for one in notifications})
    )
    names = {id: customer.details.name for id, customer in known.items()}
    pending = view.unit.deliveries.pending([one.event for one in notifications])
    return tuple(
        _row(
            view,
            one,
            alerts[one.alert],
            name=names.get(one.customer),
            pending=pending.get(one.event, 0),
        )
        for one in notifications
    )


def _row(
    view: View, told: AlertNotification, alert: Alert, *, name: str | None, pending: int
) -> NotificationRow:
    logged = _logged(view, told)
    return NotificationRow(
        id=told.id,
        alert=alert.id,
        title=alert.title,
        customer=told.customer,
        customer_name=name,
        value=value_says(told, alert),
        recovered=told.recovered,
        period_start=notification_object(told, alert, view.environment).period_start,
        usage_event=None if logged is None else event_id(view.environment, logged),
        identifier=None if logged is None else logged.event.identifier,
        event=told.event,
        pending=pending,
        created=told.created_us // MICROSECONDS,
    )


def value_says(told: AlertNotification, alert: Alert) -> str:
    """Return what the number had come to: usage as it is, money with its currency."""
    money = alert.spend_threshold or alert.credit_balance_threshold
    if money is None:
        return quantity(told.value)
    return exact_amount(told.value, money.currency)


def _logged(view: View, told: AlertNotification) -> LoggedEvent | None:
    """Return the event whose row brought the number there; a cancellation can, and is none."""
    found = view.services.reader.events(
        EventQuery(
            environment=view.environment.id,
            customer=told.customer,
            after_seq=told.seq - 1,
            limit=1,
        )
    )
    return next((one for one in found if one.seq == told.seq), None)


def latest_notifications(
    view: View, *, limit: int, customer: str | None = None
) -> tuple[NotificationRow, ...]:
    """Return what was told last in the environment, or of one customer."""
    page = view.unit.alert_notifications.page(
        view.environment.id, Cursor(limit=limit), alert=None, customer=customer
    )
    alerts = view.unit.alerts.many({one.alert for one in page.data})
    return notification_rows(view, page.data, alerts)

"""Making alerts, and turning them on and off.

An alert looks at what is received from the moment on at which it becomes active. The evaluation may
have passed that moment before the alert is committed, so how far it has got is put back to there in
the same transaction.
"""

from typing import Protocol

import msgspec

from taximeter.alerts.alert import ALERTS_MAX, Alert, AlertStore
from taximeter.cursors import CursorStore
from taximeter.environments import Environment
from taximeter.errors import InvalidRequest, NotFound

CURSOR = "alerts"
"""Up to which row of the log alerts were evaluated."""


class Log(Protocol):
    """The end of the log."""

    @property
    def head_seq(self) -> int:
        """Return the number of the last row."""
        ...

    def cut(self, *, now_us: int) -> int:
        """Return a moment, about now, that divides what was acknowledged from all that comes."""
        ...


class Since(msgspec.Struct, frozen=True, kw_only=True):
    """From when on an alert looks at rows: all of them lie after row `after_seq`."""

    us: int
    after_seq: int


def since_now(log: Log, *, now_us: int) -> Since:
    """Return a beginning for an alert that becomes active."""
    after_seq = log.head_seq
    return Since(us=log.cut(now_us=now_us), after_seq=after_seq)


def create_alert(*, store: AlertStore, cursors: CursorStore, alert: Alert) -> Alert:
    """Keep a new alert. Raises InvalidRequest where too many watch the same."""
    check_room(store, alert)
    store.add(alert)
    _look_again(cursors, alert.after_seq)
    return alert


def retrieve_alert(*, store: AlertStore, environment: Environment, id: str) -> Alert:
    """Return the alert unless it is archived. Raises NotFound."""
    alert = store.get(environment.id, id)
    if alert is None or alert.status == "archived":
        raise NotFound(f"No such billing alert: '{id}'", param="id")
    return alert


def activate_alert(
    *, store: AlertStore, cursors: CursorStore, log: Log, now_us: int, alert: Alert
) -> Alert:
    """Let an alert look at what is received from now on; an active one stays as it is.

    Raises InvalidRequest where too many watch the same.
    """
    if alert.status == "active":
        return alert
    check_room(store, alert)
    since = since_now(log, now_us=now_us)
    active = msgspec.structs.replace(
        alert, status="active", active_since_us=since.us, after_seq=since.after_seq
    )
    store.save(active)
    _look_again(cursors, since.after_seq)
    return active


def deactivate_alert(*, store: AlertStore, alert: Alert) -> Alert:
    """Let an alert rest. Twice is once."""
    if alert.status == "active":
        alert = msgspec.structs.replace(alert, status="inactive")
        store.save(alert)
    return alert


def archive_alert(*, store: AlertStore, alert: Alert) -> Alert:
    """End an alert for good: it is not found any more."""
    archived = msgspec.structs.replace(alert, status="archived")
    store.save(archived)
    return archived


def check_room(store: AlertStore, alert: Alert) -> None:
    """Refuse an alert where as many as may be watch the same already. Raises InvalidRequest."""
    usage = alert.usage_threshold
    meter = None if usage is None else usage.meter
    if store.watching(alert.environment, meter, alert.customer) >= ALERTS_MAX:
        what = "money" if usage is None else f"meter {usage.meter}"
        whom = "a customer" if alert.customer is None else f"customer {alert.customer}"
        raise InvalidRequest(
            f"At most {ALERTS_MAX} active alerts can watch {what} for {whom}. Deactivate or "
            "archive one first."
        )


def _look_again(cursors: CursorStore, after_seq: int) -> None:
    if cursors.get(CURSOR) > after_seq:
        cursors.set(CURSOR, after_seq)

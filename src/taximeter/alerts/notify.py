"""Telling what alerts have come to, exactly once.

What was told, its event and how far the evaluation has got are written in one transaction. The
evaluation may come by the same row again, after a crash or for the sake of a new alert; what was
told already is not told again.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

import msgspec

from taximeter.alerts.alert import Alert, AlertNotification, AlertNotificationStore, AlertStore
from taximeter.alerts.watches import Crossing
from taximeter.customers import CustomerStore
from taximeter.environments import Environment, EnvironmentStore
from taximeter.events import Event, EventStore, RelatedObject, snapshot
from taximeter.kit.ids import new_id
from taximeter.meters import Meter, MeterStore

TRIGGERED = "billing.alert.triggered"
RECOVERED = "billing.alert.recovered"
PREFIX = "alrtn"

Render = Callable[[Alert, Meter | None, AlertNotification, Environment], str]
"""Writes `billing.alert_triggered`, or `billing.alert_recovered`, as JSON."""


class Unit(Protocol):
    """The stores that telling touches, within one transaction."""

    @property
    def alerts(self) -> AlertStore:
        """Return the alerts."""
        ...

    @property
    def alert_notifications(self) -> AlertNotificationStore:
        """Return what they told."""
        ...

    @property
    def customers(self) -> CustomerStore:
        """Return the customers."""
        ...

    @property
    def environments(self) -> EnvironmentStore:
        """Return the environments."""
        ...

    @property
    def events(self) -> EventStore:
        """Return the events."""
        ...

    @property
    def meters(self) -> MeterStore:
        """Return the meters."""
        ...


def notify(
    unit: Unit, crossings: Sequence[Crossing], *, created_us: int, render: Render
) -> Sequence[AlertNotification]:
    """Write what has fired, in this order, and return what was not told before.

    Alerts that were turned off meanwhile, and customers that were deleted, tell nothing.
    """
    alerts = unit.alerts.many({one.alert for one in crossings})
    reachable, told = _of_customers(unit, crossings, alerts)
    environments = {one.id: one for one in unit.environments.environments()}
    meters: dict[tuple[int, str], Meter | None] = {}
    notifications: list[AlertNotification] = []
    events: list[Event] = []
    for crossing in crossings:
        alert = alerts[crossing.alert]
        what = (crossing.alert, crossing.customer, crossing.round)
        if not _looks_at(alert, crossing) or what in told:
            continue
        if (alert.environment, crossing.customer) not in reachable:
            continue
        told.add(what)
        environment = environments[alert.environment]
        meter = None
        if alert.usage_threshold is not None:
            key = (alert.environment, alert.usage_threshold.meter)
            if key not in meters:
                meters[key] = unit.meters.get(*key)
            meter = meters[key]
        notification, some = _told(
            alert, meter, crossing, environment, created_us=created_us, render=render
        )
        notifications.append(notification)
        events += some
    unit.alert_notifications.add(notifications)
    unit.events.add(events)
    return notifications


def _of_customers(
    unit: Unit, crossings: Sequence[Crossing], alerts: Mapping[str, Alert]
) -> tuple[set[tuple[int, str]], set[tuple[str, str, int]]]:
    """Return which customers are not deleted, and what was told of them."""
    customers: dict[int, set[str]] = defaultdict(set)
    for crossing in crossings:
        customers[alerts[crossing.alert].environment].add(crossing.customer)
    reachable: set[tuple[int, str]] = set()
    told: set[tuple[str, str, int]] = set()
    for environment, ids in customers.items():
        reachable |= {(environment, id) for id in unit.customers.existing(environment, ids)}
        told |= unit.alert_notifications.told(environment, ids)
    return reachable, told


def _looks_at(alert: Alert, crossing: Crossing) -> bool:
    """Say whether an alert is active and was when the row was received."""
    return alert.status == "active" and alert.active_since_us <= crossing.row.received_at_us


def _told(
    alert: Alert,
    meter: Meter | None,
    crossing: Crossing,
    environment: Environment,
    *,
    created_us: int,
    render: Render,
) -> tuple[AlertNotification, Collection[Event]]:
    notification = AlertNotification(
        id=new_id(PREFIX if environment.livemode else f"{PREFIX}_test"),
        environment=alert.environment,
        alert=alert.id,
        customer=crossing.customer,
        round=crossing.round,
        value=crossing.value,
        seq=crossing.row.seq,
        received_at_us=crossing.row.received_at_us,
        created_us=created_us,
        event="",
        recovered=crossing.recovered,
    )
    events = snapshot(
        type=RECOVERED if crossing.recovered else TRIGGERED,
        environment=environment,
        created_us=created_us,
        object=render(alert, meter, notification, environment),
        related_object=RelatedObject(
            id=alert.id, type="billing.alert", url=f"/v1/billing/alerts/{alert.id}"
        ),
    )
    return msgspec.structs.replace(notification, event=events[0].id), events

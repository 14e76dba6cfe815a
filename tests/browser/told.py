"""Somebody who is told of what happens, and somebody who does not take it; an alert that fires."""

from typing import Any

import msgspec
import stripe

from tests.dashboard.visitor import Visitor
from tests.dashboard.waiting import once
from tests.serving import Server
from tests.webhooks.receiver import Receiver, answering

MAINTENANCE = b"<html><body>Maintenance: we are <b>back</b> soon.</body></html>"


class Told(msgspec.Struct, frozen=True):
    """The ids of what was told."""

    alert: str
    event: str
    failing: str
    delivery: str


def destinations(client: stripe.StripeClient, receiver: Receiver) -> str:
    """Make both destinations; the id of the one that fails."""
    receiver.behave("/old", answering(503, MAINTENANCE))
    client.v1.webhook_endpoints.create(
        {"url": receiver.url(), "enabled_events": ["*"], "description": "The ledger"}
    )
    failing: Any = {
        "url": receiver.url("/old"),
        "enabled_events": ["billing.alert.triggered", "invoice.voided"],
        "description": "The old warehouse",
    }
    return client.v1.webhook_endpoints.create(failing).id


def alerts(client: stripe.StripeClient, meter: str) -> str:
    """Make two alerts on a meter; the id of the one that fires."""
    high: Any = {
        "title": "A billion tokens a month",
        "alert_type": "usage_threshold",
        "hard_limit": True,
        "usage_threshold": {
            "meter": meter,
            "gte": 1_000_000_000,
            "recurrence": "billing_period",
        },
    }
    client.v1.billing.alerts.create(high)
    low: Any = {
        "title": "80 % of the included large tokens",
        "alert_type": "usage_threshold",
        "usage_threshold": {
            "meter": meter,
            "gte": 80_000,
            "recurrence": "one_time",
            "filters": [{"type": "dimension", "dimension": "model", "value": "large"}],
        },
    }
    return client.v1.billing.alerts.create(low).id


def told(server: Server, *, alert: str, failing: str) -> Told:
    """Wait until the alert has fired, and both destinations were told of it."""
    with Visitor(server) as visitor:

        def rows(path: str, name: str) -> Any:
            return visitor.get(f"/test/{path}.json").json()[name]["rows"]

        (fired,) = once(lambda: rows(f"alerts/{alert}", "history"))
        (delivery,) = once(
            lambda: [
                one
                for one in rows(f"developers/webhooks/{failing}", "deliveries")
                if one["attempts"]
            ]
        )
    return Told(alert=alert, event=fired["event"], failing=failing, delivery=delivery["id"])

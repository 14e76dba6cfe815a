"""What wire tests of check before use begin with: hard limits, and questions."""

import secrets
from decimal import Decimal
from typing import Any

import msgspec

from taximeter.alerts.alert import (
    Alert,
    CreditBalanceThreshold,
    SpendThreshold,
    UsageThreshold,
)
from taximeter.changes import Change
from tests.wire.clocked import ClockedServer
from tests.wire.plain import Answer, request

EVENTS = "/v1/billing/meter_events"
AUTHORIZE = "/v1/billing/meter_events/authorize"
RESERVATIONS = "/v1/billing/reservations"


def hard_limit(
    server: ClockedServer,
    threshold: UsageThreshold | SpendThreshold | CreditBalanceThreshold,
    customer: str | None = None,
) -> str:
    """Set a hard limit for a customer, or for everyone, and return the alert's id."""
    kind = {
        UsageThreshold: "usage_threshold",
        SpendThreshold: "spend_threshold",
        CreditBalanceThreshold: "credit_balance_threshold",
    }[type(threshold)]
    fields: Any = {
        "id": f"alrt_test_{secrets.token_hex(6)}",
        "environment": 2,
        "created": server.now(),
        "title": "limit",
        "alert_type": kind,
        "active_since_us": 0,
        "customer": customer,
        "hard_limit": True,
        kind: threshold,
    }
    alert = Alert(**fields)
    parts = server.app.services.check_before_use
    with parts.records.writing() as unit:
        unit.alerts.add(alert)
    parts.limits.forget(
        [Change(kind="alert", id=alert.id, environment=2, before=None, after=alert)]
    )
    return alert.id


def usage_limit(server: ClockedServer, meter: str, gte: str, **others: Any) -> str:
    """Limit what a customer, or everyone, may use of a meter."""
    customer = others.pop("customer", None)
    threshold = {"meter": meter, "gte": Decimal(gte), "recurrence": "one_time", **others}
    return hard_limit(server, msgspec.convert(threshold, UsageThreshold), customer)


def authorize(
    server: ClockedServer,
    meter: str,
    customer: str,
    value: str | None = "1",
    *,
    headers: dict[str, str] | None = None,
    dimensions: dict[str, str] | None = None,
    **params: str,
) -> Any:
    """Ask about usage of the meter with an event name; return the answer's JSON."""
    answer = ask(server, meter, customer, value, headers=headers, dimensions=dimensions, **params)
    assert answer.status == 200, answer.body
    return answer.json()


def ask(
    server: ClockedServer,
    meter: str,
    customer: str,
    value: str | None = "1",
    *,
    headers: dict[str, str] | None = None,
    dimensions: dict[str, str] | None = None,
    **params: str,
) -> Answer:
    """Ask as `authorize` does, and return the answer as it came; `expires_in` reserves."""
    body = asked_for(meter, customer, value, dimensions=dimensions, **params)
    return request(server.address, "POST", AUTHORIZE, body=body, headers=headers)


def asked_for(
    meter: str,
    customer: str,
    value: str | None,
    *,
    dimensions: dict[str, str] | None = None,
    **params: str,
) -> dict[str, str]:
    """Return the parameters of a question; without `expires_in` they are those of an event."""
    body = {"event_name": meter, "payload[stripe_customer_id]": customer}
    if value is not None:
        body["payload[value]"] = value
    body |= {f"payload[{key}]": text for key, text in (dimensions or {}).items()}
    if "expires_in" in params:
        body["reservation[expires_in]"] = params.pop("expires_in")
    return {**body, **params}


def reservation(server: ClockedServer, id: str) -> Any:
    """Read a reservation back."""
    return request(server.address, "GET", f"{RESERVATIONS}/{id}").json()


def release(server: ClockedServer, id: str) -> Answer:
    """Release a reservation."""
    return request(server.address, "POST", f"{RESERVATIONS}/{id}/release", body={})

"""What wire tests of check before use begin with: hard limits, and questions."""

from collections.abc import Sequence
from typing import Any, Protocol

from tests.wire.clocked import ClockedServer
from tests.wire.plain import Answer, request

EVENTS = "/v1/billing/meter_events"
AUTHORIZE = "/v1/billing/meter_events/authorize"
RESERVATIONS = "/v1/billing/reservations"


class Addressed(Protocol):
    """A server, wherever it runs."""

    address: str


def hard_limit(server: Addressed, kind: str, customer: str | None = None, **fields: str) -> str:
    """Set a hard limit for a customer, or for everyone, and return the alert's id."""
    body = {"alert_type": kind, "title": "limit", "hard_limit": "true"}
    body |= {f"{kind}[{name}]": value for name, value in fields.items()}
    if customer is not None:
        body |= {
            f"{kind}[filters][9][type]": "customer",
            f"{kind}[filters][9][customer]": customer,
        }
    return create_alert(server.address, body)


def usage_limit(
    server: Addressed,
    meter: str,
    gte: str,
    *,
    customer: str | None = None,
    recurrence: str = "one_time",
    models: Sequence[str] = (),
) -> str:
    """Limit what a customer, or everyone, may use of a meter, or of some models' usage of it."""
    filters: dict[str, str] = {}
    for index, model in enumerate(models):
        filters |= {
            f"filters][{index}][type": "dimension",
            f"filters][{index}][dimension": "model",
            f"filters][{index}][value": model,
        }
    fields = {"meter": meter, "gte": gte, "recurrence": recurrence, **filters}
    return hard_limit(server, "usage_threshold", customer, **fields)


def create_alert(address: str, body: dict[str, str]) -> str:
    """Create an alert and return its id."""
    answer = request(address, "POST", "/v1/billing/alerts", body=body)
    assert answer.status == 200, answer.body
    return str(answer.json()["id"])


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

"""What happens is delivered, signed so that the official SDK believes it, and logged."""

import json
from typing import Any

import pytest
import stripe

from tests.webhooks.receiver import Received, Receiver, answering
from tests.wire.clocked import ClockedServer
from tests.wire.plain import request
from tests.wire.test_stream import one, stream, stream_client
from tests.wire.world import create_meter

REPORT = "v1.billing.meter.error_report_triggered"
NO_METER = "v1.billing.meter.no_meter_found"
TOLERANCE = 0
"""The clock under test stands at another time than the machine's."""


def destination(server: ClockedServer, receiver: Receiver, **others: Any) -> Any:
    """Create an event destination for thin events."""
    params: Any = {
        "name": "Thin",
        "type": "webhook_endpoint",
        "event_payload": "thin",
        "enabled_events": [REPORT, NO_METER],
        "webhook_endpoint": {"url": receiver.url()},
        "include": ["webhook_endpoint.signing_secret", "webhook_endpoint.url"],
        **others,
    }
    return server.client().v2.core.event_destinations.create(params)


def deliveries(server: ClockedServer, **filters: str) -> list[dict[str, Any]]:
    """Return the log of deliveries, each with its attempts, the newest first."""
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    path = "/v1/webhook_deliveries"
    listed = request(server.address, "GET", f"{path}?limit=100&{query}").json()["data"]
    return [request(server.address, "GET", f"{path}/{one['id']}").json() for one in listed]


def notification(server: ClockedServer, received: Received, secret: str) -> Any:
    """Return what the SDK makes of a delivery. Raises SignatureVerificationError."""
    return server.client().parse_event_notification(
        received.body, received.headers["stripe-signature"], secret, TOLERANCE
    )


def deliver(server: ClockedServer) -> None:
    """Deliver everything that is due by now."""
    server.app.dispatcher.run_due()


def reject_one(server: ClockedServer, event_name: str) -> None:
    """Have one event rejected, and the report of it written."""
    stream(stream_client(server), [one(event_name, "cus_nobody")])
    server.clock.advance(seconds=10)
    server.app.reporter.report()


def test_error_reports_are_delivered_and_the_sdk_believes_them(
    clocked: ClockedServer, receiver: Receiver
) -> None:
    made = destination(clocked, receiver)
    meter = create_meter(clocked.client())
    reject_one(clocked, meter.event_name)
    (received,) = receiver.wait_for(1)
    event = notification(clocked, received, made.webhook_endpoint.signing_secret)
    assert (event.type, event.related_object.id) == (REPORT, meter.id)
    assert "data" not in json.loads(received.body)
    assert event.fetch_event().data.reason.error_count == 1
    with pytest.raises(stripe.SignatureVerificationError):
        notification(clocked, received, "whsec_other")


def test_a_delivery_is_logged_with_its_attempt(clocked: ClockedServer, receiver: Receiver) -> None:
    receiver.behave("/hook", answering(202, b"thanks"))
    made = destination(clocked, receiver)
    reject_one(clocked, "nobody")
    deliver(clocked)
    (logged,) = deliveries(clocked)
    (attempt,) = logged.pop("attempts")
    event = clocked.client().v2.core.events.list().data[0]
    assert logged == {
        "id": logged["id"],
        "object": "webhook_delivery",
        "attempt_count": 1,
        "created": clocked.now(),
        "event": event.id,
        "event_type": NO_METER,
        "livemode": False,
        "next_attempt": None,
        "response_status": 202,
        "status": "succeeded",
        "webhook_endpoint": made.id,
    }
    assert attempt.pop("duration_ms") >= 0
    assert attempt == {
        "number": 1,
        "created": clocked.now(),
        "error": None,
        "response_body": "thanks",
        "response_status": 202,
    }


def test_a_ping_comes_to_its_destination_alone(clocked: ClockedServer, receiver: Receiver) -> None:
    made = destination(clocked, receiver)
    destination(clocked, receiver, webhook_endpoint={"url": receiver.url("/other")})
    pinged = clocked.client().v2.core.event_destinations.ping(made.id)
    deliver(clocked)
    (received,) = receiver.received()
    event = notification(clocked, received, made.webhook_endpoint.signing_secret)
    assert (received.path, event.id) == ("/hook", pinged.id)
    assert event.type == "v2.core.event_destination.ping"

"""Webhook endpoints through the official SDK: made, read, changed, rolled, deleted, and told."""

from typing import Any

import pytest
import stripe
from stripe import SignatureVerificationError, WebhookEndpoint

from tests.webhooks.receiver import Received, Receiver, answering
from tests.wire.clocked import ClockedServer
from tests.wire.plain import request
from tests.wire.test_webhook_deliveries import TOLERANCE, deliver, deliveries, destination
from tests.wire.world import create_customer, create_meter

PATH = "/v1/webhook_endpoints"


def endpoint(server: ClockedServer, url: str, **others: Any) -> WebhookEndpoint:
    """Create an endpoint for everything."""
    params: Any = {"url": url, "enabled_events": ["*"], **others}
    return server.client().v1.webhook_endpoints.create(params)


def secret_of(made: WebhookEndpoint) -> str:
    """Return the secret that an endpoint was made with."""
    assert made.secret is not None
    return made.secret


def believed(received: Received, *secrets: str) -> list[bool]:
    """Say for each secret whether the SDK believes a delivery."""
    header = received.headers["stripe-signature"]

    def one(secret: str) -> bool:
        try:
            stripe.Webhook.construct_event(received.body, header, secret, TOLERANCE)
        except SignatureVerificationError:
            return False
        return True

    return [one(secret) for secret in secrets]


def test_an_endpoint_shows_its_secret_once(clocked: ClockedServer) -> None:
    made = endpoint(
        clocked,
        "https://example.com/hook",
        api_version="2026-10-28.endive",
        description="Billing",
        metadata={"team": "a"},
    ).to_dict()
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    assert made == {
        "id": made["id"],
        "object": "webhook_endpoint",
        "api_version": "2026-10-28.endive",
        "application": None,
        "created": clocked.now(),
        "description": "Billing",
        "enabled_events": ["*"],
        "livemode": False,
        "metadata": {"team": "a"},
        "status": "enabled",
        "url": "https://example.com/hook",
    }
    endpoints = clocked.client().v1.webhook_endpoints
    assert endpoints.retrieve(made["id"]).to_dict() == made
    assert [one.to_dict() for one in endpoints.list().data] == [made]


def test_snapshots_are_delivered_and_the_sdk_believes_them(
    clocked: ClockedServer, receiver: Receiver
) -> None:
    made = endpoint(clocked, receiver.url(), enabled_events=["billing.meter.created"])
    meter = create_meter(clocked.client())
    create_customer(clocked.client())
    deliver(clocked)
    (received,) = receiver.received()
    event = clocked.client().construct_event(
        received.body.decode(), received.headers["stripe-signature"], secret_of(made), TOLERANCE
    )
    assert (event.type, event.pending_webhooks) == ("billing.meter.created", 1)
    assert event.data.object["id"] == meter.id
    kept = clocked.client().v1.events.retrieve(event.id)
    assert kept.pending_webhooks == 0
    assert {**event.to_dict(), "pending_webhooks": 0} == kept.to_dict()


def test_every_delivery_is_believed(clocked: ClockedServer, receiver: Receiver) -> None:
    made = endpoint(clocked, receiver.url())
    customers = [create_customer(clocked.client()) for _ in range(20)]
    deliver(clocked)
    assert len(receiver.received()) == len(customers)
    assert all(believed(one, secret_of(made)) == [True] for one in receiver.received())


def rolled(server: ClockedServer, made: WebhookEndpoint, expires_in: int) -> str:
    """Roll an endpoint's secret, and return the new one."""
    path = f"{PATH}/{made.id}/roll_secret"
    answer = request(server.address, "POST", path, body={"expires_in": str(expires_in)})
    assert answer.status == 200
    return str(answer.json()["secret"])


def told(server: ClockedServer, receiver: Receiver) -> Received:
    """Have something happen, and return how that was told."""
    create_customer(server.client())
    deliver(server)
    return receiver.received()[-1]


def test_both_secrets_sign_until_the_rolled_one_expires(
    clocked: ClockedServer, receiver: Receiver
) -> None:
    made = endpoint(clocked, receiver.url())
    new = rolled(clocked, made, 3_600)
    clocked.clock.advance(seconds=3_599)
    assert believed(told(clocked, receiver), secret_of(made), new) == [True, True]
    clocked.clock.advance(seconds=1)
    assert believed(told(clocked, receiver), secret_of(made), new) == [False, True]


def test_a_secret_that_is_rolled_at_once_signs_no_more(
    clocked: ClockedServer, receiver: Receiver
) -> None:
    made = endpoint(clocked, receiver.url())
    first = rolled(clocked, made, 86_400)
    new = rolled(clocked, made, 0)
    assert believed(told(clocked, receiver), secret_of(made), first, new) == [False, False, True]


def test_a_changed_endpoint_is_told_by_its_new_fields(
    clocked: ClockedServer, receiver: Receiver
) -> None:
    endpoints = clocked.client().v1.webhook_endpoints
    made = endpoint(clocked, receiver.url("/old"), metadata={"a": "1", "b": "2"})
    changed = endpoints.update(
        made.id,
        {
            "url": receiver.url("/new"),
            "enabled_events": ["customer.created", "customer.created"],
            "description": "New",
            "metadata": {"a": "", "c": "3"},
        },
    )
    assert changed.enabled_events == ["customer.created"]
    assert (changed.description, changed.metadata.to_dict()) == ("New", {"b": "2", "c": "3"})
    create_meter(clocked.client())
    assert told(clocked, receiver).path == "/new"
    assert len(receiver.received()) == 1


def test_a_disabled_endpoint_is_told_nothing_and_an_enabled_one_what_is_pending(
    clocked: ClockedServer, receiver: Receiver
) -> None:
    receiver.behave("/hook", answering(500))
    endpoints = clocked.client().v1.webhook_endpoints
    made = endpoint(clocked, receiver.url())
    create_customer(clocked.client())
    deliver(clocked)
    assert endpoints.update(made.id, {"disabled": True}).status == "disabled"
    create_customer(clocked.client())
    clocked.clock.advance(seconds=60)
    deliver(clocked)
    assert len(receiver.received()) == 1
    receiver.behave("/hook", answering(200))
    assert endpoints.update(made.id, {"disabled": False}).status == "enabled"
    deliver(clocked)
    assert len(receiver.received()) == 2


def test_a_deleted_endpoint_is_gone_and_its_log_is_not(
    clocked: ClockedServer, receiver: Receiver
) -> None:
    endpoints = clocked.client().v1.webhook_endpoints
    made = endpoint(clocked, receiver.url())
    told(clocked, receiver)
    gone = endpoints.delete(made.id)
    assert gone.to_dict() == {"id": made.id, "object": "webhook_endpoint", "deleted": True}
    assert endpoints.list().data == []
    (logged,) = deliveries(clocked, webhook_endpoint=made.id)
    assert logged["status"] == "succeeded"
    answer = request(clocked.address, "POST", f"/v1/webhook_deliveries/{logged['id']}/resend")
    assert (answer.status, answer.json()["error"]["param"]) == (400, "id")


def test_deliveries_are_listed_by_event_endpoint_and_status_and_resent(
    clocked: ClockedServer, receiver: Receiver
) -> None:
    receiver.behave("/broken", answering(500, b"broken"))
    fine, broken = (endpoint(clocked, receiver.url(f"/{one}")) for one in ("fine", "broken"))
    told(clocked, receiver)
    (event,) = clocked.client().v1.events.list().data
    assert event.pending_webhooks == 1
    assert [one["webhook_endpoint"] for one in deliveries(clocked, status="succeeded")] == [fine.id]
    (failing,) = deliveries(clocked, webhook_endpoint=broken.id, event=event.id)
    assert (failing["status"], failing["response_status"]) == ("pending", 500)
    receiver.behave("/broken", answering(200))
    path = f"/v1/webhook_deliveries/{failing['id']}/resend"
    assert request(clocked.address, "POST", path).json()["next_attempt"] == clocked.now()
    deliver(clocked)
    (resent,) = deliveries(clocked, webhook_endpoint=broken.id)
    assert resent["status"] == "succeeded"
    assert [one["response_body"] for one in resent["attempts"]] == ["broken", ""]


def retry(server: ClockedServer, event: str, made: WebhookEndpoint) -> Any:
    """Have an event delivered once more, as Stripe's command line does."""
    path = f"/v1/events/{event}/retry"
    return request(server.address, "POST", path, body={"webhook_endpoint": made.id}).json()


def test_an_event_is_retried_whether_the_endpoint_had_it_or_not(
    clocked: ClockedServer, receiver: Receiver
) -> None:
    had = endpoint(clocked, receiver.url("/had"))
    told(clocked, receiver)
    late = endpoint(clocked, receiver.url("/late"), enabled_events=["invoice.paid"])
    (event,) = clocked.client().v1.events.list().data
    for one in (had, late):
        assert retry(clocked, event.id, one)["pending_webhooks"] == 1
        deliver(clocked)
    assert [one.path for one in receiver.received()] == ["/had", "/had", "/late"]
    assert clocked.client().v1.events.retrieve(event.id).pending_webhooks == 0


def test_an_environment_has_a_limited_number_of_both_kinds(
    clocked: ClockedServer, receiver: Receiver
) -> None:
    url = "https://example.com/hook"
    for _ in range(15):
        endpoint(clocked, url, enabled_events=["invoice.paid"])
    last = destination(clocked, receiver)
    with pytest.raises(stripe.InvalidRequestError, match="at most 16") as caught:
        endpoint(clocked, url)
    assert caught.value.code == "resource_limit_exceeded"
    clocked.client().v2.core.event_destinations.delete(last.id)
    endpoint(clocked, url)


def test_live_mode_takes_https_only(clocked: ClockedServer) -> None:
    live: Any = clocked.client(clocked.create_key("live").secret).v1.webhook_endpoints
    params = {"url": "http://example.com/hook", "enabled_events": ["invoice.paid"]}
    with pytest.raises(stripe.InvalidRequestError, match="must begin with https"):
        live.create(params)
    assert live.create({**params, "url": "https://example.com/hook"}).livemode


def test_a_secret_is_rolled_only_so_often_at_once(clocked: ClockedServer) -> None:
    made = endpoint(clocked, "https://example.com/hook", enabled_events=["invoice.paid"])
    for _ in range(4):
        rolled(clocked, made, 3_600)
    path = f"{PATH}/{made.id}/roll_secret"
    answer = request(clocked.address, "POST", path, body={"expires_in": "3600"})
    assert (answer.status, answer.json()["error"]["param"]) == (400, "expires_in")
    rolled(clocked, made, 0)
    rolled(clocked, made, 3_600)


def test_environments_are_told_of_nothing_but_their_own(
    clocked: ClockedServer, receiver: Receiver
) -> None:
    sandbox = clocked.client(clocked.create_key("sandbox").secret)
    made = endpoint(clocked, receiver.url())
    create_customer(sandbox)
    deliver(clocked)
    assert receiver.received() == []
    assert sandbox.v1.webhook_endpoints.list().data == []
    with pytest.raises(stripe.InvalidRequestError, match="No such webhook endpoint"):
        sandbox.v1.webhook_endpoints.retrieve(made.id)

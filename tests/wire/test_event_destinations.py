"""Event destinations through the official SDK: made, read, changed, switched, rolled, deleted."""

import json
from typing import Any

import pytest
import stripe

from tests.webhooks.receiver import Receiver
from tests.wire.clocked import ClockedServer
from tests.wire.plain import request
from tests.wire.test_webhook_deliveries import TOLERANCE, deliver, destination, notification
from tests.wire.world import create_customer

PATH = "/v2/core/event_destinations"
VERSION = {"Stripe-Version": "2026-10-28.endive", "Content-Type": "application/json"}


def test_a_destination_shows_address_and_secret_only_when_they_are_asked_for(
    clocked: ClockedServer, receiver: Receiver
) -> None:
    made = destination(clocked, receiver, description="All", metadata={"a": "1"})
    destinations = clocked.client().v2.core.event_destinations
    shown = destinations.retrieve(made.id).to_dict()
    assert made.webhook_endpoint.url == receiver.url()
    assert shown.pop("webhook_endpoint") == {"signing_secret": None, "url": None}
    assert shown == {
        "id": made.id,
        "object": "v2.core.event_destination",
        "amazon_eventbridge": None,
        "azure_event_grid": None,
        "created": "2026-09-22T12:00:00.000Z",
        "description": "All",
        "enabled_events": [
            "v1.billing.meter.error_report_triggered",
            "v1.billing.meter.no_meter_found",
        ],
        "event_payload": "thin",
        "events_from": ["@self"],
        "livemode": False,
        "metadata": {"a": "1"},
        "name": "Thin",
        "snapshot_api_version": None,
        "status": "enabled",
        "status_details": None,
        "type": "webhook_endpoint",
        "updated": "2026-09-22T12:00:00.000Z",
    }
    asked: Any = {"include": ["webhook_endpoint.url", "webhook_endpoint.signing_secret"]}
    again = destinations.retrieve(made.id, asked).webhook_endpoint
    assert again is not None
    assert (again.url, again.signing_secret) == (receiver.url(), None)


def test_thin_twins_and_snapshots_are_delivered_as_asked_for(
    clocked: ClockedServer, receiver: Receiver
) -> None:
    thin = destination(clocked, receiver, enabled_events=["v1.customer.created"])
    snapshot = destination(
        clocked,
        receiver,
        event_payload="snapshot",
        enabled_events=["customer.created"],
        webhook_endpoint={"url": receiver.url("/snapshot")},
    )
    customer = create_customer(clocked.client())
    deliver(clocked)
    (told,) = receiver.received("/hook")
    event = notification(clocked, told, thin.webhook_endpoint.signing_secret)
    assert (event.type, event.related_object.id) == ("v1.customer.created", customer)
    assert event.fetch_related_object().id == customer
    (told,) = receiver.received("/snapshot")
    whole = stripe.Webhook.construct_event(
        told.body,
        told.headers["stripe-signature"],
        snapshot.webhook_endpoint.signing_secret,
        TOLERANCE,
    )
    assert whole.data.object["id"] == customer
    assert json.loads(receiver.received("/hook")[0].body)["snapshot_event"] == whole.id


def test_a_destination_is_changed_field_by_field(
    clocked: ClockedServer, receiver: Receiver
) -> None:
    made = destination(clocked, receiver, metadata={"a": "1", "b": "2"})
    clocked.clock.advance(seconds=1)
    metadata: Any = {"a": None, "c": "3"}
    changed = clocked.client().v2.core.event_destinations.update(
        made.id,
        {
            "name": "Renamed",
            "metadata": metadata,
            "webhook_endpoint": {"url": receiver.url("/new")},
            "include": ["webhook_endpoint.url"],
        },
    )
    assert changed.webhook_endpoint is not None
    assert (changed.name, changed.description) == ("Renamed", "")
    assert changed.to_dict()["metadata"] == {"b": "2", "c": "3"}
    assert changed.webhook_endpoint.url == receiver.url("/new")
    assert changed.enabled_events == made.enabled_events
    asked = clocked.client().v2.core.event_destinations.retrieve(made.id).to_dict()
    assert (asked["created"][-7:], asked["updated"][-7:]) == ("00.000Z", "01.000Z")


def test_a_destination_is_disabled_and_enabled(clocked: ClockedServer, receiver: Receiver) -> None:
    made = destination(clocked, receiver)
    destinations = clocked.client().v2.core.event_destinations
    off = destinations.disable(made.id)
    assert off.status_details is not None
    assert off.status_details.disabled is not None
    assert (off.status, off.status_details.disabled.reason) == ("disabled", "user")
    with pytest.raises(stripe.InvalidRequestError, match="enable it before a ping"):
        destinations.ping(made.id)
    on = destinations.enable(made.id)
    assert (on.status, on.status_details) == ("enabled", None)
    destinations.ping(made.id)
    deliver(clocked)
    assert len(receiver.received()) == 1


def test_a_rolled_secret_signs_beside_the_new_one(
    clocked: ClockedServer, receiver: Receiver
) -> None:
    made = destination(clocked, receiver)
    answer = request(
        clocked.address,
        "POST",
        f"{PATH}/{made.id}/roll_secret",
        body=json.dumps({"expires_in": 60}),
        headers=VERSION,
    )
    new = answer.json()["webhook_endpoint"]["signing_secret"]
    clocked.client().v2.core.event_destinations.ping(made.id)
    deliver(clocked)
    (told,) = receiver.received()
    for secret in (made.webhook_endpoint.signing_secret, new):
        assert notification(clocked, told, secret).type == "v2.core.event_destination.ping"


def test_destinations_are_paged_and_each_api_lists_its_own(
    clocked: ClockedServer, receiver: Receiver
) -> None:
    client = clocked.client()
    made = [destination(clocked, receiver, name=f"{number}").id for number in range(5)]
    client.v1.webhook_endpoints.create({"url": receiver.url(), "enabled_events": ["*"]})
    listed = client.v2.core.event_destinations.list(
        {"limit": 2, "include": ["webhook_endpoint.url"]}
    )
    pages = list(listed.auto_paging_iter())
    assert [one.id for one in pages] == made[::-1]
    assert {one.webhook_endpoint.url for one in pages if one.webhook_endpoint} == {receiver.url()}
    assert len(client.v1.webhook_endpoints.list().data) == 1


def test_a_deleted_destination_is_gone(clocked: ClockedServer, receiver: Receiver) -> None:
    made = destination(clocked, receiver)
    destinations = clocked.client().v2.core.event_destinations
    assert destinations.delete(made.id).id == made.id
    with pytest.raises(stripe.InvalidRequestError, match="No such event destination"):
        destinations.retrieve(made.id)

"""Every change of a record has its event, which shows the object as the API answers it."""

import json
from typing import Any

import pytest
import stripe
from stripe.events import V1BillingMeterCreatedEvent

from tests.wire.clocked import ClockedServer
from tests.wire.plain import request
from tests.wire.subscribing import DAY, OCTOBER, World
from tests.wire.world import create_customer, create_meter


def types(client: stripe.StripeClient, **params: Any) -> list[str]:
    """The types of the events, oldest first."""
    asked: Any = {"limit": 100, **params}
    return [str(one.type) for one in client.v1.events.list(asked).data][::-1]


def answered(server: ClockedServer, path: str) -> Any:
    return request(server.address, "GET", path).json()


def test_meter_has_an_event_for_each_thing_that_becomes_of_it(clocked: ClockedServer) -> None:
    client = clocked.client()
    meters = client.v1.billing.meters
    meter = create_meter(client)
    meters.update(meter.id, {"display_name": "Another"})
    meters.deactivate(meter.id)
    meters.reactivate(meter.id)
    assert types(client) == [
        "billing.meter.created",
        "billing.meter.updated",
        "billing.meter.updated",
        "billing.meter.deactivated",
        "billing.meter.updated",
        "billing.meter.reactivated",
    ]


def test_event_shows_the_object_as_it_was_answered(clocked: ClockedServer) -> None:
    client = clocked.client()
    customer = create_customer(client)
    first = answered(clocked, f"/v1/customers/{customer}")
    client.v1.customers.update(customer, {"name": "New", "metadata": {"a": "1"}})
    second = answered(clocked, f"/v1/customers/{customer}")
    updated, created = answered(clocked, "/v1/events")["data"]
    assert created["data"] == {"object": first}
    assert updated["data"]["object"] == second
    assert updated["data"]["previous_attributes"] == {"metadata": {"a": None}, "name": "Wire"}


def test_deleted_clock_takes_its_customers_with_it(clocked: ClockedServer) -> None:
    client = clocked.client()
    clock = client.v1.test_helpers.test_clocks.create({"frozen_time": clocked.now()}).id
    customer = client.v1.customers.create({"test_clock": clock}).id
    client.v1.test_helpers.test_clocks.delete(clock)
    told = answered(clocked, "/v1/events?types[0]=customer.deleted&types[1]=test_helpers.*")["data"]
    assert [(one["type"], one["data"]["object"]["id"]) for one in told[::-1]] == [
        ("test_helpers.test_clock.created", clock),
        ("customer.deleted", customer),
        ("test_helpers.test_clock.deleted", clock),
    ]


def test_snapshot_is_read_by_the_sdk(clocked: ClockedServer) -> None:
    client = clocked.client()
    customer = create_customer(client)
    listed = client.v1.events.list().data[0]
    event = client.v1.events.retrieve(listed.id)
    assert event.to_dict() == listed.to_dict()
    built = stripe.Event.construct_from(event.to_dict(), "sk_test_x")
    assert isinstance(built.data.object, stripe.Customer)
    assert (built.data.object.id, built.type) == (customer, "customer.created")
    assert (built.livemode, built.created) == (False, clocked.now())


def test_thin_twin_leads_to_its_object_and_its_snapshot(clocked: ClockedServer) -> None:
    client = clocked.client()
    meter = create_meter(client)
    (snapshot,) = client.v1.events.list().data
    (twin,) = client.v2.core.events.list().data
    assert isinstance(twin, V1BillingMeterCreatedEvent)
    assert (twin.snapshot_event, twin.related_object.type) == (snapshot.id, "billing.meter")
    assert twin.fetch_related_object().to_dict() == meter.to_dict()
    thin = {name: value for name, value in twin.to_dict().items() if name != "data"}
    notification: Any = stripe.v2.core.EventNotification.from_json(json.dumps(thin), client)
    assert notification.fetch_event().id == twin.id
    assert notification.fetch_related_object().id == meter.id
    assert snapshot.request is not None
    assert notification.reason.request.id == snapshot.request.id


def test_event_names_the_request_that_caused_it(clocked: ClockedServer) -> None:
    form = {"name": "Ada"}
    headers = {"Idempotency-Key": "mine"}
    made = request(clocked.address, "POST", "/v1/customers", body=form, headers=headers)
    cause = {"id": made.headers["request-id"], "idempotency_key": "mine"}
    (event,) = answered(clocked, "/v1/events")["data"]
    assert event["request"] == cause
    (twin,) = clocked.client().v2.core.events.list().data
    assert twin.to_dict()["reason"] == {"type": "request", "request": cause}


def test_replay_and_refusal_tell_nothing(clocked: ClockedServer) -> None:
    client = clocked.client()
    for _ in range(2):
        client.v1.customers.create({"name": "Ada"}, {"idempotency_key": "once"})
    meter = create_meter(client)
    with pytest.raises(stripe.InvalidRequestError):
        create_meter(client, event_name=meter.event_name)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.prices.create({"currency": "usd", "product_data": {"name": "Lost"}})
    assert types(client) == ["customer.created", "billing.meter.created"]


def test_update_that_changes_nothing_tells_nothing(clocked: ClockedServer) -> None:
    client = clocked.client()
    customer = create_customer(client)
    client.v1.customers.update(customer, {"name": "Wire"})
    client.v1.customers.update(customer, {"metadata": {"gone": ""}})
    assert types(client) == ["customer.created"]


def test_events_are_listed_by_type_moment_and_page(clocked: ClockedServer) -> None:
    client = clocked.client()
    ids: list[str] = []
    for _ in range(5):
        create_customer(client)
        ids.insert(0, client.v1.events.list({"limit": 1}).data[0].id)
        clocked.clock.advance(seconds=1.5)
    found: Any = client.v1.events.list({"limit": 2}).auto_paging_iter()
    assert [one.id for one in found] == ids
    start = clocked.now() - 7
    bounds: Any
    for bounds, expected in [
        ({"gt": start + 1}, ids[:3]),
        ({"gte": start + 1}, ids[:4]),
        ({"lt": start + 4}, ids[2:]),
        ({"lte": start + 4}, ids[1:]),
        (start + 3, ids[2:3]),
    ]:
        assert [one.id for one in client.v1.events.list({"created": bounds}).data] == expected
    assert types(client, type="customer.*") == ["customer.created"] * 5
    assert types(client, types=["customer.updated", "product.*"]) == []
    assert types(client, delivery_success=False) == []


def test_events_belong_to_their_environment(clocked: ClockedServer) -> None:
    create_customer(clocked.client())
    (event,) = clocked.client().v1.events.list().data
    sandbox = clocked.client(clocked.create_key("sandbox").secret)
    assert sandbox.v1.events.list().data == []
    with pytest.raises(stripe.InvalidRequestError, match="No such event"):
        sandbox.v1.events.retrieve(event.id)


def test_events_are_kept_for_thirty_days_and_then_forgotten(clocked: ClockedServer) -> None:
    client = clocked.client()
    for _ in range(3):
        create_customer(client)
    clocked.clock.advance(seconds=30 * DAY)
    create_customer(client)
    assert types(client) == ["customer.created"] * 4
    clocked.clock.advance(seconds=1)
    for _ in range(2):
        create_customer(client)
    assert types(client) == ["customer.created"] * 3


def test_months_on_a_test_clock_are_told_in_their_order(clocked: ClockedServer) -> None:
    world = World(clocked)
    subscription = world.subscribe(world.seats)
    last = world.client.v1.events.list({"limit": 1}).data[0].id
    world.advance(OCTOBER + 31 * DAY + 2 * 3_600)
    told = types(world.client, ending_before=last)
    cycle = ["customer.subscription.updated", "invoice.created"]
    finalized = ["invoice.updated", "invoice.finalized", "customer.updated"]
    about = ["invoice.upcoming", *cycle, *finalized] * 2
    assert told == [
        "test_helpers.test_clock.advancing",
        *about,
        "test_helpers.test_clock.ready",
    ]
    (clock,) = world.client.v1.events.list({"type": "test_helpers.test_clock.ready"}).data
    assert clock.created == clocked.now()
    assert subscription.id

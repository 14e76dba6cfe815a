"""Every change of a record has its event, which shows the object as the API answers it."""

from typing import Any

import stripe

from tests.wire.clocked import ClockedServer
from tests.wire.plain import request
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

"""Test clocks through the official SDK: time stands still, goes on, and is the usage's time."""

from typing import Any

import pytest
import stripe

from tests.wire.clocked import NOON, ClockedServer
from tests.wire.world import create_meter, send, total

DAY = 86_400
YEAR = 365 * DAY
LATER = NOON + 10 * YEAR
"""Where the clocks here stand: far off the server's own time."""


def create_clock(client: stripe.StripeClient, frozen_time: int = LATER, **others: Any) -> str:
    params: Any = {"frozen_time": frozen_time, **others}
    return client.v1.test_helpers.test_clocks.create(params).id


def create_clocked(client: stripe.StripeClient, clock: str) -> str:
    return client.v1.customers.create({"test_clock": clock}).id


def advance(server: ClockedServer, clock: str, frozen_time: int) -> None:
    server.client().v1.test_helpers.test_clocks.advance(clock, {"frozen_time": frozen_time})
    server.run_due()


def test_clock_stands_still_until_it_is_advanced(noon: ClockedServer) -> None:
    clocks = noon.client().v1.test_helpers.test_clocks
    clock = clocks.create({"frozen_time": LATER, "name": "Ten years"})
    assert clock.to_dict() == {
        "id": clock.id,
        "object": "test_helpers.test_clock",
        "created": NOON,
        "deletes_after": NOON + 30 * DAY,
        "frozen_time": LATER,
        "livemode": False,
        "name": "Ten years",
        "status": "ready",
        "status_details": {"advancing": None},
    }
    assert clocks.retrieve(clock.id).to_dict() == clock.to_dict()
    setting_out = clocks.advance(clock.id, {"frozen_time": LATER + 3 * YEAR})
    assert (setting_out.status, setting_out.status_details.to_dict()) == (
        "advancing",
        {"advancing": {"target_frozen_time": LATER + 3 * YEAR}},
    )
    noon.run_due()
    arrived = {**clock.to_dict(), "frozen_time": LATER + 3 * YEAR}
    assert clocks.retrieve(clock.id).to_dict() == arrived


def test_clock_arrives_by_itself(noon: ClockedServer) -> None:
    clocks = noon.client().v1.test_helpers.test_clocks
    clock = clocks.create({"frozen_time": LATER})
    clocks.advance(clock.id, {"frozen_time": LATER + DAY})
    while (found := clocks.retrieve(clock.id)).status == "advancing":
        pass
    assert (found.status, found.frozen_time) == ("ready", LATER + DAY)


@pytest.mark.parametrize(
    ("frozen_time", "message"),
    [
        (LATER, "a test clock only moves forward"),
        (LATER - 1, "a test clock only moves forward"),
        (LATER + 3_660 * DAY + 1, "at most 3660 days"),
    ],
)
def test_clock_only_moves_forward_and_not_too_far(
    frozen_time: int, message: str, noon: ClockedServer
) -> None:
    clocks = noon.client().v1.test_helpers.test_clocks
    clock = create_clock(noon.client())
    with pytest.raises(stripe.InvalidRequestError, match=message) as caught:
        clocks.advance(clock, {"frozen_time": frozen_time})
    assert (caught.value.http_status, caught.value.param) == (400, "frozen_time")


def test_clocks_are_listed_newest_first(clocked: ClockedServer) -> None:
    client = clocked.client()
    made = [create_clock(client) for _ in range(3)]
    listed = client.v1.test_helpers.test_clocks.list({"limit": 2})
    assert [one.id for one in listed.auto_paging_iter()] == made[::-1]


def test_live_mode_has_no_test_clocks(clocked: ClockedServer) -> None:
    live = clocked.client(clocked.create_key("live").secret)
    with pytest.raises(stripe.InvalidRequestError, match="only outside live mode"):
        create_clock(live)


def test_customer_lives_on_its_clock(noon: ClockedServer) -> None:
    client = noon.client()
    clock = create_clock(client)
    customer = client.v1.customers.create({"test_clock": clock})
    assert (customer.test_clock, customer.created) == (clock, LATER)
    retrieved = client.v1.customers.retrieve(customer.id, {"expand": ["test_clock"]})
    expanded: Any = retrieved.test_clock
    assert expanded.to_dict() == client.v1.test_helpers.test_clocks.retrieve(clock).to_dict()


def test_customers_of_clocks_are_listed_only_for_their_clock(clocked: ClockedServer) -> None:
    client = clocked.client()
    clocks = [create_clock(client), create_clock(client)]
    customers = [create_clocked(client, clock) for clock in clocks]
    real = client.v1.customers.create({}).id
    filters: list[Any] = [{}, *({"test_clock": clock} for clock in clocks)]
    found = [[one.id for one in client.v1.customers.list(where).data] for where in filters]
    assert found == [[real], [customers[0]], [customers[1]]]
    with pytest.raises(stripe.InvalidRequestError, match="No such test_clock") as caught:
        client.v1.customers.list({"test_clock": "clock_1"})
    assert (caught.value.code, caught.value.param) == ("resource_missing", "test_clock")


def test_usage_is_judged_by_the_customers_clock(noon: ClockedServer) -> None:
    client = noon.client()
    meter, clock = create_meter(client), create_clock(client)
    customer = create_clocked(client, clock)
    send(client, meter, customer, "1", at=LATER - 35 * DAY)
    send(client, meter, customer, "10", at=LATER + 300)
    for at in (LATER - 35 * DAY - 1, LATER + 301, NOON):
        with pytest.raises(stripe.InvalidRequestError, match="timestamp"):
            send(client, meter, customer, "100", at=at)
    assert total(client, meter, customer, LATER - 40 * DAY, LATER + DAY) == 11


def test_usage_without_a_timestamp_happens_at_the_clocks_time(noon: ClockedServer) -> None:
    client = noon.client()
    meter, clock = create_meter(client), create_clock(client)
    customer = create_clocked(client, clock)
    payload = {"stripe_customer_id": customer, "value": "1"}
    event: Any = {"event_name": meter.event_name, "payload": payload}
    assert send(client, meter, customer).timestamp == LATER
    assert client.v2.billing.meter_events.create(event).timestamp.startswith("2036-09-19T12:00:00")
    session = client.v2.billing.meter_event_session.create()
    stream = noon.client(session.authentication_token).v2.billing.meter_event_stream
    real = client.v1.customers.create({}).id
    beside: Any = {**event, "payload": {**payload, "stripe_customer_id": real}}
    stream.create({"events": [beside, event, beside]})
    assert total(client, meter, customer, LATER, LATER + 60) == 3
    assert total(client, meter, real, NOON, NOON + 60) == 2


def test_usage_follows_the_clock_at_once(noon: ClockedServer) -> None:
    client = noon.client()
    meter, clock = create_meter(client), create_clock(client)
    customer = create_clocked(client, clock)
    for day in range(1, 4):
        advance(noon, clock, LATER + day * 30 * DAY)
        assert send(client, meter, customer).timestamp == LATER + day * 30 * DAY


def test_deleted_clock_takes_its_customers_along(noon: ClockedServer) -> None:
    client = noon.client()
    meter, clock = create_meter(client), create_clock(client)
    customer = create_clocked(client, clock)
    send(client, meter, customer, "5")
    gone = client.v1.test_helpers.test_clocks.delete(clock)
    assert gone.to_dict() == {"id": clock, "object": "test_helpers.test_clock", "deleted": True}
    assert client.v1.customers.retrieve(customer).to_dict()["deleted"]
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        send(client, meter, customer)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.test_helpers.test_clocks.retrieve(clock)
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")
    assert total(client, meter, customer, LATER, LATER + 60) == 5


def test_clock_that_nobody_deletes_goes_by_itself(clocked: ClockedServer) -> None:
    client = clocked.client()
    customer = create_clocked(client, clock := create_clock(client))
    deleted = create_clock(client)
    client.v1.test_helpers.test_clocks.delete(deleted)
    clocked.clock.advance(seconds=30 * DAY)
    clocked.run_due()
    assert client.v1.customers.retrieve(customer).to_dict()["deleted"]
    with pytest.raises(stripe.InvalidRequestError, match=f"No such test_clock: '{clock}'"):
        client.v1.test_helpers.test_clocks.retrieve(clock)

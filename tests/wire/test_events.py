"""Meter events: recorded as Stripe answers them, and read back with every filter."""

import re
from typing import Any

import pytest
import stripe
from stripe.billing import Meter

from tests.wire.clocked import NOON, ClockedServer
from tests.wire.world import create_customer, create_meter, new_name, send, total

PATH = "/v1/billing/meter_events"
HOUR, DAY = 3_600, 86_400


def _get(client: stripe.StripeClient, path: str, **params: Any) -> dict[str, Any]:
    answer: Any = client.raw_request("get", path, **params)
    found: dict[str, Any] = client.deserialize(answer, api_mode="V1").to_dict()
    return found


def test_recorded_event_answers_with_what_was_sent(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    identifier = new_name()
    event = send(client, meter, customer, "1.50", at=NOON - 60, identifier=identifier, note="å+b&c")
    assert event.to_dict() == {
        "object": "billing.meter_event",
        "created": NOON,
        "event_name": meter.event_name,
        "identifier": identifier,
        "livemode": False,
        "payload": {"stripe_customer_id": customer, "note": "å+b&c", "value": "1.50"},
        "timestamp": NOON - 60,
    }


def test_without_identifier_and_timestamp_one_is_made_and_the_time_is_now(
    noon: ClockedServer,
) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    first, second = (send(client, meter, customer) for _ in range(2))
    assert re.fullmatch(r"[0-9a-f]{32}", first.identifier)
    assert first.identifier != second.identifier
    assert (first.timestamp, first.created) == (NOON, NOON)
    assert total(client, meter, customer, NOON, NOON + 60) == 2


def test_an_integer_on_the_wire_is_the_text_of_it(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    event = client.v1.billing.meter_events.create(
        {
            "event_name": meter.event_name,
            "payload": {"stripe_customer_id": customer, "value": 25},  # type: ignore[dict-item]  # as many send it
        }
    )
    assert event.to_dict()["payload"] == {"stripe_customer_id": customer, "value": "25"}


def test_event_reads_back_by_identifier_with_what_the_meter_made_of_it(
    clocked: ClockedServer,
) -> None:
    client = clocked.client()
    meter = create_meter(client, dimension_payload_keys=["model"])
    customer = create_customer(client)
    event = send(client, meter, customer, "1.50", at=NOON - 60, identifier="a/b c", model="large")
    expected = {
        **event.to_dict(),
        "id": "mtrev_test_000000000000001",
        "canceled_at": None,
        "customer": customer,
        "dimensions": {"model": "large"},
        "meter": meter.id,
        "value": "1.5",
    }
    assert _get(client, f"{PATH}/a%2Fb%20c") == expected
    assert _get(client, f"{PATH}/a/b%20c") == expected
    assert _get(client, PATH)["data"] == [expected]


def test_cancelled_event_reads_back_with_the_moment(clocked: ClockedServer) -> None:
    client = clocked.client()
    meter, customer = create_meter(client), create_customer(client)
    event = send(client, meter, customer)
    clocked.clock.advance(seconds=30)
    client.v1.billing.meter_event_adjustments.create(
        {
            "event_name": meter.event_name,
            "type": "cancel",
            "cancel": {"identifier": event.identifier},
        }
    )
    assert _get(client, f"{PATH}/{event.identifier}")["canceled_at"] == NOON + 30


@pytest.mark.parametrize("at", [NOON - 35 * DAY, NOON + 300])
def test_the_bounds_of_the_timestamp_themselves_are_accepted(at: int, noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    assert send(client, meter, customer, at=at).timestamp == at


def test_identifier_counts_once_across_event_names(noon: ClockedServer) -> None:
    client = noon.client()
    meter, other, customer = create_meter(client), create_meter(client), create_customer(client)
    identifier = new_name()
    send(client, meter, customer, identifier=identifier, at=NOON - 60)
    for again in (meter, other):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            send(client, again, customer, identifier=identifier, at=NOON - 60)
        assert caught.value.user_message == (
            f"An event already exists with identifier {identifier}."
        )
        assert (caught.value.headers or {})["stripe-should-retry"] == "false"
    assert total(client, meter, customer, NOON - HOUR, NOON) == 1
    assert total(client, other, customer, NOON - HOUR, NOON) == 0


@pytest.fixture(scope="module")
def five(
    tmp_path_factory: pytest.TempPathFactory,
) -> "Any":
    """A server of its own with five events of two meters and two customers, one cancelled."""
    with ClockedServer(tmp_path_factory.mktemp("events") / "data") as server:
        client = server.client()
        tokens = create_meter(client, event_name="tokens", dimension_payload_keys=["model"])
        calls = create_meter(client, "count", event_name="calls")
        ada, bob = create_customer(client), create_customer(client)
        _record(client, tokens, ada, "0", NOON - 50, model="large")
        _record(client, tokens, bob, "1", NOON - 40, model="small")
        _record(client, calls, ada, "2", NOON - 30, route="x")
        _record(client, calls, bob, "3", NOON - 20, route="y")
        _record(client, tokens, ada, "4", NOON - 10, model="small")
        client.v1.billing.meter_event_adjustments.create(
            {"event_name": "calls", "type": "cancel", "cancel": {"identifier": "3"}}
        )
        yield client, {"ada": ada, "bob": bob}


def _record(
    client: stripe.StripeClient, meter: Meter, who: str, identifier: str, at: int, **others: str
) -> None:
    send(client, meter, who, identifier=identifier, at=at, **others)


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, "43210"),
        ({"event_name": "tokens"}, "410"),
        ({"event_name": "unknown"}, ""),
        ({"customer": "ada"}, "420"),
        ({"customer": "ada", "event_name": "calls"}, "2"),
        ({"start_time": NOON - 30}, "432"),
        ({"end_time": NOON - 30}, "10"),
        ({"start_time": NOON - 40, "end_time": NOON - 20}, "21"),
        ({"dimension_filters": {"model": "small"}}, "41"),
        ({"dimension_filters": {"route": "y"}}, "3"),
        ({"dimension_filters": {"model": "small"}, "customer": "bob"}, "1"),
        ({"canceled": "true"}, "3"),
        ({"canceled": "false"}, "4210"),
        ({"limit": 2}, "43"),
    ],
)
def test_list_filters_by_everything_an_event_carries(
    params: dict[str, Any], expected: str, five: tuple[stripe.StripeClient, dict[str, str]]
) -> None:
    client, customers = five
    if "customer" in params:
        params = {**params, "customer": customers[params["customer"]]}
    found = [one["identifier"] for one in _get(client, PATH, **params)["data"]]
    assert "".join(found) == expected


def test_filtered_list_pages_within_its_filter(
    five: tuple[stripe.StripeClient, dict[str, str]],
) -> None:
    client, customers = five
    params = {"customer": customers["ada"], "limit": 1}
    answer: Any = client.raw_request("get", PATH, **params)
    listed: Any = client.deserialize(answer, params=params, api_mode="V1")
    assert [one.identifier for one in listed.auto_paging_iter()] == ["4", "2", "0"]

"""Single events and adjustments of v2, through the official SDK."""

from typing import Any

import pytest
import stripe

from tests.wire.clocked import NOON, ClockedServer
from tests.wire.plain import request
from tests.wire.world import create_customer, create_meter, send, total

EVENTS = "/v2/billing/meter_events"
HEADERS = {"Content-Type": "application/json", "Stripe-Version": "2026-10-28.endive"}


def record(client: stripe.StripeClient, meter: Any, customer: str, **others: Any) -> Any:
    """Record an event of 5; a key of `options` is the request's."""
    options = others.pop("options", {})
    payload = {"stripe_customer_id": customer, "value": others.pop("value", "5")}
    params: Any = {"event_name": meter.event_name, "payload": payload, **others}
    return client.v2.billing.meter_events.create(params, options)


def test_event_is_answered_as_it_was_recorded(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    event = record(
        client,
        meter,
        customer,
        identifier=f"{meter.id} 1",
        timestamp="2026-09-22T13:30:00.25+02:00",
    )
    assert event.to_dict() == {
        "object": "v2.billing.meter_event",
        "created": "2026-09-22T12:00:00.000Z",
        "event_name": meter.event_name,
        "identifier": f"{meter.id} 1",
        "livemode": False,
        "payload": {"stripe_customer_id": customer, "value": "5"},
        "timestamp": "2026-09-22T11:30:00.250Z",
    }
    assert total(client, meter, customer, NOON - 3_600, NOON) == 5


def test_event_without_identifier_and_timestamp_gets_both(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    first, second = (record(client, meter, customer) for _ in range(2))
    assert first.identifier != second.identifier
    assert first.timestamp == "2026-09-22T12:00:00.000Z"
    assert total(client, meter, customer, NOON, NOON + 60) == 10


def test_one_identifier_counts_once_on_v1_on_v2_and_on_the_stream(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    send(client, meter, customer, "5", identifier=f"{meter.id} once")
    with pytest.raises(stripe.InvalidRequestError) as caught:
        record(client, meter, customer, identifier=f"{meter.id} once")
    assert caught.value.code == "duplicate_meter_event"
    assert caught.value.headers is not None
    assert caught.value.headers["stripe-should-retry"] == "false"
    assert total(client, meter, customer, NOON - 60, NOON + 60) == 5


def test_key_replays_an_event_for_thirty_days(clocked: ClockedServer) -> None:
    client = clocked.client()
    meter, customer = create_meter(client), create_customer(client)
    options = {"idempotency_key": "once"}
    first = record(client, meter, customer, options=options)
    clocked.clock.advance(seconds=30 * 86_400)
    again = record(client, meter, customer, options=options)
    assert again.identifier == first.identifier
    assert total(client, meter, customer, NOON, NOON + 60) == 5


def test_key_with_other_parameters_is_a_conflict(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    options = {"idempotency_key": meter.id}
    record(client, meter, customer, options=options)
    with pytest.raises(stripe.IdempotencyError) as caught:
        record(client, meter, customer, value="6", options=options)
    assert caught.value.http_status == 409


def test_failed_request_is_carried_out_again_under_its_key(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    options = {"idempotency_key": f"{meter.id} failed"}
    client.v1.billing.meters.deactivate(meter.id)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        record(client, meter, customer, options=options)
    assert caught.value.code == "archived_meter"
    client.v1.billing.meters.reactivate(meter.id)
    assert record(client, meter, customer, options=options).payload["value"] == "5"


def test_adjustment_is_in_force_when_it_is_answered(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    event = record(client, meter, customer)
    params: Any = {
        "event_name": meter.event_name,
        "type": "cancel",
        "cancel": {"identifier": event.identifier},
    }
    first = client.v2.billing.meter_event_adjustments.create(params)
    again = client.v2.billing.meter_event_adjustments.create(params)
    assert first.to_dict() == {
        "object": "v2.billing.meter_event_adjustment",
        "cancel": {"identifier": event.identifier},
        "created": "2026-09-22T12:00:00.000Z",
        "event_name": meter.event_name,
        "id": first.id,
        "livemode": False,
        "status": "complete",
        "type": "cancel",
    }
    assert first.id.startswith("mtreva_test_")
    assert again.to_dict() == first.to_dict()
    assert total(client, meter, customer, NOON, NOON + 60) == 0


def test_adjustment_after_its_window_is_refused(clocked: ClockedServer) -> None:
    client = clocked.client()
    meter, customer = create_meter(client), create_customer(client)
    event = record(client, meter, customer)
    clocked.clock.advance(seconds=86_401)
    with pytest.raises(stripe.InvalidRequestError, match="more than 24 hours ago") as caught:
        client.v2.billing.meter_event_adjustments.create(
            {
                "event_name": meter.event_name,
                "type": "cancel",
                "cancel": {"identifier": event.identifier},
            }
        )
    assert caught.value.code == "invalid_cancel_configuration"


def test_adjustment_replays_under_its_key(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    events = [record(client, meter, customer) for _ in range(2)]
    sent = [
        f'{{"event_name":"{meter.event_name}","type":"cancel","cancel":{{"identifier":"{one}"}}}}'
        for one in (events[0].identifier, events[0].identifier, events[1].identifier)
    ]
    headers = {**HEADERS, "Idempotency-Key": f"cancel {meter.id}"}
    path = "/v2/billing/meter_event_adjustments"
    first, again, other = (
        request(noon.address, "POST", path, body=body, headers=headers) for body in sent
    )
    assert (again.status, again.body) == (200, first.body)
    assert again.headers["idempotent-replayed"] == "true"
    assert (other.status, other.json()["error"]["type"]) == (409, "idempotency_error")
    assert total(client, meter, customer, NOON, NOON + 60) == 5


def test_payload_is_kept_as_it_was_sent(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    payload = {"stripe_customer_id": customer, "value": "1e0", "note": 'ü✓\U0001f600 "\\\n'}
    sent: Any = {"event_name": meter.event_name, "payload": payload}
    event = client.v2.billing.meter_events.create(sent)
    read = request(noon.address, "GET", f"/v1/billing/meter_events/{event.identifier}").json()
    assert event.payload.to_dict() == read["payload"] == payload
    assert read["value"] == "1"

"""Cancelling events: in force at once, for as long as the window says, and the same twice."""

from pathlib import Path
from typing import Literal

import pytest
import stripe

from taximeter.settings import Settings
from tests.serving import Server
from tests.wire.clocked import NOON, ClockedServer
from tests.wire.world import create_customer, create_meter, send, total

HOUR = 3_600


def _cancel(
    client: stripe.StripeClient, event_name: str, identifier: str
) -> stripe.billing.MeterEventAdjustment:
    return client.v1.billing.meter_event_adjustments.create(
        {"event_name": event_name, "type": "cancel", "cancel": {"identifier": identifier}}
    )


def test_cancelled_event_is_in_no_total_once_answered(clocked: ClockedServer) -> None:
    client = clocked.client()
    meter, customer = create_meter(client), create_customer(client)
    kept = send(client, meter, customer, "5", at=NOON - 60)
    gone = send(client, meter, customer, "7", at=NOON - 60)
    answer = _cancel(client, meter.event_name, gone.identifier)
    assert answer.to_dict() == {
        "object": "billing.meter_event_adjustment",
        "cancel": {"identifier": gone.identifier},
        "event_name": meter.event_name,
        "livemode": False,
        "status": "complete",
        "type": "cancel",
    }
    assert total(client, meter, customer, NOON - HOUR, NOON) == 5
    assert kept.identifier != gone.identifier


def test_cancelling_twice_answers_the_same_and_counts_once(clocked: ClockedServer) -> None:
    client = clocked.client()
    meter, customer = create_meter(client), create_customer(client)
    send(client, meter, customer, "5", at=NOON - 60)
    event = send(client, meter, customer, "7", at=NOON - 60)
    first = _cancel(client, meter.event_name, event.identifier)
    clocked.clock.advance(seconds=48 * HOUR)  # past the window: what is done stays done
    again = _cancel(client, meter.event_name, event.identifier)
    assert again.to_dict() == first.to_dict()
    assert total(client, meter, customer, NOON - HOUR, NOON) == 5


def test_the_identifier_of_a_cancelled_event_stays_taken(clocked: ClockedServer) -> None:
    client = clocked.client()
    meter, customer = create_meter(client), create_customer(client)
    event = send(client, meter, customer, "7", identifier="once")
    _cancel(client, meter.event_name, event.identifier)
    with pytest.raises(stripe.InvalidRequestError, match="already exists with identifier once"):
        send(client, meter, customer, "7", identifier="once")


@pytest.mark.parametrize(
    ("hours", "open_until"), [(24, 24 * HOUR), (1, HOUR), (72, 72 * HOUR), ("unlimited", None)]
)
def test_window_is_open_to_its_last_second_and_no_longer(
    hours: "int | Literal['unlimited']", open_until: int | None, tmp_path: Path
) -> None:
    with ClockedServer(tmp_path / "data", Settings(cancel_window_hours=hours)) as server:
        client = server.client()
        meter, customer = create_meter(client), create_customer(client)
        events = [send(client, meter, customer, "1", at=NOON - 60) for _ in range(2)]
        server.clock.advance(seconds=1_000 * HOUR if open_until is None else open_until)
        assert _cancel(client, meter.event_name, events[0].identifier).status == "complete"
        server.clock.advance(seconds=1)
        if open_until is None:
            assert _cancel(client, meter.event_name, events[1].identifier).status == "complete"
        else:
            with pytest.raises(stripe.InvalidRequestError) as caught:
                _cancel(client, meter.event_name, events[1].identifier)
            assert caught.value.user_message == (
                f"Meter event '{events[1].identifier}' was received more than {hours} hours ago "
                "and can no longer be cancelled. Send an event with the negative value to correct "
                "the total."
            )
            assert (caught.value.http_status, caught.value.param) == (400, "cancel[identifier]")
        left = 0 if open_until is None else 1
        assert total(client, meter, customer, NOON - HOUR, NOON) == left


def test_window_counts_from_the_receipt_and_not_from_the_timestamp(clocked: ClockedServer) -> None:
    client = clocked.client()
    meter, customer = create_meter(client), create_customer(client)
    event = send(client, meter, customer, "1", at=NOON - 30 * 24 * HOUR)
    assert _cancel(client, meter.event_name, event.identifier).status == "complete"


def test_window_is_read_from_the_environment(tmp_path: Path) -> None:
    environ = {"TAXIMETER_CANCEL_WINDOW_HOURS": "unlimited"}
    with Server(tmp_path / "data", environ=environ) as server:
        client = server.client()
        meter, customer = create_meter(client), create_customer(client)
        event = send(client, meter, customer, "1")
        assert _cancel(client, meter.event_name, event.identifier).status == "complete"


def test_unknown_identifier_is_a_missing_resource(noon: ClockedServer) -> None:
    client = noon.client()
    meter = create_meter(client)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        _cancel(client, meter.event_name, "never-sent")
    error = caught.value
    assert (error.http_status, error.code, error.param, error.user_message) == (
        400,
        "resource_missing",
        "cancel[identifier]",
        "No such meter event: 'never-sent'",
    )


def test_event_name_must_be_the_one_that_was_recorded(noon: ClockedServer) -> None:
    client = noon.client()
    meter, other, customer = create_meter(client), create_meter(client), create_customer(client)
    event = send(client, meter, customer, "1", at=NOON - 60)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        _cancel(client, other.event_name, event.identifier)
    assert (caught.value.code, caught.value.param) == ("resource_missing", "event_name")
    assert total(client, meter, customer, NOON - HOUR, NOON) == 1


def test_event_of_a_deactivated_meter_can_still_be_cancelled(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    event = send(client, meter, customer, "1", at=NOON - 60)
    client.v1.billing.meters.deactivate(meter.id)
    assert _cancel(client, meter.event_name, event.identifier).status == "complete"
    assert total(client, meter, customer, NOON - HOUR, NOON) == 0

"""Totals as they stood: rows received before a moment, and nothing later."""

import stripe

from tests.wire.clocked import NOON, ClockedServer
from tests.wire.world import create_customer, create_meter, send, totals

HOUR = 3_600


def test_total_as_of_a_moment_leaves_out_what_came_later(clocked: ClockedServer) -> None:
    client = clocked.client()
    meter, customer = create_meter(client), create_customer(client)
    moments = []
    for value in ("1", "10", "100"):
        moments.append(clocked.now())
        send(client, meter, customer, value, at=NOON - 60)
        clocked.clock.advance(seconds=60)
    moments.append(clocked.now())
    seen = [
        [value for *_, value in totals(client, meter, customer, NOON - HOUR, NOON, as_of=moment)]
        for moment in moments
    ]
    assert seen == [[], [1], [11], [111]]


def test_total_as_of_before_a_cancellation_still_counts_the_event(clocked: ClockedServer) -> None:
    client = clocked.client()
    meter, customer = create_meter(client), create_customer(client)
    event = send(client, meter, customer, "5", at=NOON - 60)
    clocked.clock.advance(seconds=60)
    before = clocked.now()
    _cancel(client, event)
    clocked.clock.advance(seconds=60)
    after = clocked.now()
    assert [
        [value for *_, value in totals(client, meter, customer, NOON - HOUR, NOON, as_of=moment)]
        for moment in (before, after)
    ] == [[5], []]


def test_total_as_of_before_a_replacement_shows_what_was_replaced(clocked: ClockedServer) -> None:
    client = clocked.client()
    meter = create_meter(client, event_time_window="hour")
    customer = create_customer(client)
    send(client, meter, customer, "5", at=NOON - HOUR)
    clocked.clock.advance(seconds=60)
    before = clocked.now()
    send(client, meter, customer, "6", at=NOON - HOUR)
    window = (NOON - HOUR, NOON)
    assert [value for *_, value in totals(client, meter, customer, *window, as_of=before)] == [5]
    assert [value for *_, value in totals(client, meter, customer, *window)] == [6]


def _cancel(client: stripe.StripeClient, event: stripe.billing.MeterEvent) -> None:
    client.v1.billing.meter_event_adjustments.create(
        {
            "event_name": event.event_name,
            "type": "cancel",
            "cancel": {"identifier": event.identifier},
        }
    )

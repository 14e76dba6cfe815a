"""A clock that steps back, or had run ahead, changes no answer that was given."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import stripe

from taximeter.kit.clock import MICROSECONDS, SteppingClock
from tests.wire.clocked import NOON, ClockedServer
from tests.wire.plain import request
from tests.wire.world import create_customer, create_meter, send, total, totals

HOUR = 3_600
DAY = 86_400


class UnsteadyClock(SteppingClock):
    """A clock that is set back now and then, as a machine's may be."""

    def step_back(self, *, seconds: int) -> None:
        """Show an earlier time from now on."""
        self._now_us -= seconds * MICROSECONDS


class Unsteady:
    """A server on an unsteady clock, a meter and a customer."""

    def __init__(self, server: ClockedServer, clock: UnsteadyClock) -> None:
        self.server = server
        self.clock = clock
        self.client = server.client()
        self.meter = create_meter(self.client)
        self.customer = create_customer(self.client)

    def send(self, value: str = "1", **others: Any) -> stripe.billing.MeterEvent:
        return send(self.client, self.meter, self.customer, value, **others)

    def as_of(self, moment: int) -> list[Any]:
        found = totals(self.client, self.meter, self.customer, NOON - DAY, NOON + DAY, as_of=moment)
        return [value for *_, value in found]

    def total(self) -> Any:
        return total(self.client, self.meter, self.customer, NOON - 60 * DAY, NOON + 60 * DAY)


@pytest.fixture
def unsteady(tmp_path: Path) -> Iterator[Unsteady]:
    clock = UnsteadyClock(NOON * MICROSECONDS)
    with ClockedServer(tmp_path / "data", clock=clock) as server:
        yield Unsteady(server, clock)


def test_nothing_is_received_before_what_was_received(unsteady: Unsteady) -> None:
    unsteady.send(identifier="first")
    unsteady.clock.step_back(seconds=HOUR)
    second = unsteady.send(identifier="second")
    assert second.created == NOON
    # What happened is dated by the clock that there is; only the receipt is not.
    assert second.timestamp == NOON - HOUR
    unsteady.clock.advance(seconds=2 * HOUR)
    assert unsteady.send(identifier="third").created == NOON + HOUR
    listed = request(unsteady.server.address, "GET", "/v1/billing/meter_events").json()["data"]
    assert [one["identifier"] for one in listed] == ["third", "second", "first"]
    assert [one["created"] for one in listed] == [NOON + HOUR, NOON, NOON]


def test_nothing_is_received_before_what_was_received_by_an_earlier_process(
    tmp_path: Path,
) -> None:
    with ClockedServer(tmp_path / "data") as server:
        Unsteady(server, UnsteadyClock(0)).send()
    clock = UnsteadyClock((NOON - HOUR) * MICROSECONDS)
    with ClockedServer(tmp_path / "data", clock=clock) as server:
        assert Unsteady(server, clock).send().created == NOON


@pytest.mark.parametrize("received_before", [True, False])
def test_an_answer_as_of_a_moment_stays_what_it_was(
    received_before: bool, unsteady: Unsteady
) -> None:
    unsteady.send("1", at=NOON - HOUR)
    unsteady.clock.advance(seconds=HOUR)
    if received_before:
        unsteady.send("2", at=NOON)
    moment = NOON + HOUR
    answered = unsteady.as_of(moment)
    unsteady.clock.step_back(seconds=HOUR // 2)
    unsteady.send("4", at=NOON)
    unsteady.clock.advance(seconds=DAY)
    assert (answered, unsteady.as_of(moment)) == ([1], [1])
    assert unsteady.total() == (7 if received_before else 5)


def test_a_moment_that_the_clock_has_left_again_lies_in_the_future(unsteady: Unsteady) -> None:
    unsteady.clock.step_back(seconds=HOUR)
    with pytest.raises(stripe.InvalidRequestError, match="lies in the future"):
        unsteady.as_of(NOON)


def test_timestamps_are_judged_by_the_present_clock(unsteady: Unsteady) -> None:
    unsteady.send(at=NOON)
    unsteady.clock.step_back(seconds=HOUR)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        unsteady.send(at=NOON)
    assert refused.value.code == "timestamp_in_future"
    assert unsteady.send(at=NOON - HOUR - 35 * DAY).timestamp == NOON - HOUR - 35 * DAY
    unsteady.clock.advance(seconds=HOUR)
    assert unsteady.send(at=NOON).timestamp == NOON


def test_identifiers_and_idempotency_keys_are_remembered(unsteady: Unsteady) -> None:
    first = unsteady.send(identifier="once")
    by_key: Any = {
        "event_name": unsteady.meter.event_name,
        "payload": {"stripe_customer_id": unsteady.customer, "value": "8"},
    }
    create = unsteady.client.v1.billing.meter_events.create
    keyed = create(by_key, {"idempotency_key": "key"})
    made = unsteady.client.v1.customers.create({"name": "Ada"}, {"idempotency_key": "customer"})
    unsteady.clock.step_back(seconds=HOUR)
    with pytest.raises(stripe.InvalidRequestError, match="already exists"):
        unsteady.send(identifier="once")
    assert create(by_key, {"idempotency_key": "key"}).identifier == keyed.identifier
    again = unsteady.client.v1.customers.create({"name": "Ada"}, {"idempotency_key": "customer"})
    assert again.id == made.id
    assert (first.created, unsteady.total()) == (NOON, 9)


def test_an_event_can_be_cancelled(unsteady: Unsteady) -> None:
    unsteady.send(identifier="wrong")
    unsteady.clock.step_back(seconds=HOUR)
    adjusted = unsteady.client.v1.billing.meter_event_adjustments.create(
        {
            "event_name": unsteady.meter.event_name,
            "type": "cancel",
            "cancel": {"identifier": "wrong"},
        }
    )
    assert (adjusted.status, unsteady.total()) == ("complete", 0)


def test_a_session_ends_when_the_clock_says_so(unsteady: Unsteady) -> None:
    session = unsteady.client.v2.billing.meter_event_session.create()
    stream = unsteady.server.client(session.authentication_token).v2.billing.meter_event_stream
    event: Any = {
        "event_name": unsteady.meter.event_name,
        "payload": {"stripe_customer_id": unsteady.customer, "value": "1"},
    }
    unsteady.clock.step_back(seconds=HOUR)
    stream.create({"events": [event]})
    unsteady.clock.advance(seconds=HOUR + 901)
    with pytest.raises(stripe.StripeError, match="session has expired"):
        stream.create({"events": [event]})
    assert unsteady.total() == 1


def test_a_clock_that_had_run_ahead_makes_no_identifier_count_twice(unsteady: Unsteady) -> None:
    unsteady.send("1", identifier="old")
    unsteady.clock.advance(seconds=30 * DAY)
    unsteady.clock.advance(seconds=10 * DAY)  # this much too far
    unsteady.send("2", identifier="ahead")
    unsteady.clock.step_back(seconds=10 * DAY)
    for identifier in ("old", "ahead"):
        with pytest.raises(stripe.InvalidRequestError, match="already exists"):
            unsteady.send("1", identifier=identifier, at=NOON)
    assert unsteady.total() == 3

"""Deliveries over three days and longer: what is due is tried, what failed again, until it ends."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from taximeter.errors import StorageFailed
from taximeter.kit.clock import MICROSECONDS
from taximeter.settings import Settings
from taximeter.webhooks import dispatcher
from taximeter.webhooks.change import delete_destination, disable_destination, enable_destination
from taximeter.webhooks.outcome import Outcome
from taximeter.webhooks.resend import resend
from taximeter.webhooks.rounds import Rounds
from tests.webhooks.examples import a_delivery
from tests.webhooks.receiver import Receiver, answering, hanging
from tests.webhooks.world import SETTINGS, World

HOUR = 3_600
DAY = 24 * HOUR


@pytest.fixture
def world(tmp_path: Path, receiver: Receiver) -> Iterator[World]:
    # Stopped before the receiver, whose end would look like a failure to be tried again.
    with World(tmp_path) as world:
        yield world


def received_ids(receiver: Receiver, path: str = "/hook") -> list[str]:
    return [msgspec.json.decode(one.body)["id"] for one in receiver.received(path)]


def step_until_over(world: World) -> list[float]:
    """Step the clock from attempt to attempt of the only delivery; return the moments, in hours."""
    (first,) = world.deliveries()
    began_us = first.created_us
    moments = [0.0]
    while (next_us := world.deliveries()[0].next_attempt_us) is not None:
        world.after((next_us - world.clock.now_us()) / MICROSECONDS)
        moments.append((next_us - began_us) / MICROSECONDS / HOUR)
    return moments


def test_what_fails_is_tried_for_three_days_and_then_no_more(
    world: World, receiver: Receiver
) -> None:
    receiver.behave("/hook", answering(500, b"not now"))
    world.add(receiver.url())
    world.happen("a")
    world.dispatcher.run_due()
    moments = step_until_over(world)
    (delivery,) = world.deliveries()
    assert (delivery.status, delivery.response_status) == ("failed", 500)
    assert 13 <= len(moments) <= 18
    assert moments[-1] == 72
    assert received_ids(receiver) == ["evt_a"] * len(moments)
    assert [one.number for one in world.attempts(delivery)] == list(range(1, len(moments) + 1))
    world.after(30 * DAY)
    assert len(receiver.received()) == len(moments)


def test_nothing_is_tried_before_its_moment(world: World, receiver: Receiver) -> None:
    receiver.behave("/hook", answering(500))
    world.add(receiver.url())
    world.happen("a")
    world.dispatcher.run_due()
    (delivery,) = world.deliveries()
    assert delivery.next_attempt_us is not None
    pause_us = delivery.next_attempt_us - world.clock.now_us()
    assert 7.5 * MICROSECONDS <= pause_us <= 10 * MICROSECONDS
    world.after((pause_us - 1) / MICROSECONDS)
    assert len(receiver.received()) == 1
    world.after(1 / MICROSECONDS)
    assert len(receiver.received()) == 2


def test_a_receiver_that_recovers_gets_what_it_missed_once(
    world: World, receiver: Receiver
) -> None:
    receiver.behave("/hook", answering(503))
    world.add(receiver.url())
    world.happen("a", "b")
    world.dispatcher.run_due()
    receiver.behave("/hook", answering(200))
    world.after(10)
    assert sorted(received_ids(receiver)[2:]) == ["evt_a", "evt_b"]
    assert world.statuses() == {"succeeded"}
    world.after(3 * DAY)
    assert len(receiver.received()) == 4


def test_after_a_long_stop_what_is_pending_is_tried_at_least_once(
    tmp_path: Path, receiver: Receiver
) -> None:
    receiver.behave("/hook", answering(500))
    with World(tmp_path) as world:
        world.add(receiver.url())
        world.happen("a")
        world.dispatcher.run_due()
    before = len(receiver.received())
    receiver.behave("/hook", answering(200))
    world.clock.advance(seconds=20 * DAY)
    with World(tmp_path, clock=world.clock) as world:
        world.dispatcher.run_due()
        assert world.statuses() == {"succeeded"}
    assert len(receiver.received()) == before + 1


def test_what_was_written_while_nothing_ran_is_delivered_after_the_start(
    tmp_path: Path, receiver: Receiver
) -> None:
    stopped = World(tmp_path)
    stopped.add(receiver.url())
    stopped.happen("a")
    stopped.dispatcher.close()
    stopped.records.close()
    with World(tmp_path) as world:
        receiver.wait_for(1)
        world.dispatcher.run_due()
        assert world.statuses() == {"succeeded"}


def test_an_attempt_that_does_not_end_before_the_stop_is_made_after_the_start(
    tmp_path: Path, receiver: Receiver
) -> None:
    receiver.behave("/hook", hanging)
    with World(tmp_path, settings=Settings()) as world:
        world.add(receiver.url())
        world.happen("a")
        receiver.wait_for(1)
    receiver.behave("/hook", answering(200))
    with World(tmp_path) as world:
        world.dispatcher.run_due()
        (delivery,) = world.deliveries()
        assert (delivery.status, delivery.attempts) == ("succeeded", 1)
    assert received_ids(receiver) == ["evt_a", "evt_a"]


def test_an_outcome_that_cannot_be_written_is_written_later(
    world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher, "_RETRY_SECONDS", 0.01)
    failures = iter(range(3))
    settle = Rounds.settle

    def failing(rounds: Rounds, outcomes: Sequence[Outcome]) -> None:
        if next(failures, None) is not None:
            raise StorageFailed("The disk is full.")
        settle(rounds, outcomes)

    monkeypatch.setattr(Rounds, "settle", failing)
    world.add(receiver.url())
    world.happen("a", "b")
    world.dispatcher.run_due()
    assert [(one.status, one.attempts) for one in world.deliveries()] == [("succeeded", 1)] * 2
    assert sorted(received_ids(receiver)) == ["evt_a", "evt_b"]


def test_a_destination_that_hangs_delays_no_other(world: World, receiver: Receiver) -> None:
    receiver.behave("/hanging", hanging)
    world.add(receiver.url("/hanging"), "1")
    world.add(receiver.url("/fast"), "2")
    names = [f"{number:03}" for number in range(300)]
    world.happen(*names)
    receiver.wait_for(300, "/fast")
    # The other has answered nothing yet, and has no more at once than it may.
    assert 1 <= len(receiver.received("/hanging")) <= SETTINGS.webhook_deliveries_at_once_max
    assert sorted(set(received_ids(receiver, "/fast"))) == [f"evt_{name}" for name in names]


def test_as_many_as_the_setting_says_are_under_way_at_once(
    tmp_path: Path, receiver: Receiver
) -> None:
    receiver.behave("/hook", hanging)
    settings = Settings(webhook_deliveries_at_once_max=3)
    with World(tmp_path, settings=settings) as world:
        world.add(receiver.url())
        world.happen(*"abcdefgh")
        receiver.wait_for(3)
        assert (len(receiver.received()), receiver.connections) == (3, 3)
        receiver.release()
        receiver.behave("/hook", answering(200))
        world.dispatcher.run_due()
    assert set(received_ids(receiver)) == {f"evt_{name}" for name in "abcdefgh"}


def test_a_destination_is_disabled_when_every_attempt_has_failed_for_five_days(
    world: World, receiver: Receiver
) -> None:
    receiver.behave("/hook", answering(500))
    world.add(receiver.url())
    for day in range(5):
        assert world.destination().status == "enabled", day
        world.happen(f"{day}")
        world.dispatcher.run_due()
        world.after(DAY)
    assert (world.destination().status, world.destination().disabled_by) == (
        "disabled",
        "failures",
    )
    tried = len(receiver.received())
    world.happen("late")
    world.after(DAY)
    assert len(receiver.received()) == tried
    assert "evt_late" not in {one.event for one in world.deliveries()}


def test_one_success_ends_what_counts_towards_disabling(world: World, receiver: Receiver) -> None:
    receiver.behave("/hook", answering(500))
    world.add(receiver.url())
    for day in range(12):
        receiver.behave("/hook", answering(200 if day % 4 == 3 else 500))
        world.happen(f"{day}")
        world.dispatcher.run_due()
        world.after(DAY)
    assert world.destination().status == "enabled"


def switch(world: World, *, on: bool) -> None:
    """Enable or disable the destination."""
    with world.records.writing() as unit:
        destination = world.destination()
        change = enable_destination if on else disable_destination
        change(store=unit.event_destinations, destination=destination, now_us=world.clock.now_us())


def test_what_is_pending_waits_while_its_destination_is_disabled(
    world: World, receiver: Receiver
) -> None:
    receiver.behave("/hook", answering(500))
    world.add(receiver.url())
    world.happen("a")
    world.dispatcher.run_due()
    switch(world, on=False)
    world.after(2 * DAY)
    assert (len(receiver.received()), world.statuses()) == (1, {"pending"})
    receiver.behave("/hook", answering(200))
    switch(world, on=True)
    world.dispatcher.run_due()
    assert (len(receiver.received()), world.statuses()) == (2, {"succeeded"})


def test_what_is_pending_is_canceled_with_its_destination(world: World, receiver: Receiver) -> None:
    receiver.behave("/hook", answering(500))
    destination = world.add(receiver.url())
    world.happen("a")
    world.dispatcher.run_due()
    with world.records.writing() as unit:
        delete_destination(unit=unit, destination=destination)
    world.after(DAY)
    assert (len(receiver.received()), world.statuses()) == (1, {"canceled"})


def test_what_failed_is_resent_and_tried_for_three_days_anew(
    world: World, receiver: Receiver
) -> None:
    receiver.behave("/hook", answering(500))
    world.add(receiver.url())
    world.happen("a")
    world.dispatcher.run_due()
    tried = len(step_until_over(world))
    with world.records.writing() as unit:
        resend(unit=unit, delivery=world.deliveries()[0], now_us=world.clock.now_us())
    world.dispatcher.run_due()
    again = world.deliveries()[0]
    assert (again.status, again.attempts) == ("pending", tried + 1)
    assert again.next_attempt_us is not None
    assert again.next_attempt_us - world.clock.now_us() <= 10 * MICROSECONDS
    receiver.behave("/hook", answering(200))
    world.after(10)
    assert world.statuses() == {"succeeded"}


def test_a_resend_while_an_attempt_is_under_way_is_not_lost(
    tmp_path: Path, receiver: Receiver
) -> None:
    receiver.behave("/hook", hanging)
    with World(tmp_path, settings=Settings()) as world:
        world.add(receiver.url())
        world.happen("a")
        receiver.wait_for(1)
        world.clock.advance(seconds=1)
        with world.records.writing() as unit:
            resend(unit=unit, delivery=world.deliveries()[0], now_us=world.clock.now_us())
        receiver.behave("/hook", answering(200))
        receiver.release()  # the first attempt ends without an answer
        world.dispatcher.run_due()
        assert [one.response_status for one in world.attempts(world.deliveries()[0])][-1] == 200
        assert world.statuses() == {"succeeded"}


def test_events_go_to_those_who_want_them(world: World, receiver: Receiver) -> None:
    world.add(receiver.url("/all"), "1")
    world.add(receiver.url("/some"), "2", enabled_events=("billing.meter.updated",))
    world.add(receiver.url("/thin"), "3", event_payload="thin")
    world.add(receiver.url("/other"), "4", environment=1)
    world.add(receiver.url("/off"), "5", status="disabled")
    world.happen("a")
    world.happen("b", type="billing.meter.updated")
    world.happen("c", event_payload="thin")
    world.dispatcher.run_due()
    got = {
        path: "".join(sorted(one[-1] for one in received_ids(receiver, f"/{path}")))
        for path in ("all", "some", "thin", "other", "off")
    }
    assert got == {"all": "ab", "some": "b", "thin": "c", "other": "", "off": ""}


def test_the_log_goes_back_thirty_days(world: World, receiver: Receiver) -> None:
    world.add(receiver.url())
    world.happen("a")
    world.after(30 * DAY)
    world.happen("b")
    world.after(1 / MICROSECONDS)
    world.happen("c")
    assert [one.event for one in world.deliveries()] == ["evt_c", "evt_b"]


def test_what_a_disabled_destination_misses_is_kept_for_thirty_days(
    world: World, receiver: Receiver
) -> None:
    receiver.behave("/hook", answering(500))
    world.add(receiver.url())
    world.happen("a")
    world.dispatcher.run_due()
    switch(world, on=False)
    world.after(31 * DAY)
    world.happen("b")
    switch(world, on=True)
    world.dispatcher.run_due()
    assert (len(receiver.received()), list(world.deliveries())) == (1, [])


def test_a_delivery_of_nothing_holds_up_nothing(world: World, receiver: Receiver) -> None:
    world.add(receiver.url())
    with world.records.writing() as unit:
        unit.deliveries.add([a_delivery("none")])
    world.happen("a")
    world.dispatcher.run_due()
    assert [one.status for one in world.deliveries()] == ["succeeded", "canceled"]


def test_what_is_told_knows_how_many_are_to_be_told(world: World, receiver: Receiver) -> None:
    world.add(receiver.url("/1"), "1")
    world.add(receiver.url("/2"), "2", status="disabled")
    world.add(receiver.url("/3"), "3")
    world.happen("a")
    world.dispatcher.run_due()
    first = msgspec.json.decode(receiver.received("/1")[0].body)
    assert first == {"id": "evt_a", "pending": 2}

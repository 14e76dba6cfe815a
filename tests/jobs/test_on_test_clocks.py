"""A test clock stands at each moment with work on its way, and arrives when all is done."""

from collections.abc import Sequence

import pytest

from taximeter import test_clocks
from taximeter.due import Due
from taximeter.errors import Locked
from tests.jobs.world import PERIOD, START, Done, World, work

TARGET = START + 10 * PERIOD


def refuse(works: Sequence[Due]) -> None:
    if works[0].due_at > START + PERIOD:
        raise ValueError("cannot be done")


def test_a_clock_stands_at_each_moment_and_arrives(renewing: World) -> None:
    clock = renewing.add_clock(to=TARGET)
    renewing.schedule(work("a", START + 5, test_clock=clock), work("b", START + 7))
    renewing.runner.run_due()
    moments = range(START + 5, TARGET, PERIOD)
    assert renewing.done == [Done("a", moment, moment) for moment in moments]
    arrived = renewing.test_clock()
    assert (arrived.frozen_time, arrived.status, arrived.target_frozen_time) == (
        TARGET,
        "ready",
        None,
    )


def test_a_clock_without_work_arrives_at_once(world: World) -> None:
    world.add_clock(to=TARGET)
    world.runner.run_due()
    assert (world.test_clock().frozen_time, world.batches) == (TARGET, [])


def test_a_clock_that_stands_still_has_nothing_done(world: World) -> None:
    world.schedule(work("a", START - 1, test_clock=world.add_clock()))
    world.clock.advance(seconds=1_000_000)
    world.runner.run_due()
    assert (world.done, world.test_clock().frozen_time) == ([], START)


def test_a_clock_does_not_go_back_to_work_that_lies_behind_it(world: World) -> None:
    clock = world.add_clock(to=TARGET)
    world.schedule(work("a", START - 7, test_clock=clock), work("b", TARGET, test_clock=clock))
    world.runner.run_due()
    assert world.done == [Done("a", START - 7, START), Done("b", TARGET, TARGET)]


def test_a_clock_stops_where_work_fails_and_goes_on_from_there(renewing: World) -> None:
    clock = renewing.add_clock(to=TARGET)
    renewing.schedule(work("a", START + PERIOD, test_clock=clock))
    renewing.before = refuse
    renewing.runner.run_due()
    stopped = renewing.test_clock()
    assert (stopped.status, stopped.frozen_time) == ("internal_failure", START + 2 * PERIOD)
    assert len(renewing.batches) == 4
    renewing.before = lambda _: None
    with renewing.records.writing() as unit:
        unit.test_clocks.save(renewing.on_its_way(stopped))
    renewing.runner.run_due()
    assert renewing.test_clock().status == "ready"
    assert [one.due_at for one in renewing.done] == list(range(START + PERIOD, TARGET + 1, PERIOD))


def test_a_clock_that_is_deleted_on_its_way_is_left_alone(world: World) -> None:
    clock = world.add_clock(to=TARGET)
    world.schedule(work("a", START + 5, test_clock=clock), work("b", START + 6, test_clock=clock))

    def delete(_: Sequence[Due]) -> None:
        with world.records.writing() as unit:
            unit.test_clocks.delete(2, clock)
        raise ValueError("the subject is gone")

    world.before = delete
    world.runner.run_due()
    assert [[one.subject for one in batch] for batch in world.batches] == [["a"]]
    with world.records.reading() as unit:
        assert unit.test_clocks.get(2, clock) is None
        assert unit.due.next_at(test_clock=clock) is None


def test_work_off_the_clocks_is_done_between_the_steps_of_one(renewing: World) -> None:
    clock = renewing.add_clock(to=TARGET)
    renewing.schedule(work("a", START + 5, test_clock=clock))

    def real_work(works: Sequence[Due]) -> None:
        if works[0].due_at == START + 5:
            renewing.schedule(work("real"))

    renewing.before = real_work
    renewing.runner.run_due()
    assert [one.subject for one in renewing.done[:3]] == ["a", "real", "a"]


def test_what_lives_on_a_clock_is_not_changed_while_it_is_on_its_way(world: World) -> None:
    world.add_clock(to=TARGET)
    with pytest.raises(Locked, match="Test clock advancement underway") as caught:
        test_clocks.check_ready(world.test_clock())
    assert (caught.value.status, caught.value.code, caught.value.should_retry) == (
        429,
        "lock_timeout",
        True,
    )
    world.runner.run_due()
    test_clocks.check_ready(world.test_clock())

"""Due work is done in order, once, whatever fails beside it."""

import threading
from collections.abc import Sequence

import pytest

from taximeter.due import Due
from taximeter.errors import StorageFailed
from tests.jobs.world import START, Done, World, work


def fails(*subjects: str) -> "Failing":
    return Failing(set(subjects))


class Failing:
    """Raises as long as work of these subjects is in a batch."""

    def __init__(self, subjects: set[str]) -> None:
        self.subjects = subjects

    def __call__(self, works: Sequence[Due]) -> None:
        if not self.subjects.isdisjoint(one.subject for one in works):
            raise ValueError("a subject that cannot be done")


def subjects(world: World) -> str:
    return "".join(one.subject for one in world.done)


def test_what_is_due_is_done_moment_by_moment(world: World) -> None:
    world.schedule(
        work("d", START), work("e", START + 1), work("b", START - 10), work("a", START - 20)
    )
    world.schedule(work("c", START - 10), work("c", START - 10, kind="invoice"))
    world.runner.run_due()
    assert subjects(world) == "acbcd"


def test_work_that_falls_due_again_is_done_until_it_lies_ahead(renewing: World) -> None:
    renewing.schedule(work("a", START - 250))
    renewing.runner.run_due()
    assert [one.due_at for one in renewing.done] == [START - 250, START - 150, START - 50]
    renewing.clock.advance(seconds=50)
    renewing.runner.run_due()
    assert renewing.done[3:] == [Done("a", START + 50, START + 50)]


def test_a_subject_that_fails_holds_up_none_of_its_batch(world: World) -> None:
    world.before = fails("d", "q")
    world.schedule(*map(work, "abcdefghijklmnopqrstuvwxyz"))
    world.runner.run_due()
    assert sorted(subjects(world)) == sorted("abcefghijklmnoprstuvwxyz")


def test_a_failure_is_tried_again_at_once_and_then_later_and_later(world: World) -> None:
    world.before = fails("a")
    world.schedule(work("a"))
    attempts = []
    for seconds in (0, 9, 1, 19, 1, 39, 1):
        world.clock.advance(seconds=seconds)
        world.runner.run_due()
        attempts.append(len(world.batches))
    assert attempts == [2, 2, 3, 3, 4, 4, 5]
    world.before = fails()
    world.clock.advance(seconds=80)
    world.runner.run_due()
    assert subjects(world) == "a"


def test_work_whose_subject_was_changed_meanwhile_is_done_in_the_next_round(world: World) -> None:
    world.schedule(work("a"), work("b"))
    unmoved = True

    def leave_a(works: Sequence[Due]) -> None:
        nonlocal unmoved
        if unmoved:
            unmoved = False
            with world.records.writing() as unit:
                unit.due.drop([one for one in works if one.subject != "a"])
            raise ValueError("done for b alone")

    world.before = leave_a
    world.runner.run_due()
    assert [[one.subject for one in batch] for batch in world.batches] == [["a", "b"], ["a"]]
    assert subjects(world) == "a"


def test_what_was_leased_when_the_process_died_is_done_by_the_next(world: World) -> None:
    def die(_: Sequence[Due]) -> None:
        raise KeyboardInterrupt

    world.schedule(work("a"), work("b", START - 1))
    world.before = die
    with pytest.raises(KeyboardInterrupt):
        world.runner.run_due()
    world.before = fails()
    world.new_runner().run_due()
    assert subjects(world) == "ba"


def test_storage_that_fails_leaves_everything_for_the_next_attempt(world: World) -> None:
    def full(_: Sequence[Due]) -> None:
        raise StorageFailed("The records could not be written.")

    world.schedule(work("a"), work("b"))
    world.before = full
    with pytest.raises(StorageFailed):
        world.runner.run_due()
    assert len(world.batches) == 1
    world.before = fails()
    world.runner.run_due()
    assert (subjects(world), [one.failures for one in world.batches[1]]) == ("ab", [0, 0])


def test_the_thread_does_what_is_scheduled_without_being_asked(world: World) -> None:
    done = threading.Event()
    world.before = lambda _: done.set()
    world.runner.start()
    world.schedule(work("a"))
    assert done.wait(60)
    world.runner.close()
    assert subjects(world) == "a"

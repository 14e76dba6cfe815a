"""Taking due work and giving it back: short transactions between which the handlers run."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from taximeter.due import Due, DueQueue
from taximeter.kit.clock import Clock, now_s
from taximeter.test_clocks import TestClock, TestClockStore, arrived, standing_at, stopped

LEASE_SECONDS = 600
"""Longer than any batch takes: the loop that starts after a crash does not wait for it."""

TRIES_ON_TEST_CLOCKS = 3


class Unit(Protocol):
    """The stores that the loop touches, within one transaction."""

    @property
    def due(self) -> DueQueue:
        """Return the due work."""
        ...

    @property
    def test_clocks(self) -> TestClockStore:
        """Return the test clocks."""
        ...


class Records(Protocol):
    """Opens transactions over the records."""

    def reading(self) -> AbstractContextManager[Unit]:
        """Open a transaction that only reads."""
        ...

    def writing(self) -> AbstractContextManager[Unit]:
        """Open a transaction that commits at the end of the block, and not at all on an error."""
        ...


class Queue:
    """Due work, in the order of its moments: by the server's clock, or along a test clock's way."""

    def __init__(self, *, records: Records, clock: Clock, batch_max: int) -> None:
        """Take up to `batch_max` from the records; leases and retries are dated by the clock."""
        self._records = records
        self._clock = clock
        self._batch_max = batch_max

    def reclaim(self) -> None:
        """End the leases of a loop that is gone."""
        with self._records.writing() as unit:
            unit.due.reclaim()

    def next_at(self) -> int | None:
        """Return when work off the test clocks can next be taken, or None."""
        with self._records.reading() as unit:
            return unit.due.next_at(test_clock=None)

    def advancing(self) -> Sequence[TestClock]:
        """Return the test clocks that are on their way."""
        with self._records.reading() as unit:
            return unit.test_clocks.advancing()

    def take(self) -> Sequence[Due]:
        """Take what is due by the server's clock: of its earliest moment, of the first kind."""
        now = now_s(self._clock)
        next_at = self.next_at()
        if next_at is None or next_at > now:
            return ()
        with self._records.writing() as unit:
            return unit.due.lease(
                until=now,
                test_clock=None,
                now=now,
                leased_until=now + LEASE_SECONDS,
                limit=self._batch_max,
            )

    def step(self, clock: TestClock) -> Sequence[Due]:
        """Move a test clock to its next moment with work and take that; or let it arrive.

        Nothing is taken when it has arrived, or is not on its way any more.
        """
        now = now_s(self._clock)
        with self._records.writing() as unit:
            there = unit.test_clocks.get(clock.environment, clock.id)
            if there is None or there.status != "advancing" or there.target_frozen_time is None:
                return ()
            works = unit.due.lease(
                until=there.target_frozen_time,
                test_clock=there.id,
                now=now,
                leased_until=now + LEASE_SECONDS,
                limit=self._batch_max,
            )
            moved = standing_at(there, works[0].due_at) if works else arrived(there)
            if moved != there:
                unit.test_clocks.save(moved)
            return works

    def standing(self, works: Sequence[Due]) -> Sequence[Due]:
        """Return what still stands as it was taken."""
        with self._records.reading() as unit:
            return unit.due.standing(works)

    def fail(self, work: Due, *, error: str, meanwhile_s: int) -> None:
        """Note that work was tried in vain: it is taken again after a number of seconds.

        On a test clock it is taken again at once, and the clock stops where it fails a third time.
        """
        with self._records.writing() as unit:
            if work.test_clock is None:
                unit.due.fail(work, error=error, retry_at=now_s(self._clock) + meanwhile_s)
                return
            unit.due.fail(work, error=error, retry_at=0)
            clock = unit.test_clocks.get(work.environment, work.test_clock)
            if clock is not None and work.failures + 1 >= TRIES_ON_TEST_CLOCKS:
                unit.test_clocks.save(stopped(clock))

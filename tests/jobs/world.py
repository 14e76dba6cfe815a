"""A runner over real records, on a clock that stands still; its handlers tell what they did."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from taximeter import test_clocks
from taximeter.due import KINDS, Due
from taximeter.jobs.queue import Queue
from taximeter.jobs.runner import Runner
from taximeter.kit.clock import MICROSECONDS, SteppingClock
from taximeter.storage.records.database import RecordsDatabase

START = 1_000
PERIOD = 100


def work(subject: str, due_at: int = START, **others: Any) -> Due:
    fields: dict[str, Any] = {"kind": "subscription", "environment": 2, **others}
    return Due(subject=subject, due_at=due_at, **fields)


class Done(msgspec.Struct, frozen=True):
    """What was done, and what time it was on its clock."""

    subject: str
    due_at: int
    present: int


class World:
    """Records, a runner, and the log of what its handlers did.

    Whatever is done is done again a period later, as a subscription is renewed, `times` times.
    """

    def __init__(self, folder: Path, *, times: int = 0) -> None:
        self.clock = SteppingClock(START * MICROSECONDS)
        self.records = RecordsDatabase.open_sqlite(folder / "records.sqlite3")
        self.batches: list[Sequence[Due]] = []
        self.done: list[Done] = []
        self.before: Callable[[Sequence[Due]], None] = lambda _: None
        self._left = times
        self.runner = self.new_runner()

    def new_runner(self) -> Runner:
        runner = Runner(
            queue=Queue(records=self.records, clock=self.clock, batch_max=100),
            handlers=dict.fromkeys(KINDS, self),
            clock=self.clock,
        )
        self.records.watch_due(runner.expect)
        return runner

    def run(self, works: Sequence[Due]) -> None:
        """Be the handler: note the work and drop or move its rows, in one transaction."""
        self.batches.append(works)
        self.before(works)
        done = []
        with self.records.writing() as unit:
            for one in works:
                present = test_clocks.present(
                    store=unit.test_clocks,
                    environment=one.environment,
                    test_clock=one.test_clock,
                    clock=self.clock,
                )
                done.append(Done(one.subject, one.due_at, present))
            if self._left:
                self._left -= 1
                unit.due.schedule(
                    [msgspec.structs.replace(one, due_at=one.due_at + PERIOD) for one in works]
                )
            else:
                unit.due.drop(works)
        self.done += done

    def schedule(self, *works: Due) -> None:
        with self.records.writing() as unit:
            unit.due.schedule(works)

    def add_clock(self, frozen_time: int = START, *, to: int | None = None) -> str:
        """Make a test clock; with `to`, one that is on its way there."""
        clock = test_clocks.TestClock(
            id="clock_1",
            environment=2,
            created=START,
            deletes_after=2 * START,
            frozen_time=frozen_time,
            target_frozen_time=to,
            status="ready" if to is None else "advancing",
        )
        with self.records.writing() as unit:
            unit.test_clocks.add(clock)
        return clock.id

    def test_clock(self) -> test_clocks.TestClock:
        with self.records.reading() as unit:
            found = unit.test_clocks.get(2, "clock_1")
        assert found is not None
        return found

    def on_its_way(self, clock: test_clocks.TestClock) -> test_clocks.TestClock:
        return msgspec.structs.replace(clock, status="advancing")

    def close(self) -> None:
        self.runner.close()
        self.records.close()

"""Error reports are made exactly once, over stores that fail, restarts and clocks set back."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from taximeter.events import EventFilter
from taximeter.ingest.batch import Batch, Refused
from taximeter.ingest.event import RejectionCode
from taximeter.ingest.identifiers import Deduplicator
from taximeter.ingest.writer import Writer
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.moments import moment_text
from taximeter.kit.paging import Cursor
from taximeter.reports.report import WINDOW_US, ReportData, window_start_us
from taximeter.reports.reporter import Reporter
from taximeter.settings import Settings
from taximeter.storage.records.database import RecordsDatabase
from tests.oracle.memory import Memory, MemoryLog
from tests.oracle.rejections import MemoryRejections
from tests.oracle.worked import MIDNIGHT_US

Told: TypeAlias = tuple[str, int, str | None, str]
"""A window's start, an environment, a meter and a code."""


class PowerCut(Exception):
    """The end of a transaction that was not reached."""


class Cuttable:
    """The records; while `cut` is set, whatever is written is undone."""

    def __init__(self, records: RecordsDatabase) -> None:
        self._records = records
        self.cut = False

    def reading(self) -> Any:
        return self._records.reading()

    @contextmanager
    def writing(self) -> Iterator[Any]:
        with self._records.writing() as unit:
            yield unit
            if self.cut:
                raise PowerCut


class AnyClock:
    """A clock that may be set to any moment."""

    def __init__(self) -> None:
        self.at_us = MIDNIGHT_US

    def now_us(self) -> int:
        return self.at_us


class World:
    """A log, records, and what runs over them until the next restart."""

    def __init__(self, folder: Path) -> None:
        self.memory = Memory()
        self.clock = AnyClock()
        self._database = RecordsDatabase.open_sqlite(folder / "records.sqlite3")
        self.records = Cuttable(self._database)
        self._start()

    def _start(self) -> None:
        log, chosen = MemoryLog(self.memory), Settings()
        deduplicator = Deduplicator(log=log, settings=chosen)
        self.writer = Writer(log=log, deduplicator=deduplicator, clock=self.clock, settings=chosen)
        self.reporter = Reporter(
            records=self.records,
            reader=MemoryRejections(self.memory),
            writer=self.writer,
            clock=self.clock,
        )
        self.writer.start()
        self.reporter.start()

    def _stop(self) -> None:
        self.reporter.close()
        self.writer.close()

    def restart(self) -> None:
        self._stop()
        self._start()

    def close(self) -> None:
        self._stop()
        self._database.close()

    def reject(self, environment: int, meter: str | None, code: RejectionCode) -> None:
        refused = Refused(
            position=0,
            environment=environment,
            event_name="tokens",
            meter=meter,
            customer=None,
            identifier="i",
            timestamp_us=MIDNIGHT_US,
            payload=b"{}",
            code=code,
            message="why",
        )
        self.writer.submit([Batch(runs=(), refused=[refused])]).result()

    def report(self, *, cut: bool = False) -> None:
        self.records.cut = cut
        with suppress(PowerCut):
            self.reporter.report()
        self.records.cut = False

    def told(self) -> list[tuple[Told, int]]:
        """What was reported, report by report."""
        found: list[tuple[Told, int]] = []
        with self.records.reading() as unit:
            for environment in (1, 2):
                page = unit.events.page(environment, "thin", Cursor(limit=10_000), EventFilter())
                for event in page.data:
                    data = msgspec.json.decode(event.data, type=ReportData)
                    about = event.related_object and event.related_object.id
                    for error in data.reason.error_types:
                        key = (data.validation_start, environment, about, error.code)
                        found.append((key, error.error_count))
        return found

    def rejected(self) -> Counter[Told]:
        """What has been rejected, counted by hand."""
        return Counter(
            (
                moment_text(window_start_us(one.received_at_us)),
                one.environment,
                one.meter,
                str(one.code),
            )
            for one in self.memory.rejections
        )


@contextmanager
def a_world() -> Iterator[World]:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        try:
            yield world
        finally:
            world.close()


rejections = st.tuples(
    st.just("reject"),
    st.sampled_from([(1, "mtr_1"), (2, "mtr_1"), (2, "mtr_2"), (2, None)]),
    st.sampled_from(["no_meter", "archived_meter"]),
)
steps = st.one_of(
    rejections,
    rejections,
    st.tuples(st.just("pass"), st.sampled_from([1, 3, 5, 10, 10, 25, 3_700, -4, -10, -60])),
    st.tuples(st.just("report"), st.booleans()),
    st.tuples(st.just("restart")),
)


REJECT = ("reject", (2, "mtr_1"), "no_meter")
REPORT, CUT, RESTART = ("report", False), ("report", True), ("restart",)


def wait(seconds: int) -> tuple[str, int]:
    return "pass", seconds


@settings(max_examples=80, deadline=None, derandomize=True, database=None)
@example(story=[REJECT, wait(10), REPORT, wait(-4), REJECT])
@example(story=[REJECT, wait(10), REPORT, wait(-10), RESTART, REJECT])
@example(story=[REJECT, wait(10), REJECT, REPORT, REJECT, wait(9), REPORT, REJECT])
@example(story=[REJECT, wait(10), CUT, REJECT, wait(10), CUT, RESTART, REPORT])
@given(story=st.lists(steps, max_size=20))
def test_every_rejection_is_in_exactly_one_report(story: list[Any]) -> None:
    with a_world() as world:
        for step in story:
            match step:
                case ("reject", (environment, meter), code):
                    world.reject(environment, meter, code)
                case ("pass", seconds):
                    world.clock.at_us += seconds * MICROSECONDS
                case ("report", cut):
                    world.report(cut=cut)
                case _:
                    world.restart()
        world.clock.at_us += 2 * 3_600 * MICROSECONDS
        world.report()
        told = world.told()
        assert len({key for key, _ in told}) == len(told), "no window is reported twice"
        assert dict(told) == world.rejected()


def test_more_windows_than_one_transaction_takes_are_all_reported() -> None:
    with a_world() as world:
        for _ in range(5):
            world.reject(1, "mtr_1", "no_meter")
            world.clock.at_us += 1_000 * WINDOW_US
        world.report()
        assert dict(world.told()) == world.rejected()
        assert len(world.told()) == 5


def test_thread_tries_again_after_a_failure() -> None:
    with a_world() as world:
        world.reject(1, "mtr_1", "no_meter")
        world.records.cut = True
        world.clock.at_us += WINDOW_US
        world.report(cut=True)
        assert world.told() == []
        world.restart()
        while not world.told():
            pass  # the thread begins by itself
        assert dict(world.told()) == world.rejected()

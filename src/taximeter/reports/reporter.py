"""The thread that writes error reports, each exactly once.

A window is reported when it is over. First the writer is asked to settle: what it has dated within
the window is then durable, and whatever comes later will be dated after it, even if the machine's
clock is set back. Then the window is read, and in one transaction of the records its reports are
written and the cursor is moved past it. A crash leaves both undone or both done.

Nothing is read while nothing is rejected: the writer says so, and at the start the log is asked
once.
"""

import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Protocol

import structlog

from taximeter.cursors import CursorStore
from taximeter.environments import EnvironmentStore
from taximeter.events import Event, EventStore, new_event_id
from taximeter.ingest.writer import Writer
from taximeter.kit.clock import MICROSECONDS, Clock
from taximeter.reports.reader import RejectionReader
from taximeter.reports.report import SAMPLES_MAX, WINDOW_US, report_events, window_start_us

log = structlog.get_logger()

CURSOR = "error reports"
WINDOWS_AT_ONCE = 360
_RETRY_SECONDS = 5.0
_WAIT_SECONDS_MIN = 0.05
"""Between two looks at a clock that may stand still."""


class Unit(Protocol):
    """The stores that reporting touches, within one transaction."""

    @property
    def environments(self) -> EnvironmentStore:
        """Return the environments."""
        ...

    @property
    def events(self) -> EventStore:
        """Return the events."""
        ...

    @property
    def cursors(self) -> CursorStore:
        """Return how far readers of the log have got."""
        ...


class Records(Protocol):
    """Opens transactions over the records."""

    def reading(self) -> AbstractContextManager[Unit]:
        """Open a transaction that only reads."""
        ...

    def writing(self) -> AbstractContextManager[Unit]:
        """Open a transaction that commits at the end of the block, and not at all on an error."""
        ...


class Reporter:
    """Writes a report for each meter and window with rejected events, soon after its end."""

    def __init__(
        self, *, records: Records, reader: RejectionReader, writer: Writer, clock: Clock
    ) -> None:
        """Prepare; nothing runs before `start`."""
        self._records = records
        self._reader = reader
        self._writer = writer
        self._clock = clock
        self._reporting = threading.Lock()
        self._changed = threading.Condition()
        self._due_us: int | None = None
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="report errors", daemon=True)

    def start(self) -> None:
        """Take up where the last run ended; the writer must have been started."""
        since_us = self._reported_until_us()
        self._writer.watch_rejections(self._expect)
        self._writer.settle(until_us=since_us)
        first_us = self._reader.first_rejection_us(since_us)
        if first_us is not None:
            self._expect(first_us)
        self._thread.start()

    def close(self) -> None:
        """Stop; a window that is not over is reported after the next start."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread.ident is not None:
            self._thread.join()

    def report(self) -> Sequence[Event]:
        """Report every window that is over, and return the reports; blocks on storage."""
        written: list[Event] = []
        with self._reporting:
            until_us = window_start_us(self._clock.now_us())
            while some := self._report_some(until_us):
                written += some
        return written

    def _report_some(self, until_us: int) -> Sequence[Event]:
        """Report up to WINDOWS_AT_ONCE windows that end by a moment; none when there are none."""
        with self._changed:
            self._due_us = None  # what is rejected from here on is noted anew
        since_us = self._reported_until_us()
        self._writer.settle(until_us=until_us)
        first_us = self._reader.first_rejection_us(since_us)
        if first_us is None:
            return ()
        start_us = window_start_us(first_us)
        if start_us >= until_us:
            self._expect(first_us)
            return ()
        end_us = min(until_us, start_us + WINDOWS_AT_ONCE * WINDOW_US)
        faults = self._reader.faults(start_us, end_us, window_us=WINDOW_US, samples_max=SAMPLES_MAX)
        now_us = self._clock.now_us()
        with self._records.writing() as unit:
            assert unit.cursors.get(CURSOR) == since_us, "one reporter at a time moves the cursor"
            events = report_events(
                faults,
                created_us=now_us,
                new_ids={
                    one.id: partial(new_event_id, livemode=one.livemode)
                    for one in unit.environments.environments()
                },
            )
            unit.events.add(events)
            unit.cursors.set(CURSOR, end_us)
        return events

    def _reported_until_us(self) -> int:
        with self._records.reading() as unit:
            return unit.cursors.get(CURSOR)

    def _expect(self, received_at_us: int) -> None:
        """Note that something was rejected; called by the writer's thread, too."""
        due_us = window_start_us(received_at_us) + WINDOW_US
        with self._changed:
            if self._due_us is None or due_us < self._due_us:
                self._due_us = due_us
                self._changed.notify()

    def _run(self) -> None:
        while self._wait_until_due():
            try:
                self.report()
            except Exception:
                log.exception("error reports could not be written; trying again")
                self._pause()

    def _wait_until_due(self) -> bool:
        """Wait for the end of a window with rejected events; False when it is time to stop."""
        with self._changed:
            while not self._closing:
                wait_us = None if self._due_us is None else self._due_us - self._clock.now_us()
                if wait_us is not None and wait_us <= 0:
                    return True
                seconds = None if wait_us is None else wait_us / MICROSECONDS
                self._changed.wait(seconds and max(seconds, _WAIT_SECONDS_MIN))
            return False

    def _pause(self) -> None:
        """After a failure, leave the stores alone for a moment: the cause may go away."""
        with self._changed:
            self._due_us = self._clock.now_us()
            self._changed.wait_for(lambda: self._closing, timeout=_RETRY_SECONDS)

"""The one thread that writes the log: group commit, deduplication, numbering, durability.

Whatever is submitted while a commit runs shares the next one; an idle writer commits at once, so
no request ever waits for a timer. In each transaction, in this order:

1. take everything that waits, up to `commit_events_max` events;
2. find which identifiers and idempotency keys are taken, exactly;
3. number and date what is new;
4. append and commit: from here on it is durable;
5. remember the new identities in the filter;
6. tell whoever follows the rows;
7. answer everyone who waits.

A failure in 2 to 4 loses nothing and everyone who waits is told. The log is then as it was; only
where it failed after the commit itself may it hold what was refused, and it takes nothing more
until the next start reads its end anew.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future

import structlog

from taximeter.errors import Overloaded, StorageFailed
from taximeter.ingest.batch import Batch
from taximeter.ingest.columns import LoggedRun
from taximeter.ingest.event import LoggedEvent
from taximeter.ingest.identifiers import Deduplicator
from taximeter.ingest.log import Cancellation, Head, LogFailed, UsageLog
from taximeter.ingest.transaction import Entry, Outcome, Transaction
from taximeter.kit.clock import Clock
from taximeter.settings import Settings

log = structlog.get_logger()


class _Submission:
    """Entries that wait for a commit, and the future of whoever waits for them."""

    __slots__ = ("entries", "loop", "outcomes", "size", "waiter")

    def __init__(
        self,
        entries: Sequence[Entry],
        waiter: "asyncio.Future[Sequence[Outcome]] | Future[Sequence[Outcome]]",
        loop: asyncio.AbstractEventLoop | None,
    ) -> None:
        self.entries = entries
        self.size = sum(len(one) if isinstance(one, Batch) else 1 for one in entries)
        self.waiter = waiter
        self.loop = loop
        self.outcomes: Sequence[Outcome] = ()


class Writer:
    """Owns the log's only writing thread."""

    def __init__(
        self, *, log: UsageLog, deduplicator: Deduplicator, clock: Clock, settings: Settings
    ) -> None:
        """Prepare; nothing runs before `start`."""
        self._log = log
        self._deduplicator = deduplicator
        self._clock = clock
        self._settings = settings
        self._head = Head()
        self._dated_from_us = 0
        self._notice: Callable[[int], None] | None = None
        self._enter: Callable[[Sequence[LoggedEvent | LoggedRun], Sequence[Cancellation]], None]
        self._enter = _nowhere
        self._committed: Callable[[], None] | None = None
        self._waiting: deque[_Submission] = deque()
        self._waiting_events = 0
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def start(self) -> None:
        """Read the end of the log and begin to take submissions."""
        self._head = self._log.head()
        self._thread.start()

    def close(self) -> None:
        """Commit what waits, then stop; later submissions raise StorageFailed."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    def submit(self, entries: Sequence[Entry]) -> "Future[Sequence[Outcome]]":
        """Queue entries from any thread; the future resolves once they are durable.

        Raises Overloaded when the queue is full. The future raises StorageFailed when the log
        could not be written. No entries at all is a barrier: it resolves after everything that
        was dated before it.
        """
        waiter: Future[Sequence[Outcome]] = Future()
        self._enqueue(_Submission(entries, waiter, None))
        return waiter

    def settle(self, *, until_us: int = 0) -> None:
        """Wait until everything dated before this call is durable and visible.

        With a moment that is not in the future, nothing that comes later will be dated before it:
        what was read up to there stays what it was, even if the machine's clock is set back.
        """
        with self._changed:
            self._dated_from_us = max(self._dated_from_us, until_us)
        self.submit(()).result()

    def cut(self, *, now_us: int) -> int:
        """Return a moment that divides what was acknowledged from all that comes later.

        The first is dated before it, durable and visible; nothing that comes later is dated before
        it. It is the present unless the clock stands still or was set back.
        """
        with self._changed:
            moment_us = max(now_us, self._head.received_at_us + 1, self._dated_from_us)
            self._dated_from_us = moment_us
        self.submit(()).result()
        return moment_us

    def watch_rejections(self, notice: Callable[[int], None]) -> None:
        """Have the date of each commit that kept rejected events told, by the writer's thread."""
        self._notice = notice

    def watch_rows(
        self, enter: Callable[[Sequence[LoggedEvent | LoggedRun], Sequence[Cancellation]], None]
    ) -> None:
        """Have the rows of each commit told, by the writer's thread.

        They are durable by then, and whoever waits for them is answered afterwards.
        """
        self._enter = enter

    def watch_commits(self, notice: Callable[[], None]) -> None:
        """Have each commit that added rows told, by the writer's thread, once they can be read."""
        self._committed = notice

    @property
    def head_seq(self) -> int:
        """Return the number of the last row; it and all before it can be read."""
        return self._head.seq

    def submit_from_loop(self, entries: Sequence[Entry]) -> "asyncio.Future[Sequence[Outcome]]":
        """Queue entries from the running event loop; otherwise as `submit`."""
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[Sequence[Outcome]] = loop.create_future()
        self._enqueue(_Submission(entries, waiter, loop))
        return waiter

    def _enqueue(self, submission: _Submission) -> None:
        size = submission.size
        with self._changed:
            if self._closing:
                raise StorageFailed("The server is shutting down. Send the request again.")
            if size and self._waiting_events + size > self._settings.queue_events_max:
                raise Overloaded(
                    "Usage arrives faster than it can be stored. Nothing of this request was "
                    "recorded; send it again in a moment."
                )
            self._waiting.append(submission)
            self._waiting_events += size
            self._changed.notify()

    def _run(self) -> None:
        while batch := self._take():
            _answer(batch, self._attempt(batch))

    def _attempt(self, batch: Sequence[_Submission]) -> StorageFailed | None:
        """Commit, and return what to tell everyone who waits when that failed.

        Whatever the cause, the thread lives on: were it to end, every later request would wait
        for ever.
        """
        try:
            self._commit(batch)
        except LogFailed as failure:
            log.error("commit failed", error=str(failure), submissions=len(batch))
        except Exception:
            log.exception("commit failed unexpectedly", submissions=len(batch))
        else:
            return None
        return StorageFailed(
            "The usage log could not be written; the server's log says why. Send the request "
            "again, with the same identifier or idempotency key: it will count once."
        )

    def _take(self) -> list[_Submission]:
        with self._changed:
            while not self._waiting and not self._closing:
                self._changed.wait()
            batch: list[_Submission] = []
            size = 0
            while self._waiting:
                following = self._waiting[0].size
                if batch and size + following > self._settings.commit_events_max:
                    break
                batch.append(self._waiting.popleft())
                size += following
            self._waiting_events -= size
            return batch

    def _commit(self, batch: Sequence[_Submission]) -> None:
        entries = [entry for submission in batch for entry in submission.entries]
        if not entries:
            return
        clock_us = self._clock.now_us()
        now_us = max(clock_us, self._head.received_at_us, self._dated_from_us)
        self._deduplicator.keep_window(now_us=clock_us)
        transaction = Transaction(
            entries,
            log=self._log,
            deduplicator=self._deduplicator,
            head=self._head,
            now_us=now_us,
            clock_us=clock_us,
        )
        outcomes = transaction.decide()
        if transaction.adds_rows:
            self._log.append(
                transaction.events,
                transaction.cancellations,
                transaction.rejections,
                transaction.duplicates,
            )
        if transaction.seq != self._head.seq:
            self._deduplicator.remember(
                transaction.claimed(),
                first_seq=self._head.seq + 1,
                last_seq=transaction.seq,
                received_at_us=now_us,
            )
            self._head = Head(transaction.seq, now_us)
            self._enter(transaction.events, transaction.cancellations)
            if self._committed is not None:
                self._committed()
        if transaction.rejections and self._notice is not None:
            self._notice(now_us)
        start = 0
        for submission in batch:
            end = start + len(submission.entries)
            submission.outcomes = outcomes[start:end]
            start = end


def _nowhere(
    events: Sequence[LoggedEvent | LoggedRun], cancellations: Sequence[Cancellation]
) -> None:
    """Stand for whoever follows the rows where nobody does."""


def _answer(batch: Sequence[_Submission], error: StorageFailed | None) -> None:
    """Resolve every waiter; those on an event loop with one wake-up a loop and commit."""
    loops: dict[asyncio.AbstractEventLoop, list[_Submission]] = {}
    for submission in batch:
        if submission.loop is not None:
            loops.setdefault(submission.loop, []).append(submission)
        else:
            _resolve(submission, error)
    for loop, submissions in loops.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve_all, submissions, error)


def _resolve_all(submissions: Sequence[_Submission], error: StorageFailed | None) -> None:
    for submission in submissions:
        _resolve(submission, error)


def _resolve(submission: _Submission, error: StorageFailed | None) -> None:
    if submission.waiter.done():
        return  # whoever waited has gone; what was recorded stays recorded
    if error is None:
        submission.waiter.set_result(submission.outcomes)
    else:
        submission.waiter.set_exception(error)

"""The thread that does due work, when it is due.

It waits until the first work is due by the clock, or until a commit schedules earlier work or sets
a test clock on its way. Work is done moment by moment; a test clock stands at each moment while
that one's work is done. What fails is logged and tried again, and holds up nothing beside it.
"""

import threading
from collections.abc import Mapping, Sequence

import structlog

from taximeter.due import Due, DueKind
from taximeter.errors import StorageFailed
from taximeter.jobs.handler import Handler
from taximeter.jobs.queue import Queue
from taximeter.kit.clock import MICROSECONDS, Clock

log = structlog.get_logger()

_TRIES_AT_ONCE = 1
_RETRY_SECONDS_MIN = 10
_DOUBLINGS_MAX = 9
"""What fails is tried again at once, after 10 seconds, after 20, and so on up to 85 minutes."""

_PAUSE_SECONDS = 5.0
_WAIT_SECONDS_MIN = 0.05
"""Between two looks at a clock that may stand still."""


class Runner:
    """Hands due work to the handlers of its kinds."""

    def __init__(
        self,
        *,
        queue: Queue,
        handlers: Mapping[DueKind, Handler],
        clock: Clock,
    ) -> None:
        """Prepare; nothing runs before `start`."""
        self._queue = queue
        self._handlers = handlers
        self._clock = clock
        self._running = threading.Lock()
        self._leases_are_stale = True
        self._changed = threading.Condition()
        self._due_at: int | None = 0
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="due work", daemon=True)

    def start(self) -> None:
        """Begin with what fell due while nothing ran."""
        self._thread.start()

    def close(self) -> None:
        """Stop after the batch that is under way; the rest is done after the next start."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread.ident is not None:
            self._thread.join()

    def expect(self, due_at: int) -> None:
        """Note that there is work at a moment of the server's clock; called by any thread."""
        with self._changed:
            if self._due_at is None or due_at < self._due_at:
                self._due_at = due_at
                self._changed.notify()

    def run_due(self) -> None:
        """Do everything that is due by now, and let every test clock arrive.

        Raises StorageFailed, and then what was not done is done at the next attempt.
        """
        with self._running:
            if self._leases_are_stale:
                self._queue.reclaim()
            self._leases_are_stale = True  # unless all of this ends well
            with self._changed:
                self._due_at = None  # what is scheduled from here on is noted anew
            while self._run_some():
                pass
            self._leases_are_stale = False
            next_at = self._queue.next_at()
        if next_at is not None:
            self.expect(next_at)

    def _run_some(self) -> bool:
        """Take a batch from each clock in turn, so that none waits for another to be through."""
        if self._closing:
            return False
        busy = self._do(self._queue.take())
        for clock in self._queue.advancing():
            busy = self._do(self._queue.step(clock)) or busy
        return busy

    def _do(self, works: Sequence[Due]) -> bool:
        """Do work of one kind and moment; False when there is none."""
        if not works:
            return False
        failed = self._attempt(works)
        for left in self._queue.standing(works):
            if left not in failed:
                log.info("due work was put off", kind=left.kind, subject=left.subject)
                self._put_off(left, "its subject was changed meanwhile")
        return True

    def _attempt(self, works: Sequence[Due]) -> Sequence[Due]:
        """Hand work over, and return what failed: after an error it is halved until that is one."""
        try:
            self._handlers[works[0].kind].run(works)
        except StorageFailed:
            raise
        except Exception as error:
            undone = self._queue.standing(works)
            if len(undone) > 1:
                middle = len(undone) // 2
                return [*self._attempt(undone[:middle]), *self._attempt(undone[middle:])]
            for work in undone:
                log.exception("due work failed", kind=work.kind, subject=work.subject)
                self._put_off(work, f"{type(error).__name__}: {error}")
            return undone
        return ()

    def _put_off(self, work: Due, error: str) -> None:
        """Have work taken again, later and later if it is tried in vain."""
        tries = work.failures - _TRIES_AT_ONCE
        meanwhile_s = _RETRY_SECONDS_MIN * 2 ** min(tries, _DOUBLINGS_MAX) if tries >= 0 else 0
        self._queue.fail(work, error=error, meanwhile_s=meanwhile_s)

    def _run(self) -> None:
        while self._wait_until_due():
            try:
                self.run_due()
            except Exception:
                log.exception("due work could not be done; trying again")
                self._pause()

    def _wait_until_due(self) -> bool:
        """Wait for work; False when it is time to stop."""
        with self._changed:
            while not self._closing:
                wait_us = None
                if self._due_at is not None:
                    wait_us = self._due_at * MICROSECONDS - self._clock.now_us()
                    if wait_us <= 0:
                        return True
                seconds = None if wait_us is None else wait_us / MICROSECONDS
                self._changed.wait(seconds and max(seconds, _WAIT_SECONDS_MIN))
            return False

    def _pause(self) -> None:
        """After a failure, leave the stores alone for a moment: the cause may go away."""
        with self._changed:
            self._due_at = 0
            self._changed.wait_for(lambda: self._closing, timeout=_PAUSE_SECONDS)

"""The two ways to put load on a server: as fast as it answers, or as fast as a clock says."""

import asyncio
from collections import deque
from collections.abc import Callable
from time import perf_counter

from benchmarks.generator.connection import Connection
from benchmarks.generator.tally import Tally

_TICK_SECONDS = 0.001  # the event loop's timers are no finer


class ClosedLoop:
    """Each connection sends its next request when it has the answer to the one before."""

    def __init__(self, next_request: Callable[[], bytes], tally: Tally, end: float) -> None:
        self._next_request = next_request
        self._tally = tally
        self._end = end
        self._under_way = 0
        self.done = asyncio.get_running_loop().create_future()

    def start(self, connections: list[Connection]) -> None:
        self._under_way = len(connections)
        for connection in connections:
            connection.send(self._next_request(), perf_counter())

    def stop(self) -> None:
        """End now."""
        self._end = perf_counter()

    def answered(self, connection: Connection, now: float, good: bool) -> None:
        self._tally.answered(connection.since, now, good)
        if now < self._end:
            connection.send(self._next_request(), now)
            return
        self._under_way -= 1
        if not self._under_way:
            self.done.set_result(None)


class OpenLoop:
    """Requests are due at even intervals; one that finds no connection free waits, and it counts.

    After the end nothing more is due, and what waits is still sent, so that a server that falls
    behind shows the latencies that it owes.
    """

    def __init__(
        self, next_request: Callable[[], bytes], tally: Tally, end: float, *, interval: float
    ) -> None:
        self._next_request = next_request
        self._tally = tally
        self._interval = interval
        self._loop = asyncio.get_running_loop()
        self._free: list[Connection] = []
        self._waiting: deque[float] = deque()
        self._all = 0
        self._first_due = 0.0
        self._due = 0
        self._end = end
        self.done = self._loop.create_future()

    def start(self, connections: list[Connection]) -> None:
        self._free, self._all = list(connections), len(connections)
        self._first_due = perf_counter()
        self._tick()

    def stop(self) -> None:
        """End now."""
        self._end = perf_counter()

    def _tick(self) -> None:
        now = perf_counter()
        while (due := self._first_due + self._due * self._interval) <= min(now, self._end):
            self._due += 1
            self._waiting.append(due)
        while self._waiting and self._free:
            self._free.pop().send(self._next_request(), self._waiting.popleft())
        if now < self._end:
            self._loop.call_later(max(_TICK_SECONDS, due - now), self._tick)
        else:
            self._finish_when_idle()

    def answered(self, connection: Connection, now: float, good: bool) -> None:
        self._tally.answered(connection.since, now, good)
        if self._waiting:
            connection.send(self._next_request(), self._waiting.popleft())
            return
        self._free.append(connection)
        if now >= self._end:
            self._finish_when_idle()

    def _finish_when_idle(self) -> None:
        if not self._waiting and len(self._free) == self._all and not self.done.done():
            self.done.set_result(None)

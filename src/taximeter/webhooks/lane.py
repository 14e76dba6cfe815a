"""What is on its way to one destination: a few at a time, beside all others.

Each destination has a lane of its own, so that one that hangs fills its own and holds up no other.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from taximeter.webhooks.destination import EventDestination
from taximeter.webhooks.outcome import Outcome
from taximeter.webhooks.post import Line, Parcel


class Lane:
    """Parcels that wait for one destination, and the attempts under way."""

    def __init__(
        self,
        destination: EventDestination,
        *,
        new_line: Callable[[], Line],
        at_once_max: int,
        ended: Callable[[Outcome], None],
    ) -> None:
        """Tell `ended` how each attempt ended; at most `at_once_max` are under way."""
        self.destination = destination
        self.held: set[str] = set()
        self._waiting: deque[Parcel] = deque()
        self._workers: set[asyncio.Task[None]] = set()
        self._new_line = new_line
        self._at_once_max = at_once_max
        self._ended = ended

    @property
    def waiting(self) -> int:
        """Return how many parcels wait for their attempt."""
        return len(self._waiting)

    def put(self, parcels: Sequence[Parcel]) -> None:
        """Have parcels delivered after those that wait."""
        self._waiting += parcels
        self.held.update(one.delivery.id for one in parcels)
        for _ in range(min(len(parcels), self._at_once_max - len(self._workers))):
            self._workers.add(asyncio.get_running_loop().create_task(self._work()))

    def settled(self, ids: Iterable[str]) -> None:
        """Note that outcomes are on disk: what is to be tried again may be taken again."""
        self.held.difference_update(ids)

    def drop(self) -> None:
        """Let what waits go; attempts that are under way go on."""
        self.held.difference_update(one.delivery.id for one in self._waiting)
        self._waiting.clear()

    async def close(self, *, seconds_max: float) -> None:
        """Drop what waits, and give attempts that are under way a while to end."""
        self.drop()
        if not self._workers:
            return
        _, late = await asyncio.wait(self._workers, timeout=seconds_max)
        for worker in late:
            worker.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _work(self) -> None:
        line = self._new_line()
        try:
            while self._waiting:
                self._ended(await line.post(self._waiting.popleft(), self.destination))
        finally:
            line.close()
            # At once, not when the task is seen to be done: whoever puts parcels counts workers.
            self._workers.discard(_this_task())


def _this_task() -> asyncio.Task[None]:
    task = asyncio.current_task()
    assert task is not None, "workers are tasks"
    return task

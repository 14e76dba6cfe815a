"""The thread that delivers: it takes what is due, has it posted, and writes down how that ended.

It goes in rounds. What has ended is written in one transaction, then what is due is taken;
meanwhile the lanes post what they hold. A crash loses the outcomes of one round at most: those
deliveries are made again, and none is lost.
"""

import asyncio
import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import structlog

from taximeter.kit.clock import MICROSECONDS, Clock
from taximeter.settings import Settings
from taximeter.webhooks.address import AddressRules
from taximeter.webhooks.connect import Connector
from taximeter.webhooks.lane import Lane
from taximeter.webhooks.outcome import Outcome
from taximeter.webhooks.post import Line
from taximeter.webhooks.rounds import Held, RenderEvent, Round, Rounds
from taximeter.webhooks.stores import WebhookRecords

log = structlog.get_logger()

T = TypeVar("T")

_LANE_PARCELS_MAX = 256
"""Taken ahead for each destination, so that its lane does not wait for each round."""

_RETRY_SECONDS = 5.0
_CLOSE_SECONDS_MAX = 2.0
_WAIT_SECONDS_MIN = 0.05
_WAIT_SECONDS_MAX = 60.0
"""Between two looks at a clock that may stand still, or leap."""


class Dispatcher:
    """Delivers to every destination, from one thread with an event loop of its own."""

    def __init__(
        self,
        *,
        rounds: Rounds,
        connector: Connector,
        clock: Clock,
        settings: Settings,
    ) -> None:
        """Prepare; nothing runs before `start`."""
        self._rounds = rounds
        self._connector = connector
        self._clock = clock
        self._settings = settings
        self._lanes: dict[str, Lane] = {}
        self._outcomes: list[Outcome] = []
        self._storage = ThreadPoolExecutor(1, thread_name_prefix="settle deliveries")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._work = asyncio.Event()
        self._closed = asyncio.Event()
        self._round_over = asyncio.Condition()
        self._begun = 0
        self._idle_after = 0
        self._thread = threading.Thread(target=self._run, name="deliver events", daemon=True)

    def start(self) -> None:
        """Begin with what fell due while nothing ran."""
        self._loop = asyncio.new_event_loop()
        self._thread.start()

    def wake(self) -> None:
        """Look at once for what is due; called by any thread."""
        self._call(self._work.set)

    def run_due(self) -> None:
        """Deliver everything that is due by now; return when it was tried and written down."""
        assert self._loop is not None, "it was started"
        asyncio.run_coroutine_threadsafe(self._until_idle(), self._loop).result()

    def close(self) -> None:
        """Stop; what has not ended within two seconds is tried again after the next start."""
        if self._loop is not None:
            self._call(self._close)
            self._thread.join()
        self._storage.shutdown()

    def _call(self, call: Callable[[], Any]) -> None:
        """Have the loop call something; before the start and after the end there is no need."""
        if self._loop is None:
            return
        try:
            self._loop.call_soon_threadsafe(call)
        except RuntimeError:
            assert self._loop.is_closed(), "only a loop that is closed takes no calls"

    def _close(self) -> None:
        self._closed.set()
        self._work.set()

    def _run(self) -> None:
        assert self._loop is not None, "the loop is there before its thread"
        self._loop.run_until_complete(self._serve())
        # Connections that were closed last are let go of in the loop's next step.
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    async def _serve(self) -> None:
        while not self._closed.is_set():
            try:
                found = await self._go_round()
                self._accept(found)
            except Exception:
                log.exception("deliveries could not be read or written; trying again")
                await _wait(self._closed, _RETRY_SECONDS)
                continue
            await self._note_round()
            await _wait(self._work, self._until(found.next_attempt_us))
        await self._end()

    async def _end(self) -> None:
        for lane in self._lanes.values():
            lane.drop()
        await asyncio.gather(
            *(lane.close(seconds_max=_CLOSE_SECONDS_MAX) for lane in self._lanes.values())
        )
        try:
            await self._settle()
        except Exception:
            log.exception("the last deliveries could not be written down; they are made again")

    async def _go_round(self) -> Round:
        self._work.clear()
        self._begun += 1
        await self._settle()
        held = {
            id: Held(deliveries=frozenset(lane.held), room=_room(lane))
            for id, lane in self._lanes.items()
        }
        return await self._in_storage(lambda: self._rounds.take(held, room=_LANE_PARCELS_MAX))

    async def _in_storage(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._storage, call)

    async def _settle(self) -> None:
        """Write down what has ended; what cannot be written is kept for the next round."""
        ended = self._outcomes[:]
        if not ended:
            return
        await self._in_storage(lambda: self._rounds.settle(ended))
        del self._outcomes[: len(ended)]
        for outcome in ended:
            self._lanes[outcome.delivery.destination].settled([outcome.delivery.id])

    def _accept(self, found: Round) -> None:
        enabled = {one.id for one in found.destinations}
        for id, lane in list(self._lanes.items()):
            if id not in enabled:
                lane.drop()
                if not lane.held:
                    del self._lanes[id]
        for destination in found.destinations:
            lane_there = self._lanes.get(destination.id)
            if lane_there is None:
                lane_there = self._lanes[destination.id] = Lane(
                    destination,
                    new_line=self._new_line,
                    at_once_max=self._settings.webhook_deliveries_at_once_max,
                    ended=self._ended,
                )
            lane_there.destination = destination
            lane_there.put(found.parcels.get(destination.id, ()))

    def _new_line(self) -> Line:
        return Line(connector=self._connector, clock=self._clock, settings=self._settings)

    def _ended(self, outcome: Outcome) -> None:
        self._outcomes.append(outcome)
        self._work.set()

    def _until(self, next_attempt_us: int | None) -> float | None:
        if next_attempt_us is None:
            return None
        wait_us = next_attempt_us - self._clock.now_us()
        return min(max(wait_us / MICROSECONDS, _WAIT_SECONDS_MIN), _WAIT_SECONDS_MAX)

    async def _note_round(self) -> None:
        if not self._outcomes and not any(one.held for one in self._lanes.values()):
            self._idle_after = self._begun
        async with self._round_over:
            self._round_over.notify_all()

    async def _until_idle(self) -> None:
        wanted = self._begun + 1
        self._work.set()
        async with self._round_over:
            # Not whether it is idle now: the next round may have begun since the last was over.
            await self._round_over.wait_for(lambda: self._idle_after >= wanted)


def build_dispatcher(
    *,
    records: WebhookRecords,
    render: RenderEvent,
    rules: AddressRules,
    clock: Clock,
    settings: Settings,
) -> Dispatcher:
    """Return a dispatcher over the records; `render` spells events as they are told."""
    return Dispatcher(
        rounds=Rounds(
            records=records,
            render=render,
            clock=clock,
            settings=settings,
            random=random.SystemRandom(),
        ),
        connector=Connector(rules=rules, connect_seconds_max=settings.webhook_connect_seconds_max),
        clock=clock,
        settings=settings,
    )


def _room(lane: Lane) -> int:
    """Return how much is taken for a lane: much at once, or nothing while half of it is there."""
    return _LANE_PARCELS_MAX - lane.waiting if lane.waiting <= _LANE_PARCELS_MAX // 2 else 0


async def _wait(event: asyncio.Event, seconds: float | None) -> None:
    """Wait for an event, but not for longer than that."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass

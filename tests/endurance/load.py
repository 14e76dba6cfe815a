"""A mixed load over sockets: a stream at a rate, cancellations and questions beside it."""

import asyncio
import time
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import msgspec

from taximeter.kit.periods import DAY_SECONDS
from tests.crash.connection import Connection
from tests.crash.sender import ADJUSTMENTS, BATCH, STREAM, open_session
from tests.endurance.books import KINDS, Books, Kind, Owner

STREAMS = 8
CANCELS_A_SECOND = 20
QUESTIONS_A_SECOND = 10


class Load:
    """The senders; `meters` has the id of each kind's meter."""

    def __init__(self, address: str, books: Books, meters: dict[Kind, str]) -> None:
        self._address = address
        self._books = books
        self._meters = meters

    def at(self, address: str) -> "Load":
        """The same load, for the server's next address."""
        return Load(address, self._books, self._meters)

    async def run(self, seconds: float, *, batches_a_second: float | None) -> int:
        """Send for so long, at a rate or as fast as it goes; how many batches were taken."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        opened = [await Connection.open(self._address) for _ in range(STREAMS + 2)]
        token = await open_session(opened[0])
        each = None if batches_a_second is None else STREAMS / batches_a_second
        async with asyncio.TaskGroup() as tasks:
            streams = [
                tasks.create_task(_paced(end, each, partial(self._send, line, token)))
                for line in opened[2:]
            ]
            tasks.create_task(_paced(end, 1 / CANCELS_A_SECOND, partial(self._cancel, opened[0])))
            tasks.create_task(_paced(end, 1 / QUESTIONS_A_SECOND, partial(self._ask, opened[1])))
        for line in opened:
            await line.close()
        return sum(task.result() for task in streams)

    async def _send(self, line: Connection, token: str) -> None:
        new, again = self._books.batch(BATCH, int(time.time()))
        events = [one.event() for one in (*new, *again)]
        answer = await line.post_json(STREAM, msgspec.json.encode({"events": events}), key=token)
        assert (answer.status, answer.body) == (200, {}), answer
        self._books.acknowledge(new)

    async def _cancel(self, line: Connection) -> None:
        one = self._books.to_cancel()
        if one is None:
            return
        form = {"event_name": one.kind, "type": "cancel", "cancel[identifier]": one.identifier}
        answer = await line.post(ADJUSTMENTS, form)
        assert (answer.status, answer.body.get("status")) == (200, "complete"), answer
        self._books.cancel(one)

    async def _ask(self, line: Connection) -> None:
        """Ask for a total in one of three ways, and hold it between what it can be."""
        rng = self._books.rng
        owner = rng.choice(KINDS), rng.choice(self._books.customers)
        asked = self._books.asked(owner)
        grouped = rng.choice(["", *GROUPINGS])
        found = await self.summaries(line, owner, grouped)
        total = sum((one for _, one in found), Decimal(0)) * 100
        least, most = asked.bounds()
        assert least <= total <= most, (owner, grouped, found)

    async def summaries(
        self, line: Connection, owner: Owner, grouped: str
    ) -> list[tuple[Any, Decimal]]:
        """A customer's totals over all days, and what each of them is for."""
        kind, customer = owner
        today = int(time.time()) // DAY_SECONDS * DAY_SECONDS
        span = f"start_time={today - 40 * DAY_SECONDS}&end_time={today + 2 * DAY_SECONDS}"
        path = f"/v1/billing/meters/{self._meters[kind]}/event_summaries?customer={customer}"
        answer = await line.get(f"{path}&{span}&limit=100{grouped}")
        assert (answer.status, answer.body["has_more"]) == (200, False), answer
        return [
            (
                one.get("dimensions", {}).get("model", one["start_time"]),
                Decimal(one["aggregated_value_decimal"]),
            )
            for one in answer.body["data"]
        ]

    async def check(self) -> None:
        """Compare every total with the books, now that everything is acknowledged."""
        line = await Connection.open(self._address)
        for owner in [(kind, customer) for kind in KINDS for customer in self._books.customers]:
            assert dict(await self.summaries(line, owner, BY_DAY)) == self._books.by_day(owner)
            assert dict(await self.summaries(line, owner, BY_MODEL)) == self._books.by_model(owner)
            whole = sum((one for _, one in await self.summaries(line, owner, "")), Decimal(0))
            assert whole == self._books.total(owner)
        await line.close()


BY_DAY = "&value_grouping_window=day"
BY_MODEL = "&dimension_group_by_keys[]=model"
GROUPINGS = (BY_DAY, BY_MODEL)


async def _paced(end: float, interval: float | None, work: Callable[[], Any]) -> int:
    """Do something again and again until the end, at an interval from start to start; how often."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    times = 0
    while (now := loop.time()) < end:
        await work()
        times += 1
        if interval is not None:
            due = max(due + interval, now)
            await asyncio.sleep(max(0, due - loop.time()))
    return times

"""More than can be stored is answered with 429; whoever sends it again has it counted once."""

import asyncio
import random
from pathlib import Path

from tests.crash.audit import check_totals
from tests.crash.connection import Connection
from tests.crash.ledger import Ledger, Sending
from tests.crash.sender import BATCH, open_session, send_batch
from tests.crash.setup import set_up
from tests.crash.stored import stored_events
from tests.hostile.memory import MB, Peak
from tests.serving import Server

SENDERS = 24
BATCHES_EACH = 5
QUEUE = {"TAXIMETER_QUEUE_EVENTS_MAX": "300"}
RISE_BYTES_MAX = 64 * MB


def test_more_than_the_queue_holds_is_refused_and_counts_once_in_the_end(tmp_path: Path) -> None:
    with Server(tmp_path / "data", environ=QUEUE) as server:
        meter, ledger = set_up(server, random.Random(1))
        asyncio.run(_send_from_all(server, ledger, 1))
        peak = Peak(server.process.pid)
        refusals = asyncio.run(_send_from_all(server, ledger, BATCHES_EACH))
        assert refusals > SENDERS
        assert peak.risen_bytes() < RISE_BYTES_MAX
        asyncio.run(_check(server, ledger, meter))
        assert server.stop() == 0
    assert ledger.unacknowledged() == []
    ledger.check(stored_events(server.data, tmp_path / "copy"))


async def _send_from_all(server: Server, ledger: Ledger, batches: int) -> int:
    """Send over all connections at once; how many answers were 429."""
    opened = [await Connection.open(server.address) for _ in range(SENDERS)]
    token = await open_session(opened[0])
    work = (_send(one, token, ledger, batches) for one in opened)
    refusals = sum(await asyncio.gather(*work))
    for one in opened:
        await one.close()
    return refusals


async def _send(connection: Connection, token: str, ledger: Ledger, batches: int) -> int:
    refusals = 0
    for _ in range(batches):
        batch = ledger.next_batch(BATCH * 9 // 10)
        while not await _is_taken(connection, token, ledger, batch):
            refusals += 1
    return refusals


async def _is_taken(
    connection: Connection, token: str, ledger: Ledger, batch: list[Sending]
) -> bool:
    answer = await send_batch(connection, token, batch)
    if answer.status == 200:
        ledger.acknowledge_batch(batch)
        return True
    error = answer.body["error"]
    assert (answer.status, error["type"], error["code"]) == (429, "rate_limit", "rate_limit")
    assert answer.headers["stripe-should-retry"] == "true"
    return False


async def _check(server: Server, ledger: Ledger, meter: str) -> None:
    connection = await Connection.open(server.address)
    await check_totals(connection, ledger, meter)
    await connection.close()

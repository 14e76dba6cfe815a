"""Where the disk is full, batches are refused whole, and taken once there is room."""

import asyncio
import random
from pathlib import Path

from tests.crash.audit import all_events, check_log, check_totals
from tests.crash.connection import Answer, Connection
from tests.crash.ledger import Ledger
from tests.crash.sender import BATCH, open_session, send_again, send_batch
from tests.crash.setup import set_up
from tests.crash.stored import stored_events
from tests.hostile.filesystem import FileSystem
from tests.serving import Server

MOVES = {"TAXIMETER_TAIL_EVENTS_MAX": "400"}
BATCHES_MAX = 1_000


async def _send(
    address: str, ledger: Ledger, batches: int, token: str | None = None
) -> Answer | None:
    """Send batches; the answer to the one that was refused, or None."""
    connection = await Connection.open(address)
    token = token or await open_session(connection)
    refused = None
    for _ in range(batches):
        batch = ledger.next_batch(BATCH * 9 // 10)
        answer = await send_batch(connection, token, batch)
        if answer.status != 200:
            refused = answer
            break
        ledger.acknowledge_batch(batch)
    await connection.close()
    return refused


async def _session(address: str) -> str:
    connection = await Connection.open(address)
    token = await open_session(connection)
    await connection.close()
    return token


async def _check(address: str, ledger: Ledger, meter: str) -> None:
    connection = await Connection.open(address)
    await send_again(connection, ledger)
    await check_log(connection, ledger)
    await check_totals(connection, ledger, meter)
    await connection.close()


async def _stored(address: str) -> set[int]:
    connection = await Connection.open(address)
    events = await all_events(connection)
    await connection.close()
    return {int(event["payload"]["number"]) for event in events}


def test_a_full_disk_refuses_batches_whole_and_takes_them_once_there_is_room(
    tmp_path: Path,
) -> None:
    with FileSystem(tmp_path / "disk", size_bytes=12_000_000) as disk:
        data = disk.place / "data"
        with Server(data, environ=MOVES, through=disk.through) as server:
            meter, ledger = set_up(server, random.Random(1))
            assert asyncio.run(_send(server.address, ledger, 10)) is None
            disk.fill(room_bytes=300_000)
            refused = asyncio.run(_send(server.address, ledger, BATCHES_MAX))
            assert refused is not None
            assert (refused.status, refused.headers["stripe-should-retry"]) == (503, "true")
            assert refused.body["error"]["type"] == "api_error"
            assert asyncio.run(_stored(server.address)) == set(ledger.acknowledged)
            disk.empty()
            assert asyncio.run(_send(server.address, ledger, 10)) is None
            asyncio.run(_check(server.address, ledger, meter))
            assert server.stop() == 0
        with Server(data, through=disk.through) as server:
            asyncio.run(_check(server.address, ledger, meter))


def test_while_nothing_can_be_moved_usage_is_taken_and_afterwards_moved(tmp_path: Path) -> None:
    with Server(tmp_path / "data", environ=MOVES) as server:
        meter, ledger = set_up(server, random.Random(2))
    with Server(server.data, environ=MOVES) as server:
        # A move begins with the main file's write-ahead log, and a directory cannot be that.
        in_the_way = server.data / "usage.duckdb.wal"
        in_the_way.mkdir()
        token = asyncio.run(_session(server.address))
        while len(_tails(server.data)) < 7:
            assert asyncio.run(_send(server.address, ledger, 5, token)) is None
        asyncio.run(_check_totals(server.address, ledger, meter))
        in_the_way.rmdir()
        while len(_tails(server.data)) > 4:
            assert asyncio.run(_send(server.address, ledger, 1, token)) is None
        asyncio.run(_check_totals(server.address, ledger, meter))
        assert server.stop() == 0
    ledger.check(stored_events(server.data, tmp_path / "copy"))


async def _check_totals(address: str, ledger: Ledger, meter: str) -> None:
    connection = await Connection.open(address)
    await check_totals(connection, ledger, meter)
    await connection.close()


def _tails(data: Path) -> list[Path]:
    return list(data.glob("usage.tail-*.duckdb"))

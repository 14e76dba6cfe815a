"""A log that cannot be written refuses in Stripe's shape, and forgets nothing it acknowledged."""

import asyncio
import random
import sys
from pathlib import Path

import pytest

from tests.crash.audit import check_log, check_totals
from tests.crash.connection import Answer, Connection
from tests.crash.ledger import EVENT_NAME, Ledger
from tests.crash.sender import EVENTS, send_again
from tests.serving import Server

if sys.platform != "linux":
    pytest.skip("only Linux changes a running process's limits", allow_module_level=True)

import resource

EVENTS_BEFORE = 60
ROOM_BYTES = 20_000


def _allow_files_up_to(size: int, server: Server) -> None:
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def _usage_bytes_max(server: Server) -> int:
    """The size of the usage log's largest file, which no file may then outgrow by much."""
    return max(path.stat().st_size for path in server.data.glob("usage.*duckdb*"))


def _set_up(server: Server) -> tuple[str, Ledger]:
    client = server.client()
    meter = client.v1.billing.meters.create(
        {
            "display_name": "Requests",
            "event_name": EVENT_NAME,
            "default_aggregation": {"formula": "sum"},
        }
    )
    customer = client.v1.customers.create({}).id
    return meter.id, Ledger(customers=[customer], random=random.Random(1))


async def _send(server: Server, ledger: Ledger, *, until_refused: bool) -> Answer | None:
    """Send event after event; the answer that was no 200, or None."""
    connection = await Connection.open(server.address)
    refused = None
    for _ in range(100_000 if until_refused else EVENTS_BEFORE):
        sending = ledger.next()
        answer = await connection.post(EVENTS, sending.form(), sending.headers())
        if answer.status != 200:
            refused = answer
            break
        ledger.acknowledge(sending, answer.body["identifier"])
    await connection.close()
    return refused


async def _check(server: Server, ledger: Ledger, meter: str) -> None:
    connection = await Connection.open(server.address)
    await check_log(connection, ledger)
    await send_again(connection, ledger)
    await check_log(connection, ledger)
    await check_totals(connection, ledger, meter)
    await connection.close()


def test_a_full_disk_refuses_and_is_taken_up_again_once_there_is_room(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        meter, ledger = _set_up(server)
        asyncio.run(_send(server, ledger, until_refused=False))
        _allow_files_up_to(_usage_bytes_max(server) + ROOM_BYTES, server)
        refused = asyncio.run(_send(server, ledger, until_refused=True))
        assert refused is not None
        assert (refused.status, refused.headers["stripe-should-retry"]) == (503, "true")
        assert refused.body["error"]["type"] == "api_error"
        _allow_files_up_to(resource.RLIM_INFINITY, server)
        asyncio.run(_check(server, ledger, meter))
        assert server.stop() == 0
    with Server(server.data) as server:
        asyncio.run(_check(server, ledger, meter))


def test_a_move_that_fails_loses_nothing(tmp_path: Path) -> None:
    moves = {"TAXIMETER_TAIL_EVENTS_MAX": "20"}
    with Server(tmp_path / "data", environ=moves) as server:
        meter, ledger = _set_up(server)
        asyncio.run(_send(server, ledger, until_refused=False))
        _allow_files_up_to(300_000, server)
        refused = asyncio.run(_send(server, ledger, until_refused=True))
        assert refused is not None
        assert (refused.status, refused.headers["stripe-should-retry"]) == (503, "true")
        assert "it will count once" in refused.body["error"]["message"]
        assert server.stop() == 0
    with Server(server.data) as server:
        asyncio.run(_check(server, ledger, meter))


def test_a_kill_on_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    server = Server(tmp_path / "data").start()
    meter, ledger = _set_up(server)
    asyncio.run(_send(server, ledger, until_refused=False))
    _allow_files_up_to(_usage_bytes_max(server) + ROOM_BYTES, server)
    assert asyncio.run(_send(server, ledger, until_refused=True)) is not None
    server.kill()
    with Server(server.data) as server:
        asyncio.run(_check(server, ledger, meter))

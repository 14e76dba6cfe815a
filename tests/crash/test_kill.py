"""Killed at any moment, the server has counted every acknowledged event once, and no other."""

import asyncio
import random
from pathlib import Path

import pytest

from tests.crash.audit import check_identifiers, check_log, check_totals
from tests.crash.connection import Connection
from tests.crash.ledger import Ledger
from tests.crash.sender import record, send_again, send_until_gone
from tests.crash.setup import kill_during_start, set_up
from tests.serving import Server

MOVES_ALL_THE_TIME = {"TAXIMETER_TAIL_EVENTS_MAX": "20"}


def test_20_kills_lose_nothing_and_double_nothing(seed: int, tmp_path: Path) -> None:
    check_kills(20, 400, random.Random(seed), tmp_path / "data")


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_100_kills_lose_nothing_and_double_nothing(seed: int, tmp_path: Path) -> None:
    check_kills(100, 4_000, random.Random(seed), tmp_path / "data")


def check_kills(times: int, answers_max: int, choices: random.Random, data: Path) -> None:
    with Server(data) as server:
        meter, ledger = set_up(server, choices)
    for number in range(times):
        if number % 5 == 4:
            kill_during_start(data, choices)
            continue
        server = Server(data, environ=MOVES_ALL_THE_TIME if number % 2 else {}).start()
        asyncio.run(_check(server.address, ledger, meter, choices))
        answers = choices.choice([1, choices.randint(1, 50), choices.randint(50, answers_max)])
        moment = choices.choice([0, choices.uniform(0, 0.005)])
        asyncio.run(_kill_under_load(server, ledger, answers, moment))
    with Server(data) as server:
        asyncio.run(_check(server.address, ledger, meter, choices))


async def _kill_under_load(server: Server, ledger: Ledger, left: int, moment: float) -> None:
    """Kill a moment after a number of answers, while every connection waits for its next one."""
    loop = asyncio.get_running_loop()

    def acknowledged() -> None:
        nonlocal left
        left -= 1
        if left == 0 and moment == 0:
            server.process.kill()  # at once: an answer that came too early is found out
        elif left == 0:
            loop.call_later(moment, server.process.kill)

    await send_until_gone(server.address, ledger, acknowledged)
    server.kill()


async def _check(address: str, ledger: Ledger, meter: str, choices: random.Random) -> None:
    """Hold a server that was started again against the ledger, then send what was unanswered."""
    connection = await Connection.open(address)
    acknowledged = sorted(ledger.acknowledged)
    sample = choices.sample(acknowledged, min(20, len(acknowledged)))
    # At once, while the identifiers are still being read back.
    for number in sample:
        await record(connection, ledger, ledger.sent[number])
    await check_log(connection, ledger)
    await check_identifiers(connection, ledger, sample)
    await send_again(connection, ledger)
    await check_totals(connection, ledger, meter)
    await connection.close()

"""Killed under a full stream, the server has counted every acknowledged event once."""

import asyncio
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.crash.audit import check_totals
from tests.crash.connection import Connection
from tests.crash.ledger import Ledger
from tests.crash.sender import send_again, send_until_gone, stream_until_gone
from tests.crash.setup import kill_during_start, set_up
from tests.crash.stored import stored_events
from tests.serving import Server

STREAMS = 6
MOVES_ALL_THE_TIME = {"TAXIMETER_TAIL_EVENTS_MAX": "500"}
MOVES_AT_THE_END = {"TAXIMETER_TAIL_EVENTS_MAX": "1000000"}


def test_10_kills_under_a_full_stream(seed: int, tmp_path: Path) -> None:
    check_kills(10, 40, random.Random(seed), tmp_path)


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_100_kills_under_a_full_stream(seed: int, tmp_path: Path) -> None:
    check_kills(100, 60, random.Random(seed), tmp_path)


def check_kills(times: int, answers_max: int, choices: random.Random, folder: Path) -> None:
    data = folder / "data"
    with Server(data) as server:
        meter, ledger = set_up(server, choices)
    for number in range(times):
        settings = MOVES_AT_THE_END if number % 3 == 2 else MOVES_ALL_THE_TIME
        server = Server(data, environ=settings).start()
        asyncio.run(_mend(server.address, ledger, meter))
        end = _end_by_stop_and_kill if number % 4 == 3 else _end_by_kill
        asyncio.run(_load_until_killed(server, ledger, choices, answers_max, end))
        ledger.check(stored_events(data, folder / "copy"))
        if number % 2:
            kill_during_start(data, choices)
            ledger.check(stored_events(data, folder / "copy"))
    with Server(data) as server:
        asyncio.run(_mend(server.address, ledger, meter))
    sys.stdout.write(f"{len(ledger.sent)} events\n")
    assert ledger.unacknowledged() == []
    ledger.check(stored_events(data, folder / "copy"))
    doctor = [sys.executable, "-m", "taximeter", "doctor", "--data", str(data)]
    found = subprocess.run(doctor, capture_output=True, check=False, text=True)
    assert found.returncode == 0, found.stdout + found.stderr


async def _mend(address: str, ledger: Ledger, meter: str) -> None:
    """Send again whatever was not answered; then every total is the ledger's."""
    connection = await Connection.open(address)
    await send_again(connection, ledger)
    await check_totals(connection, ledger, meter)
    await connection.close()


async def _load_until_killed(
    server: Server,
    ledger: Ledger,
    choices: random.Random,
    answers_max: int,
    end: Callable[[Server, random.Random], None],
) -> None:
    """Send by the stream and by v1 at once, and end the server at some moment under that load."""
    left = choices.choice([1, choices.randint(1, answers_max), choices.randint(1, answers_max)])
    moment = choices.choice([0, choices.uniform(0, 0.02)])
    loop = asyncio.get_running_loop()

    def acknowledged() -> None:
        nonlocal left
        left -= 1
        if left == 0 and moment == 0:
            end(server, choices)  # at once: an answer that came too early is found out
        elif left == 0:
            loop.call_later(moment, end, server, choices)

    await asyncio.gather(
        stream_until_gone(server.address, ledger, STREAMS, acknowledged),
        send_until_gone(server.address, ledger, lambda: None, connections=4),
    )
    server.kill()


def _end_by_kill(server: Server, _: random.Random) -> None:
    server.process.kill()


def _end_by_stop_and_kill(server: Server, choices: random.Random) -> None:
    """Tell the server to stop, and kill it somewhere on its way there."""
    server.process.terminate()
    asyncio.get_running_loop().call_later(choices.uniform(0, 0.4), server.process.kill)

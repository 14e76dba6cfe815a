"""Ten thousand connections that do nothing cost little, and the server serves on."""

import shutil
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.hostile.line import GET, Line, event_request
from tests.hostile.memory import Peak, resident_bytes
from tests.hostile.totals import total_now
from tests.serving import Server
from tests.wire.world import create_customer, create_meter, send

if sys.platform == "win32":
    pytest.skip("Windows has no limit of open files to raise", allow_module_level=True)

import resource

WANTED = 10_000
OWN_FILES = 200
FEW_FILES = 700
BYTES_EACH_MAX = 16_000


@pytest.fixture
def connections() -> int:
    """How many connections this machine lets a test open: the wanted ones, or as many as go."""
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most not in (resource.RLIM_INFINITY,):
        raised = min(most, WANTED + OWN_FILES)
    else:
        raised = WANTED + OWN_FILES
    if allowed < raised:
        resource.setrlimit(resource.RLIMIT_NOFILE, (raised, most))
        allowed = raised
    fitting = min(WANTED, allowed - OWN_FILES)
    if fitting < WANTED:
        sys.stdout.write(f"only {fitting} connections fit in the limit of {allowed} open files\n")
    return fitting


def test_idle_connections_cost_little_and_hold_up_nothing(connections: int, tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server, ExitStack() as stack:
        client = server.client()
        meter, customer = create_meter(client), create_customer(client)
        send(client, meter, customer)
        before = resident_bytes(server.process.pid)
        lines = [stack.enter_context(Line(server.address)) for _ in range(connections)]
        lines[0].send(GET)
        lines[-1].send(GET)
        assert (lines[0].answer().status, lines[-1].answer().status) == (200, 200)
        cost = resident_bytes(server.process.pid) - before
        sys.stdout.write(f"{cost / connections:.0f} bytes a connection\n")
        assert cost < connections * BYTES_EACH_MAX
        for number in range(50):
            send(client, meter, customer, "2", identifier=f"meanwhile-{number}")
        assert total_now(client, meter, customer) == 101


def test_connections_over_the_limit_are_turned_away(tmp_path: Path) -> None:
    limits = {"TAXIMETER_CONNECTIONS_MAX": "10"}
    with Server(tmp_path / "data", environ=limits) as server, ExitStack() as stack:
        peak = Peak(server.process.pid)
        lines = [stack.enter_context(Line(server.address)) for _ in range(10)]
        for _ in range(1_000):
            with Line(server.address) as line:
                answer = line.answer()
                assert (answer.status, answer.headers["stripe-should-retry"]) == (429, "true")
                assert line.rest() == b""
        lines[0].send(GET)
        assert lines[0].answer().status == 200
        lines[1].socket.close()
        # A place is free again once the server has seen the end of the connection that had it.
        while True:
            with Line(server.address) as line:
                line.send(GET)
                if line.answer().status == 200:
                    break
        assert peak.risen_bytes() < 16_000_000


@pytest.mark.skipif(shutil.which("prlimit") is None, reason="there is no prlimit to start through")
def test_connections_never_take_the_files_that_the_stores_need(tmp_path: Path) -> None:
    few = ["prlimit", f"--nofile={FEW_FILES}:{FEW_FILES}", "--"]
    moves = {"TAXIMETER_TAIL_EVENTS_MAX": "5"}
    with (
        Server(tmp_path / "data", environ=moves, through=few) as server,
        ExitStack() as stack,
    ):
        client = server.client()
        meter, customer = create_meter(client), create_customer(client)
        lines = [stack.enter_context(Line(server.address)) for _ in range(FEW_FILES)]
        assert lines[-1].answer().status == 429
        lines[0].send(GET)
        assert lines[0].answer().status == 200
        for number in range(60):
            with Line(server.address) as another:
                assert another.answer().status == 429
            lines[0].send(event_request(meter, customer, f"few-{number}"))
            assert lines[0].answer().status == 200

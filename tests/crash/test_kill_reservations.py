"""Killed while reservations are made and settled, the server still admits no more than the limit.

Workers reserve units, and send the events that settle some of them, until the server is killed.
What they were told is held against what the server says after its next start; what they were not
told they ask for again, and learn.
"""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path

import pytest

from tests.crash.setup import set_up
from tests.serving import Server
from tests.wire.limits import AUTHORIZE, EVENTS, asked_for, usage_limit
from tests.wire.plain import request

WORKERS = 6
ANSWERS_MAX = 150


def test_3_kills_among_reservations(seed: int, tmp_path: Path) -> None:
    check_kills(3, random.Random(seed), tmp_path / "data")


@pytest.mark.soak
@pytest.mark.timeout(1_800)
def test_30_kills_among_reservations(seed: int, tmp_path: Path) -> None:
    check_kills(30, random.Random(seed), tmp_path / "data")


def check_kills(times: int, choices: random.Random, data: Path) -> None:
    with Server(data) as server:
        meter, ledger = set_up(server, choices)
        limit = times * ANSWERS_MAX // 3
        usage_limit(server, meter, str(limit))
    callers = Callers(ledger.customers[0], choices)
    for _ in range(times):
        server = Server(data).start()
        callers.check(server.address, limit)
        callers.work_until_killed(server)
    with Server(data) as server:
        callers.check(server.address, limit)
    assert callers.settled, "the test has shown nothing where nothing was settled"


class Callers:
    """Who reserves and settles, and what they know."""

    def __init__(self, customer: str, choices: random.Random) -> None:
        self._customer = customer
        self._choices = choices
        self._lock = threading.Lock()
        self._left = 0
        self.held: set[str] = set()
        self.settled: set[str] = set()
        self._keys: set[str] = set()
        self._sent: set[str] = set()

    def check(self, address: str, limit: int) -> None:
        """Compare what the server says with what was told, before and after asking again."""
        used, reserved = self._state(address)
        assert used + reserved <= limit
        assert used >= len(self.settled)
        assert used + reserved >= len(self.held) + len(self.settled)
        for id in sorted(self._sent):
            self._settle(address, id)
        for key in sorted(self._keys):
            self._reserve(address, key)
        assert self._state(address) == (len(self.settled), len(self.held))

    def work_until_killed(self, server: Server) -> None:
        """Reserve and settle at once, and kill the server at some moment under that load."""
        self._left = self._choices.randint(1, ANSWERS_MAX)
        seeds = [self._choices.random() for _ in range(WORKERS)]
        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(lambda seed: self._work(server, random.Random(seed)), seeds))
        server.kill()

    def _work(self, server: Server, choices: random.Random) -> None:
        try:
            while True:
                id = self._reserve(server.address, f"key {choices.random()}")
                self._answered(server)
                if id is not None and choices.random() < 0.5:
                    self._settle(server.address, id)
                    self._answered(server)
        except (OSError, HTTPException):
            return

    def _answered(self, server: Server) -> None:
        with self._lock:
            self._left -= 1
            if self._left == 0:
                server.process.kill()

    def _reserve(self, address: str, key: str) -> str | None:
        self._keys.add(key)
        body = asked_for("requests", self._customer, "1", expires_in="3600")
        answer = request(address, "POST", AUTHORIZE, body=body, headers={"Idempotency-Key": key})
        assert answer.status == 200, answer.body
        with self._lock:
            self._keys.remove(key)
            made = answer.json()["reservation"]
            if made is None:
                return None
            self.held.add(made["id"])
            return str(made["id"])

    def _settle(self, address: str, id: str) -> None:
        self._sent.add(id)
        body = {**asked_for("requests", self._customer, "1"), "identifier": id}
        answer = request(address, "POST", EVENTS, body=body)
        assert answer.status == 200 or b"already exists" in answer.body, answer.body
        with self._lock:
            self._sent.remove(id)
            self.held.remove(id)
            self.settled.add(id)

    def _state(self, address: str) -> tuple[int, int]:
        body = asked_for("requests", self._customer, "0")
        (state,) = request(address, "POST", AUTHORIZE, body=body).json()["limits"]
        return state["used"], state["reserved"]

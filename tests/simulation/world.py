"""A seeded world: the real application, a clock that only moves when told, and what must be true.

Every choice comes from one generator, so a seed is a bug report.
"""

import random
import threading
from contextlib import ExitStack
from pathlib import Path

from taximeter.app.server import open_app
from taximeter.environments import create_key
from taximeter.kit.clock import SteppingClock
from taximeter.settings import Settings
from tests.oracle.memory import Memory
from tests.oracle.worked import MIDNIGHT_US
from tests.simulation.client import Answer, Call, Client
from tests.simulation.expected import Environment, Sent
from tests.simulation.failing import Trouble

TEST_KEY = "sk_test_simulation"
TAIL_EVENTS_MAX = 7
"""So few that tails are moved all the time."""


class Kept:
    """What the world has done and may do again."""

    def __init__(self) -> None:
        self.number = 0
        self.identifiers: list[str] = []
        self.sent: list[Sent] = []
        self.creations: list[tuple[Call, int, object]] = []
        self.session: tuple[str, int] | None = None

    def fresh(self, what: str) -> str:
        """A name that was never used before."""
        self.number += 1
        return f"{what}-{self.number}"


class World:
    """One server over one data directory, and what each of its environments must answer."""

    def __init__(self, data: Path, *, seed: int, trouble_share: float = 0.0) -> None:
        self.rng = random.Random(seed)
        self.clock = SteppingClock(MIDNIGHT_US + self.rng.randrange(86_400_000_000))
        self.trouble = Trouble(random.Random(seed + 1))
        self.history: list[str] = []
        self._share = trouble_share
        self._data = data
        self._open = ExitStack()
        usage = Memory()
        self.environments = [
            Environment(id=2, key=TEST_KEY, usage=usage),
            Environment(id=1, key="", usage=usage),
        ]
        self.kept = {1: Kept(), 2: Kept()}
        self.client: Client

    def open(self) -> None:
        """Start the server."""
        settings = Settings(log_threads=1, key_cache_seconds=0, tail_events_max=TAIL_EVENTS_MAX)
        self.trouble.share = self._share
        app = self._open.enter_context(
            open_app(self._data, settings=settings, clock=self.clock, dev=True)
        )
        if self._share or self.rng.random() < 0.5:
            self._wait_for_identifiers()
        live = self.environments[1]
        if not live.key:
            with app.services.records.writing() as unit:
                (owner,) = (one for one in unit.environments.environments() if one.livemode)
                new = create_key(store=unit.environments, environment=owner, name="", now=0)
            live.key = new.secret
        self.client = Client(app.asgi)
        self._open.callback(self.client.close)

    def _wait_for_identifiers(self) -> None:
        """Whether the log was read back before the first request is then the same every time."""
        for thread in threading.enumerate():
            if thread.name == "rebuild identifiers":
                thread.join()

    def close(self) -> None:
        """Stop the server."""
        self._open.close()

    def restart(self) -> None:
        """Stop the server and start it again on the same directory."""
        self.note("restart")
        self.close()
        self.open()

    def now(self) -> int:
        """The present in Unix seconds."""
        return self.clock.now_us() // 1_000_000

    def note(self, what: str) -> None:
        """Remember a step, for whoever reads about a seed that failed."""
        self.history.append(f"{self.clock.now_us()} {what}")

    def call(self, call: Call) -> Answer | None:
        """Make one request; None where the log failed and the caller was told so."""
        failures = self.trouble.failures
        answer = self.client.call(call)
        asked = call.params if call.content is None else call.content
        self.note(f"{call.method} {call.path} {asked!r} {call.idempotency_key} {answer}")
        if self.trouble.failures == failures:
            assert answer.status < 500, answer
            return answer
        error = answer.body["error"]
        assert (answer.status, error["type"]) == (503, "api_error"), answer
        code = {"code"} if call.content is not None else set()
        assert set(error) == {"type", "message"} | code, answer
        assert answer.headers["stripe-should-retry"] == "true", answer
        return None

"""A server on a clock that only moves when told to: the real application behind a real socket."""

import asyncio
import socket
import threading
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import stripe
import uvicorn

from taximeter.app.server import App, open_app
from taximeter.cli.server import bind
from taximeter.environments import NewKey, create_key, find_environment
from taximeter.kit.clock import MICROSECONDS, SteppingClock
from taximeter.settings import Settings
from tests.serving import TEST_KEY

NOON = 1_790_078_400
"""2026-09-22 12:00:00 UTC, where every clock here starts."""


class _Server(uvicorn.Server):
    """A server that says when it serves."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.serving = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.serving.set()


class ClockedServer:
    """`open_app` in development mode, served by this process; leaving the block stops it."""

    def __init__(
        self,
        data: Path,
        settings: Settings | None = None,
        *,
        later: int = 0,
        clock: SteppingClock | None = None,
    ) -> None:
        self.data = data
        self._settings = settings or Settings()
        self._stack = ExitStack()
        self.clock = clock or SteppingClock((NOON + later) * MICROSECONDS)
        self.address = ""
        self.app: App

    def now(self) -> int:
        """Return the clock's time in Unix seconds."""
        return self.clock.now_us() // MICROSECONDS

    def run_due(self) -> None:
        """Do everything that is due by now, and let every test clock arrive."""
        self.app.runner.run_due()

    def client(self, key: str = TEST_KEY) -> stripe.StripeClient:
        """Return the official SDK, pointed here."""
        return stripe.StripeClient(
            key, base_addresses={"api": self.address, "meter_events": self.address}
        )

    def create_key(self, environment: str) -> NewKey:
        """Make a key that opens an environment; a sandbox is added where it is missing."""
        with self.app.services.records.writing() as unit:
            store = unit.environments
            opened = find_environment(store=store, name=environment)
            if opened is None:
                opened = store.add_environment(environment)
            return create_key(store=store, environment=opened, name="wire", now=self.now())

    def revoke_key(self, id: str) -> bool:
        """Close a key for good."""
        with self.app.services.records.writing() as unit:
            return unit.environments.revoke_key(id, revoked_at=self.now())

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            listener = stack.enter_context(bind("127.0.0.1", 0))
            self.app = stack.enter_context(
                open_app(self.data, settings=self._settings, clock=self.clock, dev=True)
            )
            server = _Server(
                uvicorn.Config(
                    self.app.asgi, http="httptools", lifespan="off", log_config=None, ws="none"
                )
            )
            thread = threading.Thread(
                target=lambda: asyncio.run(server.serve(sockets=[listener])), name="clocked server"
            )
            thread.start()
            stack.callback(thread.join)
            stack.callback(setattr, server, "should_exit", True)
            assert server.serving.wait(30), "the server did not start"
            self.address = f"http://127.0.0.1:{listener.getsockname()[1]}"
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

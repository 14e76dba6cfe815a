"""A real server for tests: its own process, its own data directory, a real socket."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import stripe

TEST_KEY = "sk_test_BQokikJOvBiI2HlWgH4olfQ2"
STOP_SECONDS_MAX = 60


class Server:
    """`taximeter serve --dev` over a data directory; leaving the block stops it.

    `through` is a command that starts the server's, and becomes it.
    """

    def __init__(
        self,
        data: Path,
        *,
        dev: bool = True,
        environ: dict[str, str] | None = None,
        through: Sequence[str] = (),
    ) -> None:
        self.data = data
        self._through = through
        self._dev = dev
        self._environ = {**os.environ, **(environ or {})}
        self.process: subprocess.Popen[str]
        self.address = ""

    def start(self) -> Self:
        """Start, and return once requests are served."""
        command = [sys.executable, "-m", "taximeter", "serve", "--data", str(self.data)]
        self.process = subprocess.Popen(
            [*self._through, *command, "--port", "0", *(["--dev"] if self._dev else [])],
            stdout=subprocess.PIPE,
            text=True,
            env={**self._environ, "PYTHONUNBUFFERED": "1"},
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"http://[^\s,]+", line)
        assert found is not None, f"the server did not start: {line!r}"
        self.address = found[0].rstrip(".")
        return self

    def stop(self) -> int:
        """Stop as Ctrl-C does, and return the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self._ended()

    def kill(self) -> None:
        """Stop as a power cut does."""
        self.process.kill()
        self._ended()

    def _ended(self) -> int:
        code = self.process.wait(STOP_SECONDS_MAX)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def client(self, key: str = TEST_KEY) -> stripe.StripeClient:
        """Return the official SDK, pointed here."""
        return stripe.StripeClient(
            key, base_addresses={"api": self.address, "meter_events": self.address}
        )

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.stop()

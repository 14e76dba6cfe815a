"""The real server in a process of its own, and load on it from another."""

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from benchmarks.scale import Scale

KEY = "sk_test_benchmark"
STOP_SECONDS_MAX = 60


class Served(msgspec.Struct, frozen=True):
    address: str
    pid: int


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """What the load generator saw: latencies in seconds."""

    requests: int
    refused: int
    seconds: float
    p50: float
    p95: float
    p99: float

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


@contextmanager
def served(data: Path, command: Sequence[str] | None = None) -> Iterator[Served]:
    """Serve a data directory; `command` starts another server, which prints its address first."""
    own = [sys.executable, "-m", "taximeter", "serve", "--data", str(data), "--port", "0", "--dev"]
    with subprocess.Popen(command or own, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = re.search(r"http://[^\s,]+", process.stdout.readline())
        assert found is not None, "the server did not start"
        try:
            yield Served(found[0].rstrip("."), process.pid)
        finally:
            process.terminate()
            process.wait(STOP_SECONDS_MAX)


def load(address: str, scale: Scale, *, connections: int, customers: int) -> Measured:
    """Send single events over many connections for as long as the scale says."""
    command = [sys.executable, "-m", "benchmarks.load", address]
    options = (connections, scale.load_seconds, scale.warm_up_seconds, customers)
    run = subprocess.run(
        [*command, *map(str, options)], check=True, stdout=subprocess.PIPE, text=True, timeout=600
    )
    return msgspec.json.decode(run.stdout, type=Measured)

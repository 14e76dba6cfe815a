"""The real server in a process of its own, and load on it from another."""

import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from time import perf_counter, sleep

import msgspec

from benchmarks.scale import Scale

KEY = "sk_test_benchmark"
START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 60


class Served(msgspec.Struct, frozen=True):
    """A running server, and the processes that it cannot do without."""

    address: str
    pid: int
    beside: tuple[int, ...] = ()


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
def served(
    data: Path,
    command: Sequence[str] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    beside: tuple[int, ...] = (),
) -> Iterator[Served]:
    """Serve a data directory; `command` starts another server, which prints its address first."""
    own = [sys.executable, "-m", "taximeter", "serve", "--data", str(data), "--port", "0", "--dev"]
    with subprocess.Popen(
        command or own,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **(environ or {})},
    ) as process:
        assert process.stdout is not None
        found = re.search(r"http://[^\s,]+", process.stdout.readline())
        assert found is not None, "the server did not start"
        address = found[0].rstrip(".")
        try:
            _wait_until_served(address, process)
            yield Served(address, process.pid, beside)
        finally:
            process.terminate()
            process.wait(STOP_SECONDS_MAX)


def _wait_until_served(address: str, process: "subprocess.Popen[str]") -> None:
    """Return when requests are answered; some servers print their address before they are."""
    health, end = f"{address}/healthz", perf_counter() + START_SECONDS_MAX
    while process.poll() is None and perf_counter() < end:
        with suppress(OSError), urllib.request.urlopen(health) as answer:  # noqa: S310 - it is our own server
            answer.read()
            return
        sleep(0.01)
    raise RuntimeError(f"nothing is served on {address}")


def load(address: str, scale: Scale, *, connections: int, customers: int) -> Measured:
    """Send single events over many connections for as long as the scale says."""
    command = [sys.executable, "-m", "benchmarks.load", address]
    options = (connections, scale.load_seconds, scale.warm_up_seconds, customers)
    run = subprocess.run(
        [*command, *map(str, options)], check=True, stdout=subprocess.PIPE, text=True, timeout=600
    )
    return msgspec.json.decode(run.stdout, type=Measured)

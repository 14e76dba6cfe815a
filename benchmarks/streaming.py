"""A stream of events against a running server, and what the server used for it."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import median

import msgspec

from benchmarks.generator.plan import Plan, Seen, Shape
from benchmarks.processes import cpu_seconds
from benchmarks.scale import Scale
from benchmarks.served import KEY, Served
from benchmarks.table import milliseconds, whole

_LATE_SECONDS_MAX = 300
"""What a generator may need beyond its plan, for answers that a server owes."""


class Streamed(msgspec.Struct, frozen=True):
    """One run: what the generator saw, and the processor time of the server's processes."""

    seen: Seen
    server_cpu_seconds: float

    @property
    def server_us_per_event(self) -> float:
        """Return the server's microseconds for an event, warm-up included."""
        return self.server_cpu_seconds * 1e6 / max(1, self.seen.sent)


def plan(
    server: Served,
    scale: Scale,
    *,
    shape: Shape,
    seconds: float | None = None,
    events_per_second: float | None = None,
) -> Plan:
    """Return what the generator is to do at this scale; a rate makes the loop an open one."""
    return Plan(
        address=server.address,
        key=KEY,
        shape=shape,
        connections=scale.connections,
        seconds=scale.load_seconds if seconds is None else seconds,
        warm_up_seconds=scale.warm_up_seconds,
        events_per_second=events_per_second,
    )


def stream(server: Served, plan: Plan) -> Streamed:
    """Run a plan to its end."""
    before = cpu_seconds(server.pid, *server.beside)
    with streaming(plan) as running:
        seen = running.seen(plan.warm_up_seconds + plan.seconds)
    return Streamed(seen, cpu_seconds(server.pid, *server.beside) - before)


class Running:
    """A generator at work."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process

    def stop(self) -> Seen:
        """End the plan here."""
        assert self._process.poll() is None, "the load ended before what was measured beside it"
        self._process.terminate()
        return self.seen(0)

    def seen(self, seconds: float) -> Seen:
        """Wait for a plan that takes so long."""
        output, _ = self._process.communicate(timeout=seconds + _LATE_SECONDS_MAX)
        assert self._process.returncode == 0, "the load generator failed; its reason stands above"
        return msgspec.json.decode(output, type=Seen)


@contextmanager
def streaming(plan: Plan) -> Iterator[Running]:
    """Run a plan beside the block, which is entered once it sends; its end kills what is left."""
    command = [sys.executable, "-m", "benchmarks.generator", msgspec.json.encode(plan).decode()]
    # Unbuffered: what stands behind the first line is left for whoever waits for the end.
    with subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=0) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            yield Running(process)
        finally:
            process.kill()


HEAD = ("events/s", "range", "p50", "p95", "p99", "refused", "server", "generator")


def cells(runs: Sequence[Streamed]) -> list[object]:
    """Return the columns of `HEAD`: medians over runs, processor time in µs an event."""
    rates = [one.seen.per_second for one in runs]
    return [
        whole(median(rates)),
        f"{whole(min(rates))}-{whole(max(rates))}",
        *(
            milliseconds(median(getattr(one.seen, name) for one in runs))
            for name in ("p50", "p95", "p99")
        ),
        sum(one.seen.refused for one in runs),
        f"{median(one.server_us_per_event for one in runs):.2f} µs",
        f"{median(one.seen.cpu_us_per_event for one in runs):.2f} µs",
    ]

"""The same application under uvicorn and under Granian, on the single-event path.

Granian is no dependency; `.venv/bin/python -m pip install granian` brings it.
"""

import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from benchmarks.aims import Held
from benchmarks.scale import Scale
from benchmarks.served import Measured, load, served
from benchmarks.stored import copied
from benchmarks.table import milliseconds, print_table, whole

GRANIAN = ("granian-st", "granian-mt")


def run(scale: Scale) -> list[Held]:
    servers = ["uvicorn"]
    if find_spec("granian") is None:
        print("Granian is not installed: `.venv/bin/python -m pip install granian` brings it.")
    else:
        servers += GRANIAN
    runs: dict[str, list[Measured]] = {server: [] for server in servers}
    # In turns, so that a change on the machine meets all of them.
    for _ in range(scale.repeats):
        for server in servers:
            with (
                copied(0, scale.customers) as data,
                served(data, _command(server, data)) as running,
            ):
                runs[server].append(
                    load(running.address, scale, connections=64, customers=scale.busy_customers)
                )
    print_table(
        f"v1 single events at 64 connections, {scale.load_seconds:g} s a run, medians of "
        f"{scale.repeats}, the servers in turns",
        ["server", "requests/s", "range", "p50", "p95", "p99", "refused"],
        [_row(server, measured) for server, measured in runs.items()],
    )
    return []


def _command(server: str, data: Path) -> Sequence[str] | None:
    if server == "uvicorn":
        return None
    return [sys.executable, "-m", "benchmarks.http_app", server, str(data)]


def _row(server: str, runs: Sequence[Measured]) -> list[object]:
    rates = [one.per_second for one in runs]
    latencies = ([getattr(one, name) for one in runs] for name in ("p50", "p95", "p99"))
    return [
        server,
        whole(median(rates)),
        f"{whole(min(rates))}-{whole(max(rates))}",
        *(milliseconds(median(values)) for values in latencies),
        sum(one.refused for one in runs),
    ]

"""Starting on a full data directory: how soon it serves, and what it holds then and later."""

from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

from benchmarks.aims import Held
from benchmarks.processes import memory_mb, peak_memory_mb, wait_until_idle
from benchmarks.scale import Scale
from benchmarks.served import served
from benchmarks.stored import bytes_on_disk, copied
from benchmarks.table import megabytes, print_table

SERVING_SECONDS_MAX = 5
IDLE_MB_MAX = 250


class Settled(NamedTuple):
    """A start followed to its end: seconds until all is read back, and memory in MB."""

    seconds: float
    first_mb: float
    rest_mb: float
    peak_mb: float


def run(scale: Scale) -> list[Held]:
    rows, serving = [], 0.0
    empty_mb = 0.0
    for stored in (0, *scale.stored_events):
        with copied(stored, scale.customers) as data:
            size = bytes_on_disk(data)
            serving = median(_serving_seconds(data) for _ in range(scale.repeats))
            settled = _settled(data)
        if not stored:
            empty_mb = settled.rest_mb
        rows.append(
            [
                f"{stored:,}",
                f"{serving:.2f} s",
                f"{settled.seconds:.1f} s",
                *map(megabytes, settled[1:]),
                f"{size / 1e6:,.1f} MB",
                f"{size / stored:.0f}" if stored else "",
            ]
        )
    print_table(
        f"restart after a clean end, the first answer a median of {scale.repeats}; memory then, "
        "once identifiers are read back, and at its peak meanwhile",
        [
            "stored events",
            "serving after",
            "read back after",
            "memory at first",
            "at rest",
            "peak",
            "on disk",
            "bytes/event",
        ],
        rows,
    )
    return [
        Held(
            f"restart with {scale.stored_events[-1]:,} events",
            f"serving in < {SERVING_SECONDS_MAX} s",
            f"{serving:.2f} s",
            serving < SERVING_SECONDS_MAX,
        ),
        Held(
            "memory, idle, nothing stored",
            f"< {IDLE_MB_MAX} MB",
            megabytes(empty_mb),
            empty_mb < IDLE_MB_MAX,
        ),
    ]


def _serving_seconds(data: Path) -> float:
    begin = perf_counter()
    with served(data):
        return perf_counter() - begin


def _settled(data: Path) -> Settled:
    begin = perf_counter()
    with served(data) as server:
        serving, first_mb = perf_counter() - begin, memory_mb(server.pid)
        seconds = serving + wait_until_idle(server.pid)
        return Settled(seconds, first_mb, memory_mb(server.pid), peak_memory_mb(server.pid))

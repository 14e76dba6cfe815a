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


class Start(NamedTuple):
    """One start: seconds until the first answer and until all is read back, and memory in MB."""

    serving: float
    settled: float
    serving_mb: float
    settled_mb: float
    peak_mb: float


def run(scale: Scale) -> list[Held]:
    rows, starts = [], list[Start]()
    empty_mb = 0.0
    for stored in (0, *scale.stored_events):
        with copied(stored, scale.customers) as data:
            size = bytes_on_disk(data)
            starts = [_start(data) for _ in range(scale.repeats)]
        middle = Start(*(median(values) for values in zip(*starts, strict=True)))
        if not stored:
            empty_mb = middle.settled_mb
        rows.append(
            [
                f"{stored:,}",
                f"{middle.serving:.2f} s",
                f"{middle.settled:.1f} s",
                *map(megabytes, middle[2:]),
                f"{size / 1e6:,.1f} MB",
                f"{size / stored:.0f}" if stored else "",
            ]
        )
    print_table(
        f"restart after a clean end, medians of {scale.repeats}; memory at the first answer, once "
        "identifiers are read back, and at its peak",
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
    serving = median(start.serving for start in starts)
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


def _start(data: Path) -> Start:
    begin = perf_counter()
    with served(data) as server:
        serving, serving_mb = perf_counter() - begin, memory_mb(server.pid)
        settled = serving + wait_until_idle(server.pid)
        return Start(
            serving, settled, serving_mb, memory_mb(server.pid), peak_memory_mb(server.pid)
        )

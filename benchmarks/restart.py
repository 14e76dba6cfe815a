"""Starting on a full data directory: how soon it serves, and what it holds by then."""

import urllib.request
from pathlib import Path
from statistics import median
from time import perf_counter, sleep, time_ns

from benchmarks.machine import memory_mb
from benchmarks.scale import Scale
from benchmarks.served import served
from benchmarks.stored import copied
from benchmarks.table import print_table
from taximeter.app import open_stores
from taximeter.ingest.identifiers import Deduplicator
from taximeter.settings import Settings


def run(scale: Scale) -> None:
    rows = []
    for events in (0, *scale.stored_events):
        with copied(events, scale.customers) as data:
            size = (data / "usage.duckdb").stat().st_size
            starts = [_start(data) for _ in range(scale.repeats)]
            rebuilds = [_rebuild(data) for _ in range(scale.repeats)]
            rows.append(
                [
                    f"{events:,}",
                    f"{median(seconds for seconds, _ in starts):.2f} s",
                    f"{median(rebuilds):.1f} s",
                    f"{median(memory for _, memory in starts):.0f} MB",
                    f"{size / 1e6:,.1f} MB",
                    f"{size / events:.0f}" if events else "",
                ]
            )
    print_table(
        f"restart after a clean end, medians of {scale.repeats}; targets: serving in < 5 s at "
        "100 M, < 250 MB idle",
        [
            "stored events",
            "serving after",
            "identifiers read in",
            "memory then",
            "on disk",
            "bytes/event",
        ],
        rows,
    )


def _start(data: Path) -> tuple[float, float]:
    """Seconds until the first answer, and the memory held once everything is read back."""
    begin = perf_counter()
    with served(data) as server:
        health = f"{server.address}/healthz"
        with urllib.request.urlopen(health) as answer:  # noqa: S310 - the address is our own server's
            answer.read()
        took = perf_counter() - begin
        _wait_until_settled(server.pid)
        return took, memory_mb(server.pid)


def _wait_until_settled(pid: int) -> None:
    """Return once the process has stopped using the processor: its identifiers are read."""
    used = -1
    while (now := _ticks(pid)) != used:
        used = now
        sleep(0.5)


def _ticks(pid: int) -> int:
    stat = Path(f"/proc/{pid}/stat")
    if not stat.is_file():
        return 0
    fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _rebuild(data: Path) -> float:
    settings = Settings()
    with open_stores(data, settings) as stores:
        deduplicator = Deduplicator(log=stores.usage_log, settings=settings)
        begin = perf_counter()
        deduplicator.rebuild(now_us=time_ns() // 1_000)
        return perf_counter() - begin

"""Side by side with what a team writes first: FastAPI and PostgreSQL, under the same load.

Both get the same bodies from the same generator, in turns; both answer once an event is on disk.
"""

import asyncio
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version as package_version
from importlib.util import find_spec
from time import time_ns
from typing import NamedTuple
from urllib.parse import urlencode

from benchmarks.aims import Held
from benchmarks.baseline.cluster import WANTED, Cluster, cluster, programs, version
from benchmarks.generator.plan import Shape
from benchmarks.processes import family_memory_mb, wait_until_idle
from benchmarks.reads import Reader, summaries_path
from benchmarks.scale import Scale
from benchmarks.served import Served, served
from benchmarks.stored import DAYS, EVENT_NAME, bytes_on_disk, copied, customer_id, kept
from benchmarks.streaming import HEAD, Streamed, cells, plan, stream
from benchmarks.table import megabytes, milliseconds, percentile, print_table
from taximeter.kit.periods import DAY_SECONDS, ceil_us

WORKERS = (1, 2)
_EVERY_SECONDS = 0.05


class Month(NamedTuple):
    """What is asked for: a customer's days, between two moments in seconds."""

    customer: str
    start: int
    end: int


class Side(NamedTuple):
    """One of the compared, and what was measured of it."""

    name: str
    serve: Callable[[], AbstractContextManager[Served]]
    path: Callable[[Month], str]
    bytes_per_event: float
    streamed: list[Streamed]
    memory: list[float]
    reads: list[float]


def missing() -> str | None:
    """Return what has to be installed first, or None."""
    extra = all(find_spec(name) is not None for name in ("asyncpg", "fastapi"))
    return None if extra and programs() is not None else WANTED


def run(scale: Scale) -> list[Held]:
    lacking = missing()
    if lacking is not None:
        print(f"\nbaseline skipped: {lacking}.")
        return []
    packages = (f"{name} {package_version(name)}" for name in ("fastapi", "asyncpg"))
    print(f"\n{version()}, {', '.join(packages)}")
    with cluster() as postgres:
        rows = [
            _row(stored, side)
            for stored in (0, scale.baseline_events)
            for side in _measured(postgres, stored, scale)
        ]
    print_table(
        f"the same stream in turns, {scale.load_seconds:g} s a run, medians of {scale.repeats}; "
        f"memory: all processes, shared pages once; read: a customer's {DAYS} days by day, at rest",
        ["stored events", "server", *HEAD, "memory", "bytes/event", "read p50", "read p99"],
        rows,
    )
    return []


def _row(stored: int, side: Side) -> list[object]:
    return [
        f"{stored:,}",
        side.name,
        *cells(side.streamed),
        megabytes(max(side.memory)),
        f"{side.bytes_per_event:.0f}" if stored else "",
        *(milliseconds(percentile(side.reads, share)) if stored else "" for share in (0.5, 0.99)),
    ]


def _measured(postgres: Cluster, stored: int, scale: Scale) -> list[Side]:
    sides = [_ours(stored, scale), *_theirs(postgres, stored, scale)]
    for _ in range(scale.repeats):
        for side in sides:
            with side.serve() as server:
                wait_until_idle(server.pid, *server.beside)
                if stored:
                    side.reads.extend(_months(server, side.path, scale))
                load = plan(server, scale, shape=Shape(customers=scale.customers))
                side.streamed.append(stream(server, load))
                side.memory.append(family_memory_mb(server.pid, *server.beside))
    return sides


def _months(server: Served, path: Callable[[Month], str], scale: Scale) -> list[float]:
    choices = random.Random(1)
    end = ceil_us(time_ns() // 1_000, "day") // 1_000_000

    def ask() -> str:
        customer = customer_id(choices.randrange(scale.customers))
        return path(Month(customer, end - DAYS * DAY_SECONDS, end))

    reader = Reader(server.address)
    took = reader.timed(ask, scale.reads, every_seconds=_EVERY_SECONDS)
    reader.close()
    return took


def _ours(stored: int, scale: Scale) -> Side:
    @contextmanager
    def serve() -> Iterator[Served]:
        with copied(stored, scale.customers) as data, served(data) as server:
            yield server

    size = bytes_on_disk(kept(stored, scale.customers)) / max(1, stored)
    return Side("Taximeter", serve, lambda month: summaries_path(*month, "day"), size, [], [], [])


def _theirs(postgres: Cluster, stored: int, scale: Scale) -> list[Side]:
    # Only here: neither is installed where the baseline is skipped.
    from benchmarks.baseline import tables

    size = asyncio.run(tables.fill(postgres.url, events=stored, customers=scale.customers))

    @contextmanager
    def serve(workers: int) -> Iterator[Served]:
        if not stored:
            asyncio.run(tables.empty(postgres.url))
        command = [sys.executable, "-m", "benchmarks.baseline.service", str(workers), postgres.url]
        with served(postgres.folder, command, beside=(postgres.pid,)) as server:
            yield server

    def path(month: Month) -> str:
        start, end = (datetime.fromtimestamp(moment, UTC) for moment in month[1:])
        asked = {"event_name": EVENT_NAME, "customer": month.customer, "start": start, "end": end}
        return f"/usage?{urlencode(asked)}"

    return [
        Side(
            f"FastAPI + PostgreSQL, {workers} worker{'s' if workers > 1 else ''}",
            partial(serve, workers),
            path,
            size,
            [],
            [],
            [],
        )
        for workers in WORKERS
    ]

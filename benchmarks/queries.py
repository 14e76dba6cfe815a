"""Totals read back: a customer's month by day and an hour over HTTP, everyone's within the program.

A month is read at rest and beside a stream at a fixed rate. Everyone's totals are no request of the
API; they are what closes a period, and are read where that is done.
"""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter, sleep, time_ns
from typing import NamedTuple

from benchmarks.aims import Held
from benchmarks.generator.plan import Shape
from benchmarks.processes import wait_until_idle
from benchmarks.reads import Reader, summaries_path
from benchmarks.scale import Scale
from benchmarks.served import Served, served
from benchmarks.stored import DAYS, METER, copied, customer_id
from benchmarks.streaming import plan, streaming
from benchmarks.table import milliseconds, percentile, print_table, whole
from taximeter.app.stores import open_stores
from taximeter.environments import TEST, find_environment
from taximeter.kit.periods import DAY_SECONDS, ceil_us
from taximeter.settings import Settings
from taximeter.usage.reader import UsageQuery

BY_DAY, ONE_HOUR = "one customer, 30 days by day", "one customer, one hour"
EVERYONE = "every customer's total, 30 days"
IDLE = "idle"
IDLE_SECONDS_MAX, BUSY_SECONDS_MAX, EVERYONE_SECONDS_MAX = 0.025, 0.060, 0.300
_EVERY_SECONDS = 0.05
_EVERYONES_SHARE = 20
_BESIDE_SECONDS_MAX = 600
"""The stream beside the reads is stopped when they are over, long before this."""
_HOUR_SECONDS = 3_600


class Asked(NamedTuple):
    """A question, what went on beside it, and how long each answer took."""

    what: str
    beside: str
    took: list[float]


def run(scale: Scale) -> list[Held]:
    rows: list[list[object]] = []
    asked: list[Asked] = []
    end = ceil_us(time_ns() // 1_000, "day") // 1_000_000
    for stored in (0, *scale.stored_events):
        with copied(stored, scale.customers) as data:
            with served(data) as server:
                wait_until_idle(server.pid)
                asked = list(_over_http(server, scale, end))
            asked.append(Asked(EVERYONE, IDLE, _everyone(data, scale, end)))
        rows += [
            [
                f"{stored:,}",
                one.what,
                one.beside,
                *(milliseconds(percentile(one.took, share)) for share in (0.5, 0.99)),
                milliseconds(max(one.took)),
                len(one.took),
            ]
            for one in asked
        ]
    print_table(
        f"totals over {DAYS} days of {scale.customers:,} customers",
        ["stored events", "question", "beside", "p50", "p99", "longest", "reads"],
        rows,
    )
    by_day = [one for one in asked if one.what == BY_DAY]
    idle, busy = (percentile(one.took, 0.99) for one in by_day)
    (everyone,) = (percentile(one.took, 0.5) for one in asked if one.what == EVERYONE)
    size = f"at {scale.stored_events[-1]:,} stored events"
    return [
        Held(
            f"{BY_DAY}, {size}, idle",
            f"p99 < {milliseconds(IDLE_SECONDS_MAX)}",
            milliseconds(idle),
            idle < IDLE_SECONDS_MAX,
        ),
        Held(
            f"the same while {scale.beside_per_second:,} events/s come in",
            f"p99 < {milliseconds(BUSY_SECONDS_MAX)}",
            f"{milliseconds(busy)} beside {by_day[-1].beside}",
            busy < BUSY_SECONDS_MAX,
        ),
        Held(
            f"totals of {scale.customers:,} customers {size}",
            f"< {milliseconds(EVERYONE_SECONDS_MAX)}",
            milliseconds(everyone),
            everyone < EVERYONE_SECONDS_MAX,
        ),
    ]


def _over_http(server: Served, scale: Scale, end: int) -> Iterator[Asked]:
    reader = Reader(server.address)
    questions = _questions(scale.customers, end)

    def ask(beside: str) -> Iterator[Asked]:
        for what, question in questions.items():
            times = reader.timed(question, scale.reads, every_seconds=_EVERY_SECONDS)
            yield Asked(what, beside, times)

    yield from ask(IDLE)
    load = plan(
        server,
        scale,
        shape=Shape(customers=scale.customers),
        seconds=_BESIDE_SECONDS_MAX,
        events_per_second=scale.beside_per_second,
    )
    with streaming(load) as running:
        sleep(2 * scale.warm_up_seconds)
        busy = list(ask("busy"))
        rate = running.stop().per_second
    yield from (one._replace(beside=f"{whole(rate)} events/s") for one in busy)
    reader.close()


def _questions(customers: int, end: int) -> dict[str, Callable[[], str]]:
    choices = random.Random(1)
    start = end - DAYS * DAY_SECONDS

    def customer() -> str:
        return customer_id(choices.randrange(customers))

    def by_day() -> str:
        return summaries_path(customer(), start, end, "day")

    def one_hour() -> str:
        hour = start + choices.randrange(DAYS * 24) * _HOUR_SECONDS
        return summaries_path(customer(), hour, hour + _HOUR_SECONDS)

    return {BY_DAY: by_day, ONE_HOUR: one_hour}


def _everyone(data: Path, scale: Scale, end: int) -> list[float]:
    with open_stores(data, Settings()) as stores:
        with stores.records.reading() as unit:
            environment = find_environment(store=unit.environments, name=TEST)
            assert environment is not None
            meter = unit.meters.get(environment.id, METER)
        assert meter is not None
        query = UsageQuery(
            meter=meter,
            start_us=(end - DAYS * DAY_SECONDS) * 1_000_000,
            end_us=end * 1_000_000,
            by_customer=True,
        )
        took = []
        for _ in range(max(3, scale.reads // _EVERYONES_SHARE)):
            begin = perf_counter()
            stores.reader.totals(query)
            took.append(perf_counter() - begin)
    return took

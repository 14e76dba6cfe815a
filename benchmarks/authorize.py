"""Check before use: how long an answer takes, at rest and beside a stream at a fixed rate.

Every customer has a hard limit on usage, so that each question needs a live total. The customers of
the stream are those that are asked about: their totals move with every commit.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from decimal import Decimal
from functools import partial
from pathlib import Path
from time import sleep
from typing import NamedTuple

from benchmarks.aims import Held
from benchmarks.generator.plan import Shape
from benchmarks.processes import wait_until_idle
from benchmarks.reads import Reader, timed_requests
from benchmarks.scale import Scale
from benchmarks.served import Served, served
from benchmarks.stored import EVENT_NAME, METER, copied, customer_id
from benchmarks.streaming import plan, streaming
from benchmarks.table import milliseconds, percentile, print_table, whole
from taximeter.alerts.alert import Alert, UsageThreshold
from taximeter.app.stores import open_stores
from taximeter.environments import TEST, find_environment
from taximeter.settings import Settings

PATH = "/v1/billing/meter_events/authorize"
IDLE = "idle"
FIRST, AGAIN, RESERVED = "first of its customer", "a question", "with a reservation"
SECONDS_MAX = 0.010
CONNECTIONS = 4
_EVERY_SECONDS = 0.02
"""Between two questions on one connection."""

_BESIDE_SECONDS_MAX = 600
_LIMIT = Decimal(10**12)


class Asked(NamedTuple):
    """A kind of question, what went on beside it, and how long each answer took."""

    what: str
    beside: str
    took: list[float]


def run(scale: Scale) -> list[Held]:
    stored = scale.stored_events[0]
    with copied(stored, scale.customers) as data:
        _limit_everyone(data)
        with served(data) as server:
            wait_until_idle(server.pid)
            asked = [*_ask(server, scale, beside=False), *_ask(server, scale, beside=True)]
    print_table(
        f"may this customer use more? {stored:,} events stored, {CONNECTIONS} connections, "
        f"{CONNECTIONS / _EVERY_SECONDS:g} questions a second",
        ["question", "beside", "answers", "p50", "p99", "longest"],
        [
            [
                one.what,
                one.beside,
                f"{len(one.took):,}",
                *(milliseconds(percentile(one.took, share)) for share in (0.5, 0.99)),
                milliseconds(max(one.took)),
            ]
            for one in asked
        ],
    )
    return [
        Held(
            f"authorize, {one.what}, {one.beside}",
            f"p99 < {milliseconds(SECONDS_MAX)}",
            milliseconds(percentile(one.took, 0.99)),
            percentile(one.took, 0.99) < SECONDS_MAX,
        )
        for one in asked
        if one.what != FIRST
    ]


def _limit_everyone(data: Path) -> None:
    with open_stores(data, Settings()) as stores, stores.records.writing() as unit:
        environment = find_environment(store=unit.environments, name=TEST)
        assert environment is not None, "the test environment is always there"
        unit.alerts.add(
            Alert(
                id="alrt_test_bench",
                environment=environment.id,
                created=0,
                title="limit",
                alert_type="usage_threshold",
                active_since_us=0,
                after_seq=0,
                usage_threshold=UsageThreshold(meter=METER, gte=_LIMIT, recurrence="one_time"),
                hard_limit=True,
            )
        )


def _ask(server: Served, scale: Scale, *, beside: bool) -> Iterator[Asked]:
    with ExitStack() as stack:
        told = IDLE
        if beside:
            load = plan(
                server,
                scale,
                shape=Shape(customers=scale.busy_customers),
                seconds=_BESIDE_SECONDS_MAX,
                events_per_second=scale.beside_per_second,
            )
            stack.enter_context(streaming(load))
            sleep(2 * scale.warm_up_seconds)
            told = f"{whole(scale.beside_per_second)} events/s"
        else:
            yield Asked(FIRST, told, _first(server, scale))
        anyone = random.Random(1)
        for what, held in ((AGAIN, {}), (RESERVED, {"reservation[expires_in]": "60"})):

            def question(params: Mapping[str, str] = held) -> dict[str, str]:
                return {**_question(anyone.randrange(scale.busy_customers)), **params}

            yield Asked(what, told, _timed(server, question, scale.trials))


def _question(customer: int) -> dict[str, str]:
    return {
        "event_name": EVENT_NAME,
        "payload[stripe_customer_id]": customer_id(customer),
        "payload[value]": "1",
    }


def _first(server: Served, scale: Scale) -> list[float]:
    """Ask about every customer for the first time; those that are not timed come afterwards."""
    reader, everyone = Reader(server.address), iter(range(scale.busy_customers))
    took = timed_requests(
        lambda: reader.post(PATH, _question(next(everyone))),
        scale.reads,
        every_seconds=CONNECTIONS * _EVERY_SECONDS,
    )
    for customer in everyone:
        reader.post(PATH, _question(customer))
    reader.close()
    return took


def _post(reader: Reader, question: Callable[[], dict[str, str]]) -> bytes:
    return reader.post(PATH, question())


def _timed(server: Served, question: Callable[[], dict[str, str]], times: int) -> list[float]:
    """Ask on all connections at even intervals, and return how long each answer took."""
    readers = [Reader(server.address) for _ in range(CONNECTIONS)]
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        waiting = [
            pool.submit(
                timed_requests,
                partial(_post, reader, question),
                times // CONNECTIONS,
                every_seconds=_EVERY_SECONDS,
            )
            for reader in readers
        ]
        took = [one for done in waiting for one in done.result()]
    for reader in readers:
        reader.close()
    return took

"""The writer without HTTP: checked events straight into it, onto a real file."""

import itertools
import secrets
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from time import perf_counter, time_ns

from benchmarks.scale import Scale
from benchmarks.stored import CUSTOMER, EVENT_NAME, copied
from benchmarks.table import milliseconds, percentile, print_table, spread
from taximeter.app import open_stores
from taximeter.ingest.event import MeterEvent, Origin
from taximeter.ingest.identifiers import Deduplicator
from taximeter.ingest.writer import Writer
from taximeter.kit.clock import SystemClock
from taximeter.settings import Settings

BATCHES = (1, 100, 1_000, 5_000)


def event(number: int, run: str, customers: int) -> MeterEvent:
    identity = f"{run}{number:016x}"
    customer = CUSTOMER.format(number % customers)
    return MeterEvent(
        environment=2,
        meter="mtr_test_bench",
        event_name=EVENT_NAME,
        customer=customer,
        identifier=identity,
        timestamp_us=time_ns() // 1_000_000_000 * 1_000_000,
        value=Decimal("1.25"),
        value_text=None,
        dimensions="[]",
        rollup="sum",
        payload=f'{{"stripe_customer_id":"{customer}","value":"1.25"}}',
        origin=Origin(identity, number),
    )


def batches(size: int, customers: int) -> Iterator[list[MeterEvent]]:
    run = secrets.token_hex(8)
    for first in itertools.count(0, size):
        yield [event(number, run, customers) for number in range(first, first + size)]


def measure(data: Path, size: int, scale: Scale) -> tuple[float, list[float]]:
    """Events a second, and how long each batch took until it was durable."""
    settings = Settings()
    with open_stores(data, settings) as stores:
        deduplicator = Deduplicator(log=stores.usage_log, settings=settings)
        deduplicator.rebuild(now_us=time_ns() // 1_000)
        writer = Writer(
            log=stores.usage_log,
            deduplicator=deduplicator,
            clock=SystemClock(),
            settings=settings,
        )
        writer.start()
        source, took = batches(size, scale.customers), list[float]()
        while sum(took) < scale.writer_seconds:
            batch = next(source)
            begin = perf_counter()
            writer.submit(batch).result()
            took.append(perf_counter() - begin)
        writer.close()
    return size * len(took) / sum(took), took


def run(scale: Scale) -> None:
    rows = []
    for stored in (0, *scale.stored_events):
        for size in BATCHES:
            rates, took = [], list[float]()
            for _ in range(scale.repeats):
                with copied(stored, scale.customers) as data:
                    rate, some = measure(data, size, scale)
                rates.append(rate)
                took += some
            rows.append(
                [f"{stored:,}", f"{size:,}", spread(rates)]
                + [milliseconds(percentile(took, share)) for share in (0.5, 0.99)]
            )
    print_table(
        f"the writer alone, one batch after the other, {scale.writer_seconds:g} s a run, medians "
        f"of {scale.repeats} (range)",
        ["stored events", "batch", "events/s", "batch p50", "batch p99"],
        rows,
    )

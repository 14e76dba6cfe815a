"""Totals read back: one customer's month by day, one hour, every customer; idle and under load."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from time import perf_counter, time_ns

import msgspec

from benchmarks.scale import Scale
from benchmarks.stored import CUSTOMER, DAYS, copied
from benchmarks.table import milliseconds, percentile, print_table
from benchmarks.writer_alone import batches
from taximeter.app import Stores, open_stores
from taximeter.environments import TEST, find_environment
from taximeter.ingest.identifiers import Deduplicator
from taximeter.ingest.writer import Writer
from taximeter.kit.clock import SystemClock
from taximeter.kit.periods import DAY_SECONDS, ceil_us, window_us
from taximeter.meters import Meter
from taximeter.settings import Settings
from taximeter.usage.reader import UsageQuery

INGESTED_PER_SECOND = 5_000
_BATCH = 100


@contextmanager
def ingesting(stores: Stores, customers: int) -> Iterator[None]:
    """Record events beside whatever is done in the block, in batches at an even pace."""
    settings = Settings()
    deduplicator = Deduplicator(log=stores.usage_log, settings=settings)
    deduplicator.rebuild(now_us=time_ns() // 1_000)
    writer = Writer(
        log=stores.usage_log, deduplicator=deduplicator, clock=SystemClock(), settings=settings
    )
    writer.start()
    done = threading.Event()

    def record() -> None:
        source, due = batches(_BATCH, customers), perf_counter()
        while not done.wait(max(0.0, due - perf_counter())):
            writer.submit(next(source)).result()
            due += _BATCH / INGESTED_PER_SECOND

    thread = threading.Thread(target=record)
    thread.start()
    yield
    done.set()
    thread.join()
    writer.close()


def questions(meter: Meter, customers: int) -> dict[str, tuple[int, Callable[[], UsageQuery]]]:
    """What is asked, by name: every how many reads, and how a query for somebody is made."""
    choices = random.Random(1)
    end = ceil_us(time_ns() // 1_000, "day")
    month = UsageQuery(meter=meter, start_us=end - DAYS * DAY_SECONDS * 1_000_000, end_us=end)
    hours = DAYS * 24

    def by_day() -> UsageQuery:
        return msgspec.structs.replace(
            month, customer=CUSTOMER.format(choices.randrange(customers)), window="day"
        )

    def one_hour() -> UsageQuery:
        start = month.start_us + choices.randrange(hours) * window_us("hour")
        return msgspec.structs.replace(
            by_day(), start_us=start, end_us=start + window_us("hour"), window=None
        )

    return {
        "one customer, 30 days by day": (1, by_day),
        "one customer, one hour": (1, one_hour),
        "every customer's total, 30 days": (
            20,
            lambda: msgspec.structs.replace(month, by_customer=True),
        ),
    }


def run(scale: Scale) -> None:
    rows = []
    for events in scale.stored_events:
        with copied(events, scale.customers) as data, open_stores(data, Settings()) as stores:
            meter = _meter(stores)
            for busy in (False, True):
                beside = ingesting(stores, scale.customers) if busy else nullcontext()
                with beside:
                    for name, (share, ask) in questions(meter, scale.customers).items():
                        took = _read(stores, ask, max(2, scale.reads // share))
                        rows.append(
                            [
                                f"{events:,}",
                                name,
                                f"{INGESTED_PER_SECOND:,} events/s" if busy else "idle",
                                *(milliseconds(percentile(took, share)) for share in (0.5, 0.99)),
                                len(took),
                            ]
                        )
    print_table(
        f"summaries over {DAYS} days of {scale.customers:,} customers",
        ["stored events", "question", "beside", "p50", "p99", "reads"],
        rows,
    )


def _meter(stores: Stores) -> Meter:
    with stores.records.reading() as unit:
        environment = find_environment(store=unit.environments, name=TEST)
        assert environment is not None
        meter = unit.meters.get(environment.id, "mtr_test_bench")
    assert meter is not None
    return meter


def _read(stores: Stores, ask: Callable[[], UsageQuery], times: int) -> list[float]:
    took = []
    stores.reader.totals(ask())
    for _ in range(times):
        query = ask()
        begin = perf_counter()
        stores.reader.totals(query)
        took.append(perf_counter() - begin)
    return took

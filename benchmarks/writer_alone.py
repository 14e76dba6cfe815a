"""The writer without HTTP: checked batches straight into it, onto a real file, one by one."""

import itertools
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, time_ns

import msgspec
import numpy as np

from benchmarks.aims import Held
from benchmarks.scale import Scale
from benchmarks.stored import EVENT_NAME, copied, customer_id
from benchmarks.table import milliseconds, percentile, print_table, spread
from taximeter.app.stores import open_stores
from taximeter.environments import TEST, find_environment
from taximeter.ingest.batch import Batch, SentBatch
from taximeter.ingest.check_batch import check_batch
from taximeter.ingest.directory import Directory
from taximeter.ingest.identifiers import Deduplicator
from taximeter.ingest.writer import Writer
from taximeter.kit.clock import SystemClock
from taximeter.settings import Settings

BATCHES = (1, 100, 1_000, 5_000)


class Writing(msgspec.Struct, frozen=True, kw_only=True):
    """A running writer, and batches without end for it."""

    writer: Writer
    directory: Directory
    environment: int
    customers: int

    def batches(self, size: int) -> Iterator[Batch]:
        settings, choices = Settings(), np.random.default_rng(1)
        for _ in itertools.count():
            now_us = time_ns() // 1_000
            numbers = choices.integers(self.customers, size=size).tolist()
            sent = SentBatch(
                event_names=[EVENT_NAME] * size,
                payloads=[
                    {"stripe_customer_id": customer_id(number), "value": "1.25"}
                    for number in numbers
                ],
                identifiers=[secrets.token_hex(16) for _ in numbers],
                timestamps_us=np.full(size, now_us),
            )
            yield check_batch(
                sent,
                environment=self.environment,
                directory=self.directory,
                now_us=now_us,
                settings=settings,
            )

    def commits(self, size: int, seconds: float) -> list[float]:
        """Commit batch after batch for so long; how long each took until it was durable."""
        source, took = self.batches(size), list[float]()
        while sum(took) < seconds:
            batch = next(source)
            begin = perf_counter()
            self.writer.submit((batch,)).result()
            took.append(perf_counter() - begin)
        return took


@contextmanager
def writing(data: Path, settings: Settings, customers: int) -> Iterator[Writing]:
    """Open a data directory and run the writer over it; its identifiers are read back first."""
    with open_stores(data, settings) as stores:
        with stores.records.reading() as unit:
            environment = find_environment(store=unit.environments, name=TEST)
        assert environment is not None
        deduplicator = Deduplicator(log=stores.usage_log, settings=settings)
        deduplicator.rebuild(now_us=time_ns() // 1_000)
        writer = Writer(
            log=stores.usage_log, deduplicator=deduplicator, clock=SystemClock(), settings=settings
        )
        writer.start()
        parts = Writing(
            writer=writer,
            directory=Directory(
                reading=stores.records.reading, customers_max=settings.customer_cache_entries_max
            ),
            environment=environment.id,
            customers=customers,
        )
        try:
            parts.commits(1, seconds=0.001)  # the first commit makes the first tail
            yield parts
        finally:
            writer.close()


def run(scale: Scale) -> list[Held]:
    rows = []
    for stored in (0, *scale.stored_events):
        with (
            copied(stored, scale.customers) as data,
            writing(data, Settings(), scale.customers) as parts,
        ):
            for size in BATCHES:
                runs = [parts.commits(size, scale.writer_seconds) for _ in range(scale.repeats)]
                took = [one for some in runs for one in some]
                rows.append(
                    [
                        f"{stored:,}",
                        f"{size:,}",
                        spread([size * len(some) / sum(some) for some in runs]),
                        *(milliseconds(percentile(took, share)) for share in (0.5, 0.99)),
                        milliseconds(max(took)),
                    ]
                )
    print_table(
        f"the writer alone, one batch after the other, {scale.writer_seconds:g} s a run, medians "
        f"of {scale.repeats} (range)",
        ["stored events", "batch", "events/s", "batch p50", "batch p99", "longest"],
        rows,
    )
    return []

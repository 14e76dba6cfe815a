"""What writes usage in bulk, without a server."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from taximeter.app.stores import Stores, open_stores
from taximeter.ingest.directory import Directory
from taximeter.ingest.identifiers import Deduplicator
from taximeter.ingest.writer import Writer
from taximeter.kit.clock import Clock, SystemClock
from taximeter.settings import Settings


class Ingest(msgspec.Struct, frozen=True, kw_only=True):
    """What writes usage into a data directory, without a server."""

    stores: Stores
    writer: Writer
    directory: Directory
    clock: Clock
    settings: Settings


@contextmanager
def open_ingest(data: Path, *, settings: Settings, clock: Clock | None = None) -> Iterator[Ingest]:
    """Open a data directory for writing usage in bulk; every identifier is known from the start.

    Leaving the block commits what waits and closes the stores. Raises StoreUnusable, SettingError,
    LogFailed.
    """
    clock = clock or SystemClock()
    with open_stores(data, settings) as stores:
        deduplicator = Deduplicator(log=stores.usage_log, settings=settings)
        deduplicator.rebuild(now_us=clock.now_us())
        writer = Writer(
            log=stores.usage_log, deduplicator=deduplicator, clock=clock, settings=settings
        )
        writer.start()
        try:
            yield Ingest(
                stores=stores,
                writer=writer,
                directory=Directory(
                    reading=stores.records.reading,
                    customers_max=settings.customer_cache_entries_max,
                ),
                clock=clock,
                settings=settings,
            )
        finally:
            writer.close()

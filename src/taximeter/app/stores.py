"""The stores of a data directory, opened and closed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from taximeter.settings import SettingError, Settings
from taximeter.storage.directory import DataDirectory, DirectoryHeld
from taximeter.storage.duckdb.audit import DuckAudit
from taximeter.storage.duckdb.database import UsageDatabase
from taximeter.storage.duckdb.log import DuckLog
from taximeter.storage.duckdb.reader import DuckReader
from taximeter.storage.duckdb.rejections import DuckRejections
from taximeter.storage.duckdb.watches import DuckWatches
from taximeter.storage.migrations import StoreUnusable
from taximeter.storage.records.database import RecordsDatabase

__all__ = ["DirectoryHeld", "StoreUnusable", "Stores", "open_records", "open_stores"]


class Stores(msgspec.Struct, frozen=True, kw_only=True):
    """The open stores of a data directory."""

    records: RecordsDatabase
    usage_log: DuckLog
    reader: DuckReader
    rejections: DuckRejections
    audit: DuckAudit
    watches: DuckWatches


@contextmanager
def open_records(data: Path) -> Iterator[RecordsDatabase]:
    """Open the records alone, which may be done beside a running server.

    A new directory is given both of its stores, since one alone counts as damage. Raises
    StoreUnusable.
    """
    path = DataDirectory(data).records
    if not path.exists():
        with open_stores(data, Settings()):
            pass
    records = RecordsDatabase.open_sqlite(path)
    try:
        yield records
    finally:
        records.close()


@contextmanager
def open_stores(data: Path, settings: Settings) -> Iterator[Stores]:
    """Hold a data directory and open both of its stores.

    Raises StoreUnusable, and SettingError for a backend that this version does not have.
    """
    for name, url in (("USAGE", settings.usage_url), ("RECORDS", settings.records_url)):
        if url is not None:
            raise SettingError(
                f"TAXIMETER_{name}_URL is set, but this version keeps everything in its data "
                "directory. Unset it."
            )
    with DataDirectory(data) as directory:
        records = RecordsDatabase.open_sqlite(directory.records)
        try:
            if records.holds_meters() and not directory.usage.exists():
                raise directory.missing(directory.usage)
            usage = UsageDatabase.open(directory.usage, settings)
            try:
                yield Stores(
                    records=records,
                    usage_log=DuckLog(usage),
                    reader=DuckReader(usage),
                    rejections=DuckRejections(usage),
                    audit=DuckAudit(usage),
                    watches=DuckWatches(usage),
                )
            finally:
                usage.close()
        finally:
            records.close()

"""Every backend of every storage protocol, by name: a new one is one more line here."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import msgspec

from taximeter.alerts.watches import Watches
from taximeter.ingest.log import UsageLog
from taximeter.reports.reader import RejectionReader
from taximeter.settings import Settings
from taximeter.storage.duckdb.database import UsageDatabase
from taximeter.storage.duckdb.log import DuckLog
from taximeter.storage.duckdb.reader import DuckReader
from taximeter.storage.duckdb.rejections import DuckRejections
from taximeter.storage.duckdb.watches import DuckWatches
from taximeter.storage.records.database import RecordsDatabase
from taximeter.usage.reader import UsageReader
from tests.oracle.memory import Memory, MemoryLog, MemoryReader
from tests.oracle.rejections import MemoryRejections
from tests.oracle.watches import MemoryWatches


class Usage(msgspec.Struct, frozen=True):
    """An open usage store."""

    log: UsageLog
    reader: UsageReader
    rejections: RejectionReader
    watches: Watches


@contextmanager
def open_duckdb(folder: Path) -> Iterator[Usage]:
    """The embedded usage store in a folder."""
    database = UsageDatabase.open(folder / "usage.duckdb", Settings())
    try:
        yield Usage(
            DuckLog(database),
            DuckReader(database),
            DuckRejections(database),
            DuckWatches(database),
        )
    finally:
        database.close()


@contextmanager
def open_memory(_: Path) -> Iterator[Usage]:
    """The oracle, held to the same promises as what is compared with it."""
    memory = Memory()
    yield Usage(
        MemoryLog(memory), MemoryReader(memory), MemoryRejections(memory), MemoryWatches(memory)
    )


@contextmanager
def open_sqlite(folder: Path) -> Iterator[RecordsDatabase]:
    """The embedded records in a folder."""
    database = RecordsDatabase.open_sqlite(folder / "records.sqlite3")
    try:
        yield database
    finally:
        database.close()


OpenUsage = Callable[[Path], AbstractContextManager[Usage]]
OpenRecords = Callable[[Path], AbstractContextManager[RecordsDatabase]]

USAGE: dict[str, OpenUsage] = {"duckdb": open_duckdb, "memory": open_memory}
DURABLE_USAGE: dict[str, OpenUsage] = {"duckdb": open_duckdb}
RECORDS: dict[str, OpenRecords] = {"sqlite": open_sqlite}

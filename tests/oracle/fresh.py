"""A usage log of its own for every example: the real store, in a folder that goes with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from taximeter.settings import Settings
from taximeter.storage.duckdb.database import UsageDatabase


@contextmanager
def fresh_database() -> Iterator[UsageDatabase]:
    """An empty log with the newest schema; nothing is moved unless the test settles it."""
    with TemporaryDirectory(prefix="taximeter-") as folder:
        settings = Settings(tail_events_max=1_000_000)
        database = UsageDatabase.open(Path(folder) / "usage.duckdb", settings)
        try:
            yield database
        finally:
            database.close()

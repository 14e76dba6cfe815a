"""A usage log in memory on the real engine, for tests that need a new one for every example."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from taximeter.storage.duckdb.database import UsageDatabase
from taximeter.storage.duckdb.schema import MIGRATIONS


@contextmanager
def fresh_database() -> Iterator[UsageDatabase]:
    """An empty log with the newest schema; how files are opened is shown in `tests/contract`."""
    connection = duckdb.connect(":memory:", config={"threads": "2"})
    for migration in MIGRATIONS:
        for statement in migration.statements:
            connection.execute(statement)
    database = UsageDatabase(connection)
    try:
        yield database
    finally:
        database.close()

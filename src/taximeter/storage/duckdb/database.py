"""Opening the usage log's file, and a cursor for every thread that reads it."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from taximeter.settings import Settings
from taximeter.storage.duckdb.rollups import Rollups
from taximeter.storage.duckdb.schema import MIGRATIONS
from taximeter.storage.duckdb.sources import Sources
from taximeter.storage.duckdb.tails import Tails
from taximeter.storage.migrations import Applied, Migration, StoreUnusable, migrate

Config = dict[str, str | bool | int | float | list[str]]


class Place:
    """Where a commit goes; whoever appends notes what it has added."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.rows = 0
        self.last_seq = 0


class UsageDatabase:
    """One open log; readers and the writer share it, each on a cursor of its own."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, tails: Tails) -> None:
        """Wrap an open connection and its tails."""
        self._connection = connection
        self._tails = tails
        self._local = threading.local()

    @classmethod
    def open(cls, path: Path, settings: Settings) -> "UsageDatabase":
        """Open the file, creating it where it is missing, and bring its schema up to date.

        Raises StoreUnusable when the file is held by another process, damaged, or newer than this
        program.
        """
        config: Config = {
            "threads": str(settings.log_threads),
            "memory_limit": settings.log_memory,
            # The thread that moves tails asks for checkpoints; a commit never waits for one.
            "checkpoint_threshold": "1TB",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "preserve_insertion_order": "true",
        }
        try:
            if not path.exists():
                _create(path, config)
            connection = duckdb.connect(str(path), config=config)
        except (duckdb.ConnectionException, duckdb.InvalidInputException) as error:
            raise StoreUnusable(f"The usage log {path} cannot be opened: {error}") from None
        except duckdb.IOException as error:
            raise StoreUnusable(_why_unopened(path, str(error))) from None
        except duckdb.Error as error:
            raise StoreUnusable(damaged(path, str(error))) from None
        # Else every tail would be compressed when it is let go of, only to be deleted.
        connection.execute("PRAGMA disable_checkpoint_on_shutdown")
        try:
            migrate(_DuckLedger(connection), MIGRATIONS, store=f"usage log {path}")
            tails = Tails(connection, path, tail_events_max=settings.tail_events_max)
        except duckdb.Error as error:
            connection.close()
            raise StoreUnusable(damaged(path, str(error))) from None
        except StoreUnusable:
            connection.close()
            raise
        return cls(connection, tails)

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Return the calling thread's cursor."""
        cursor: duckdb.DuckDBPyConnection | None = getattr(self._local, "cursor", None)
        if cursor is None:
            cursor = self._local.cursor = self._connection.cursor()
        return cursor

    @contextmanager
    def reading(self) -> Iterator[Sources]:
        """Read from these sources; they stay what they are until the block is left."""
        with self._tails.reading() as sources:
            yield sources

    @contextmanager
    def appending(self, cursor: duckdb.DuckDBPyConnection) -> Iterator[Place]:
        """Append within one transaction; when the block is left the rows are on disk."""
        tail = self._tails.active(cursor)
        place = Place(f"{tail.name}.")
        cursor.execute("BEGIN")
        try:
            yield place
            cursor.execute("COMMIT")
        except BaseException:
            with suppress(duckdb.Error):  # the first error is the one to tell
                cursor.execute("ROLLBACK")
            raise
        self._tails.committed(tail, rows=place.rows, last_seq=place.last_seq)

    @contextmanager
    def standing(self) -> Iterator[Rollups]:
        """Look at the rollups, or make them anew, while nothing is moved."""
        with self._tails.standing() as rollups:
            yield rollups

    def settle(self) -> None:
        """Move everything into the main file; nobody may write meanwhile."""
        self._tails.settle()

    def close(self) -> None:
        """Write everything into the main file and close it."""
        self._tails.close()
        self._connection.close()


def _create(path: Path, config: Config) -> None:
    """Make an empty file beside its place and move it there whole: a kill leaves no half of one."""
    new = path.with_name(path.name + ".new")
    for leftover in (new, new.with_name(new.name + ".wal")):
        leftover.unlink(missing_ok=True)
    duckdb.connect(str(new), config=config).close()
    new.replace(path)


def _why_unopened(path: Path, error: str) -> str:
    if "lock" in error:
        return (
            f"The usage log {path} is in use by another process. Stop that process, or serve "
            "another directory with --data."
        )
    if "newer" in error or "version number" in error:
        return (
            f"The usage log {path} was written by a newer DuckDB than this program carries. "
            "Upgrade Taximeter, or serve another data directory."
        )
    return damaged(path, error)


def damaged(path: Path, error: str) -> str:
    """Say in a sentence that the log cannot be read, and what to do."""
    first_line = error.strip().splitlines()[0] if error.strip() else "no reason given"
    return (
        f"The usage log {path} is damaged ({first_line}). Restore the data directory from a "
        "backup, or move it away to start with an empty one."
    )


class _DuckLedger:
    """The migrations that a usage log has had."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def applied(self) -> Sequence[Applied]:
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations (number INTEGER NOT NULL, "
            "name VARCHAR NOT NULL, checksum VARCHAR NOT NULL)"
        )
        rows = self._connection.execute(
            "SELECT number, checksum FROM schema_migrations ORDER BY number"
        ).fetchall()
        return [Applied(*row) for row in rows]

    def apply(self, migration: Migration) -> None:
        self._connection.execute("BEGIN")
        for statement in migration.statements:
            self._connection.execute(statement)
        self._connection.execute(
            "INSERT INTO schema_migrations VALUES (?, ?, ?)",
            [migration.number, migration.name, migration.checksum],
        )
        self._connection.execute("COMMIT")

"""The data directory: who holds it, and whether it is whole."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from taximeter.storage.migrations import StoreUnusable

LOCK_NAME = "lock"
USAGE_NAME = "usage.duckdb"
RECORDS_NAME = "records.sqlite3"


class DirectoryHeld(StoreUnusable):
    """Another process holds the data directory."""


class DataDirectory:
    """A directory that one process holds at a time."""

    def __init__(self, path: Path) -> None:
        """Name a directory; nothing is touched before `hold`."""
        self.path = path
        self.usage = path / USAGE_NAME
        self.records = path / RECORDS_NAME
        self._lock: IO[str] | None = None

    def hold(self) -> Self:
        """Take the directory for this process, creating it where it is missing.

        Raises DirectoryHeld when another process holds it, and StoreUnusable when it or a store
        in it cannot be written, or when it has usage without records.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = (self.path / LOCK_NAME).open("a+", encoding="utf-8")
        except OSError as error:
            reason = "it is a file" if isinstance(error, FileExistsError) else error.strerror
            raise StoreUnusable(
                f"The data directory {self.path} cannot be used ({reason}). Choose another "
                "with --data, or correct its permissions."
            ) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            raise DirectoryHeld(
                f"The data directory {self.path} is in use by process {holder}. Stop that process, "
                "or serve another directory with --data."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock
        for store in (self.usage, self.records):
            if store.exists() and not os.access(store, os.R_OK | os.W_OK):
                self.release()
                raise StoreUnusable(f"The file {store} cannot be written. Correct its permissions.")
        if self.usage.exists() and not _holds_something(self.records):
            self.release()
            raise self.missing(self.records)
        return self

    def missing(self, store: Path) -> StoreUnusable:
        """Say that one of the two stores is gone."""
        return StoreUnusable(
            f"The data directory {self.path} is damaged: {store.name} is missing. Restore it "
            "from a backup; without it, usage and records no longer belong together."
        )

    def release(self) -> None:
        """Let the directory go."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def __enter__(self) -> Self:
        """Hold the directory for the length of a block."""
        return self.hold()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let the directory go."""
        self.release()


def _holds_something(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0

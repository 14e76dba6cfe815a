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

        Raises StoreUnusable when another process holds it, when it cannot be written, or when one
        of its two stores is missing.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = (self.path / LOCK_NAME).open("a+", encoding="utf-8")
        except OSError as error:
            raise StoreUnusable(
                f"The data directory {self.path} cannot be used ({error.strerror}). Choose another "
                "with --data, or correct its permissions."
            ) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            raise StoreUnusable(
                f"The data directory {self.path} is in use by process {holder}. Stop that process, "
                "or serve another directory with --data."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock
        self._check_whole()
        return self

    def _check_whole(self) -> None:
        if self.usage.exists() == self.records.exists():
            return
        missing = self.records if self.usage.exists() else self.usage
        self.release()
        raise StoreUnusable(
            f"The data directory {self.path} is damaged: {missing.name} is missing. Restore it "
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

"""The file of rejected rows: the input's format, and the reasons beside each row."""

import hashlib
from pathlib import Path
from typing import IO

import msgspec
import xxhash

from taximeter.imports.rows import FileRefused, FormatName


class NotWritten(Exception):
    """What an import has to note cannot be written; the message names the file."""


class RejectedMark(msgspec.Struct, frozen=True, kw_only=True):
    """The file as an import left it, by which a later one knows that nobody has changed it.

    The hash is of all of it, and there once the import is complete.
    """

    path: str
    size: int
    hash: str | None = None


class RejectedFile:
    """Written row by row; it exists only if there are rejected rows."""

    def __init__(self, path: Path, head: bytes) -> None:
        """Name the file and what it begins with; nothing is touched yet."""
        self.path = path
        self._head = head
        self._file: IO[bytes] | None = None

    def claim(self, mark: RejectedMark | None, *, resume: bool) -> None:
        """Take the file over from an earlier import of the same rows, or make sure it is new.

        With `resume` the rows that the mark covers are kept. Raises FileRefused for a file that
        is somebody else's, or that was changed: there may be corrections in it.
        """
        if not self.path.exists():
            return
        if not self._is_ours(mark):
            raise FileRefused(
                f"the file for its rejected rows, {self.path}, exists already. Import or remove "
                "that file first, or name another with --rejected"
            )
        if mark is not None and mark.size and resume:
            with self.path.open("r+b") as file:
                file.truncate(mark.size)
        else:
            self.path.unlink()

    def _is_ours(self, mark: RejectedMark | None) -> bool:
        if mark is None or mark.path != str(self.path.resolve()):
            return False
        if mark.hash is not None:
            return _hash(self.path) == mark.hash
        # A kill may have come between a row and its checkpoint.
        return self.path.stat().st_size >= mark.size

    def write(self, rows: bytes) -> None:
        """Append rows. Raises NotWritten."""
        try:
            if self._file is None:
                self._file = self.path.open("ab")
                if not self._file.tell():
                    self._file.write(self._head)
            self._file.write(rows)
            self._file.flush()
        except OSError as error:
            raise NotWritten(
                f"the rejected rows cannot be written to {self.path} ({error.strerror}); name "
                "another file with --rejected"
            ) from None

    def mark(self, *, complete: bool) -> RejectedMark:
        """Describe the file as it is now; `complete` says that nothing more will be written."""
        path = str(self.path.resolve())
        if not self.path.exists():
            return RejectedMark(path=path, size=0)
        whole = _hash(self.path) if complete else None
        return RejectedMark(path=path, size=self.path.stat().st_size, hash=whole)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, xxhash.xxh3_128).hexdigest()


def rejected_path(file: str, name: FormatName) -> Path:
    """Return where a file's rejected rows go unless the user says otherwise."""
    suffix = "csv" if name == "csv" else "jsonl"
    return Path(f"{'stdin' if file == '-' else file}.rejected.{suffix}")

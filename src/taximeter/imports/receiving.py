"""A file on its way in: written piece by piece, kept once it is whole."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from taximeter.errors import BodyTooLarge
from taximeter.imports.rejected import NotWritten


class Receiving:
    """Where the pieces go; unless `keep` is called before `end`, nothing stays."""

    def __init__(self, path: Path, *, bytes_max: int, ended: Callable[[], None]) -> None:
        """Begin a file beside its place. Raises NotWritten."""
        self._path = path
        self._part = path.with_suffix(".part")
        self._bytes_max = bytes_max
        self._ended: Callable[[], None] | None = ended
        self._size = 0
        try:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            self._file = self._part.open("wb")
        except OSError as error:
            raise NotWritten(f"the file cannot be kept ({error.strerror})") from None

    def write(self, piece: bytes) -> None:
        """Add a piece. Raises BodyTooLarge and NotWritten."""
        self._size += len(piece)
        if self._size > self._bytes_max:
            raise BodyTooLarge(
                f"The file is larger than {self._bytes_max:,} bytes. Divide it, import it with "
                "'taximeter import', or raise TAXIMETER_UPLOAD_BYTES_MAX."
            )
        try:
            self._file.write(piece)
        except OSError as error:
            raise NotWritten(f"the file cannot be kept ({error.strerror})") from None

    @property
    def is_empty(self) -> bool:
        """Say whether nothing has come."""
        return not self._size

    def keep(self) -> Path:
        """Put the file in its place, and return that. Raises NotWritten."""
        try:
            self._file.close()
            self._part.replace(self._path)
        except OSError as error:
            raise NotWritten(f"the file cannot be kept ({error.strerror})") from None
        return self._path

    def end(self) -> None:
        """Give up the room, and what was not kept; calling it again does nothing."""
        if self._ended is not None:
            self._file.close()
            self._part.unlink(missing_ok=True)
            self._ended()
            self._ended = None


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """What has come of a file, and under which name; not `is_whole` where its end is missing."""

    name: str
    receiving: Receiving
    is_whole: bool

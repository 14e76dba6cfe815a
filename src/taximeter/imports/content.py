"""The bytes of a file, wherever they come from: a path, a pipe, packed with gzip or not."""

import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

import xxhash

from taximeter.imports.pipe import Pipe
from taximeter.imports.rows import FileRefused

STANDARD_INPUT = "-"
HEAD_BYTES = 1024 * 1024
"""How much of a file's beginning tells it from others."""

_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class Content:
    """What a file says, from any place on; a pipe can only be read once, from its start."""

    def __init__(self, raw: IO[bytes], *, name: str, size: int | None, path: str = "") -> None:
        """Read from an open file; `size` is its size on disk, None where nobody knows.

        `path` is where it lies, if it lies anywhere.
        """
        self.name = name
        self.path = path
        self.size = size
        self.seekable = size is not None
        self._raw = raw
        begin = _first(raw)
        self._unpacked = raw
        if begin.startswith(_GZIP):
            self._unpacked = cast("IO[bytes]", gzip.GzipFile(fileobj=raw))
        elif begin.startswith(_ZIP):
            raise FileRefused("it is a zip archive; unpack it first")
        elif begin.startswith(_UTF_16):
            raise FileRefused("it is UTF-16; save it as UTF-8")
        self._ahead = b""
        self.head = b""
        while len(self.head) < HEAD_BYTES and (more := self.read(HEAD_BYTES - len(self.head))):
            self.head += more
        self._ahead = self.head

    @property
    def fingerprint(self) -> str:
        """Return what the file is known by, under whatever name: a hash of its first MiB."""
        return xxhash.xxh3_128_hexdigest(self.head)

    @property
    def read_bytes(self) -> int:
        """Return how much of the file on disk has been read."""
        return self._raw.tell() if self.seekable else 0

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes; none at the end. Raises FileRefused."""
        if self._ahead:
            piece, self._ahead = self._ahead[:size], self._ahead[size:]
            return piece
        try:
            return self._unpacked.read(size)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise FileRefused(f"it is packed with gzip and damaged ({error})") from None
        except OSError as error:
            raise FileRefused(f"it cannot be read ({error.strerror or error})") from None

    def go_to(self, position: int) -> None:
        """Read on from a position; in a pipe only one within the head can be gone back to."""
        if position <= len(self.head) and len(self._ahead) == len(self.head):
            self._ahead = self.head[position:]
            return
        assert self.seekable, "a pipe is read from its start"
        self._ahead = b""
        try:
            self._unpacked.seek(position)
        except (EOFError, zlib.error, OSError) as error:
            raise FileRefused(f"it cannot be read ({error})") from None


def _first(raw: IO[bytes]) -> bytes:
    peeked: bytes = raw.peek(4) if hasattr(raw, "peek") else b""
    return peeked


@contextmanager
def open_content(file: str) -> Iterator[Content]:
    """Open a file, or standard input for `-`. Raises FileRefused."""
    if file == STANDARD_INPUT:
        yield Content(_standard_input(), name="standard input", size=None)
        return
    path = Path(file)
    try:
        raw = path.open("rb")
    except OSError as error:
        raise FileRefused(f"it cannot be read ({error.strerror})") from None
    with raw:
        if path.is_file():
            size = path.stat().st_size
            yield Content(raw, name=path.name, size=size, path=str(path.resolve()))
        else:
            yield Content(io.BufferedReader(Pipe(raw)), name=path.name, size=None)


def _standard_input() -> IO[bytes]:
    try:
        return io.BufferedReader(Pipe(sys.stdin.buffer))
    except io.UnsupportedOperation:  # something that only acts as standard input
        return sys.stdin.buffer

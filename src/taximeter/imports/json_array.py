"""A JSON array of objects, read piece by piece: its size is no matter.

A chunk ends where one object seems to end and the next to begin; that it decodes proves that it
does. Where it does not decode, the commas between elements are found by counting quotes and
brackets over all bytes.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from taximeter.imports.json_rows import BLANK, AnyRow, JsonRows, TextRow, rejected_object
from taximeter.imports.rows import NO_ROWS, FileRefused, FormatName, Original, Taken, Why

_OPENING = np.zeros(256, dtype=np.int8)
_OPENING[[ord("{"), ord("[")]] = 1
_OPENING[[ord("}"), ord("]")]] = -1
_TRIES = 8
_BLANKS_MAX = 64
_QUOTE, _COMMA = ord('"'), ord(",")


class Commas(msgspec.Struct, frozen=True):
    """Where elements are parted, and where the array ends; None where it does not."""

    between: npt.NDArray[np.int64]
    end: int | None


def find_commas(inside: bytes) -> Commas:
    """Find the commas of an array, given bytes that begin within it and outside its elements."""
    # An escaped quote ends no string; a backslash that is escaped itself escapes nothing.
    plain = inside
    if b"\\" in inside:
        plain = inside.replace(b"\\\\", b"  ").replace(b'\\"', b"  ")
    every = np.frombuffer(plain, dtype=np.uint8)
    outside = (np.cumsum(every == _QUOTE, dtype=np.int32) & 1) == 0
    depth = np.cumsum(_OPENING[every] * outside, dtype=np.int32)
    ends = np.flatnonzero(depth < 0)
    end = int(ends[0]) if ends.size else None
    between = np.flatnonzero((every == _COMMA) & outside & (depth == 0))
    return Commas(between if end is None else between[between < end], end)


class JsonArray:
    """See `RowReader`. A chunk is what stands between two commas, the last one included."""

    name: FormatName = "json"

    def __init__(self, *, start: int, event_name: str | None) -> None:
        """Begin after the opening bracket."""
        self.start = start
        self._ended = False
        texts = msgspec.json.Decoder(list[TextRow]).decode
        anything = msgspec.json.Decoder(list[AnyRow], float_hook=str).decode
        self._rows = JsonRows(
            texts=lambda inside: texts(b"[%b]" % inside),
            anything=lambda inside: anything(b"[%b]" % inside),
            event_name=event_name,
        )

    def take(self, buffer: bytes, *, last: bool) -> Taken | None:
        """Take all elements that a comma or the end of the array follows."""
        if self._ended:
            return _nothing_behind(buffer)
        likely = _likely_end(buffer)
        if likely is not None:
            rows = self._rows.read_plain(buffer[:likely])
            if rows is not None:
                return Taken(rows, likely + 1)
        commas = find_commas(buffer)
        if commas.end is not None:
            if buffer[commas.end] != ord("]"):
                raise FileRefused("a bracket is closed that was not opened")
            self._ended = True
            _nothing_behind(buffer[commas.end + 1 :])
            inside, size = buffer[: commas.end], len(buffer)
            count = len(commas.between) + bool(inside.strip(BLANK))
        elif len(commas.between):
            inside, count = buffer[: commas.between[-1]], len(commas.between)
            size = len(inside) + 1
        elif last:
            raise FileRefused("the array does not end: its closing ] is missing, or a quote")
        else:
            return None
        rows = self._rows.read_plain(inside)
        if rows is None or rows.count != count:
            rows = self._rows.read_each(self.originals(inside))
        return Taken(rows, size)

    def skip(self, buffer: bytes) -> int | None:
        """Refuse: where the next element begins cannot be known."""
        raise FileRefused("an element is longer than 4 MiB, or a quote or bracket is left open")

    def originals(self, chunk: bytes) -> Sequence[Original]:
        """Return the elements."""
        commas = find_commas(chunk)
        found: list[Original] = []
        start = lines = 0
        for end in [*commas.between, len(chunk) if commas.end is None else commas.end]:
            piece = chunk[start:end]
            content = piece.lstrip(BLANK)
            if content:
                above = lines + piece.count(b"\n", 0, len(piece) - len(content))
                found.append(Original(above, content))
            lines += piece.count(b"\n")
            start = end + 1
        return found

    def rejected_head(self) -> bytes:
        """Return nothing: rejected elements are written as JSON Lines, which can be appended to."""
        return b""

    def rejected_row(self, original: Original, why: Why) -> bytes:
        """Spell the element on one line, the reasons first."""
        return rejected_object(original, why)


def _likely_end(buffer: bytes) -> int | None:
    """Return the place of the last comma that stands between a } and a {."""
    place = len(buffer)
    for _ in range(_TRIES):
        place = buffer.rfind(b"{", 0, place)
        if place < 0:
            return None
        before = buffer[max(0, place - _BLANKS_MAX) : place].rstrip(BLANK)
        if before.endswith(b",") and before[:-1].rstrip(BLANK).endswith(b"}"):
            return buffer.rfind(b",", 0, place)
    return None


def _nothing_behind(buffer: bytes) -> Taken:
    if buffer.strip(BLANK):
        raise FileRefused("something follows the end of the array")
    return Taken(NO_ROWS, len(buffer))

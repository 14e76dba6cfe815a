"""JSON Lines: one object on each line."""

from collections.abc import Sequence

import msgspec

from taximeter.imports.json_rows import (
    ANY_ROW,
    BLANK,
    JsonRows,
    TextRow,
    rejected_object,
)
from taximeter.imports.rows import FormatName, Original, Taken, Why


class JsonLines:
    """See `RowReader`."""

    name: FormatName = "jsonl"

    def __init__(self, *, start: int, event_name: str | None) -> None:
        """Begin after the byte order mark, if there is one."""
        self.start = start
        self._rows = JsonRows(
            texts=msgspec.json.Decoder(TextRow).decode_lines,
            anything=ANY_ROW.decode_lines,
            event_name=event_name,
        )

    def take(self, buffer: bytes, *, last: bool) -> Taken | None:
        """Take all whole lines."""
        size = len(buffer) if last else buffer.rfind(b"\n") + 1
        if not size:
            return None
        chunk = buffer[:size]
        rows = self._rows.read_plain(chunk) if chunk.startswith(b"{") else None
        if rows is None or rows.count != _objects(chunk):
            rows = self._rows.read_each(self.originals(chunk))
        return Taken(rows, size)

    def skip(self, buffer: bytes) -> int | None:
        """Drop up to the next line."""
        return buffer.find(b"\n") + 1 or None

    def originals(self, chunk: bytes) -> Sequence[Original]:
        """Return the lines that are not blank."""
        lines = enumerate(chunk.split(b"\n"))
        return [Original(above, line) for above, line in lines if line.strip(BLANK)]

    def rejected_head(self) -> bytes:
        """Return nothing: every line stands for itself."""
        return b""

    def rejected_row(self, original: Original, why: Why) -> bytes:
        """Spell the row on one line, the reasons first."""
        return rejected_object(original, why)


def _objects(chunk: bytes) -> int | None:
    """Return how many lines there are if each is one object at least, else None.

    No value goes on over the end of such a line. As many values as lines are thus one on each.
    """
    ends = chunk.count(b"\n")
    between = chunk.count(b"}\n{") + chunk.count(b"}\r\n{")
    return between + 1 if ends == between + chunk.endswith(b"\n") else None

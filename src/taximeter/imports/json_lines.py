"""JSON Lines: one object on each line."""

from collections.abc import Mapping, Sequence

import msgspec

from taximeter.imports.json_rows import (
    ANY_ROW,
    BLANK,
    JsonRows,
    TextRow,
    rejected_object,
)
from taximeter.imports.rows import FormatName, Original, Taken


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
        count = chunk.count(b"\n") + (not chunk.endswith(b"\n"))
        return Taken(self._rows.read(chunk, self.originals, count), size)

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

    def rejected_row(self, original: Original, reasons: Mapping[str, str]) -> bytes:
        """Spell the row on one line, the reasons first."""
        return rejected_object(original, reasons)

"""A file as chunks of whole rows, in constant memory."""

from collections.abc import Iterator

import msgspec

from taximeter.imports.content import Content
from taximeter.imports.rows import (
    NO_ROWS,
    ROW_BYTES_MAX,
    FileRefused,
    Original,
    RowReader,
    Rows,
    Unreadable,
)

CHUNK_ROWS = 16_000
"""About how many rows make a chunk: enough for a commit to pay, few enough to be one."""

CHUNK_BYTES_MIN = 64 * 1024
CHUNK_BYTES_MAX = 2 * 1024 * 1024
SHOWN_BYTES_MAX = 10_000


class Position(msgspec.Struct, frozen=True):
    """A place between two rows: in bytes, in lines above it, in rows before it."""

    offset: int
    line: int
    row: int


class Chunk(msgspec.Struct, frozen=True, kw_only=True):
    """Rows and the bytes that they were read from; `skipped` is one row that is too long."""

    content: bytes
    rows: Rows
    begin: Position
    end: Position
    skipped: bool = False

    def originals(self, reader: RowReader) -> list[Original]:
        """Return the rows as they stand in the file."""
        return [Original(0, self.content)] if self.skipped else list(reader.originals(self.content))


def read_chunks(content: Content, reader: RowReader, *, begin: Position) -> Iterator[Chunk]:
    """Read from a position to the end. Raises FileRefused where the rest cannot be trusted."""
    content.go_to(begin.offset)
    buffer, last, wanted = b"", False, CHUNK_BYTES_MAX // 2
    while True:
        if not last:
            block = content.read(min(wanted, ROW_BYTES_MAX - len(buffer)))
            last = not block
            buffer += block
        if last and not buffer and reader.name != "json":
            return
        try:
            taken = reader.take(buffer, last=last)
        except FileRefused as refused:
            raise FileRefused(f"after line {begin.line + 1}, {refused}") from None
        if taken is not None:
            used, buffer = buffer[: taken.size], buffer[taken.size :]
            end = _after(begin, used, taken.rows.count)
            yield Chunk(content=used, rows=taken.rows, begin=begin, end=end)
            begin, wanted = end, _bytes_of_rows(len(used), taken.rows.count)
        elif len(buffer) >= ROW_BYTES_MAX:
            chunk, buffer = _skip(content, reader, buffer, begin)
            yield chunk
            begin = chunk.end
        if last and not buffer:
            return


def _bytes_of_rows(size: int, rows: int) -> int:
    """Return how much to read for a chunk, given the last one."""
    wanted = CHUNK_ROWS * size // max(1, rows)
    return max(CHUNK_BYTES_MIN, min(CHUNK_BYTES_MAX, wanted))


def _after(begin: Position, used: bytes, rows: int) -> Position:
    return Position(begin.offset + len(used), begin.line + used.count(b"\n"), begin.row + rows)


def _skip(
    content: Content, reader: RowReader, buffer: bytes, begin: Position
) -> tuple[Chunk, bytes]:
    """Drop a row that is too long, and return it with what is left of the buffer."""
    shown, end = buffer[:SHOWN_BYTES_MAX], begin
    while (size := reader.skip(buffer)) is None and buffer:
        end = _after(end, buffer, 0)
        buffer = content.read(CHUNK_BYTES_MAX)
    size = size or 0
    end = _after(end, buffer[:size], 1)
    message = f"The row is longer than {ROW_BYTES_MAX // 1024**2} MiB, or a quote is left open."
    rows = msgspec.structs.replace(
        NO_ROWS, count=1, unreadable=(Unreadable(0, "row_too_long", message),)
    )
    chunk = Chunk(content=shown, rows=rows, begin=begin, end=end, skipped=True)
    return chunk, buffer[size:]

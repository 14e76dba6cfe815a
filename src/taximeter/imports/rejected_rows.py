"""Reading the first rows of a file of rejected rows back, to show them."""

import csv
import itertools
from collections.abc import Iterator
from pathlib import Path

import msgspec

from taximeter.imports.csv_header import DELIMITERS
from taximeter.imports.rows import REASON_FIELDS

_LINE_CHARACTERS_MAX = 20_000
_SHOWN_CHARACTERS_MAX = 300


class RejectedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row that was not counted: its line in the file that was sent, why, and what it says."""

    line: str
    code: str
    message: str
    content: str


def first_rejected(path: Path, *, rows_max: int) -> list[RejectedRow]:
    """Return the first rows of the file; where it cannot be read on, those before that."""
    read = _csv_rows if path.suffix == ".csv" else _json_rows
    try:
        with path.open(encoding="utf-8", errors="replace", newline="") as file:
            lines = iter(lambda: file.readline(_LINE_CHARACTERS_MAX), "")
            return list(itertools.islice(read(lines), rows_max))
    except (OSError, csv.Error):
        return []


def _csv_rows(lines: Iterator[str]) -> Iterator[RejectedRow]:
    head = next(lines, "")
    delimiter = max(DELIMITERS, key=head.count)
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        try:
            cells = next(reader)
        except (StopIteration, csv.Error):
            return
        if len(cells) > len(REASON_FIELDS):
            line, code, message, *rest = cells
            content = delimiter.join(rest)[:_SHOWN_CHARACTERS_MAX]
            yield RejectedRow(line=line, code=code, message=message, content=content)


def _json_rows(lines: Iterator[str]) -> Iterator[RejectedRow]:
    for text in lines:
        try:
            row = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
            line, code, message = (
                msgspec.json.decode(row.pop(name), type=str) for name in REASON_FIELDS
            )
        except (msgspec.MsgspecError, KeyError):
            continue
        content = msgspec.json.encode(row).decode()[:_SHOWN_CHARACTERS_MAX]
        yield RejectedRow(line=line, code=code, message=message, content=content)

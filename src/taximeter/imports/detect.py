"""Which format a file has: by what it begins with, or by what the user says."""

from pathlib import Path

from taximeter.imports.content import Content
from taximeter.imports.csv_header import read_header
from taximeter.imports.csv_rows import CsvRows
from taximeter.imports.json_array import JsonArray
from taximeter.imports.json_lines import JsonLines
from taximeter.imports.json_rows import BLANK
from taximeter.imports.rows import FileRefused, FormatName, RowReader

_MARK = b"\xef\xbb\xbf"
_BY_SUFFIX: dict[str, FormatName] = {".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl"}
_BY_SUFFIX |= {".ndjson": "jsonl"}


def find_reader(content: Content, *, asked: FormatName | None, event_name: str | None) -> RowReader:
    """Return a reader for the file. Raises FileRefused where the file has another format.

    `[` begins an array, `{` JSON Lines, anything else the header of CSV; the name decides where
    that is not sure, and `asked` overrides all. `event_name` is that of rows that have none.
    """
    start = len(_MARK) if content.head.startswith(_MARK) else 0
    begin = content.head[start:].lstrip(BLANK)
    if not begin:
        return JsonLines(start=start, event_name=event_name)
    match asked or _guessed(begin, content.name):
        case "jsonl":
            return JsonLines(start=start, event_name=event_name)
        case "json":
            if not begin.startswith(b"["):
                raise FileRefused("it is no JSON array: it does not begin with [")
            return JsonArray(start=len(content.head) - len(begin) + 1, event_name=event_name)
        case "csv":
            return _csv(content.head[start:], start, event_name)


def _guessed(begin: bytes, name: str) -> FormatName:
    named = _BY_SUFFIX.get(Path(name.lower().removesuffix(".gz")).suffix)
    if named is not None:
        return named
    if begin.startswith(b"["):
        return "json"
    return "csv" if not begin.startswith(b"{") else "jsonl"


def _csv(head: bytes, start: int, event_name: str | None) -> CsvRows:
    first = head.lstrip(b"\r\n")
    line, end, _ = first.partition(b"\n")
    above = len(head) - len(first)
    try:
        text = line.decode().rstrip("\r")
    except UnicodeDecodeError:
        raise FileRefused("its header is not UTF-8; save it as UTF-8") from None
    return CsvRows(
        read_header(text, event_name=event_name),
        start=start + above + len(line) + len(end),
        event_name=event_name,
    )

"""CSV with a header: `identifier`, `timestamp`, `event_name` and `payload_` columns.

Most chunks hold no quotes, or only such as enclose a cell; Arrow parses them into columns. Wherever
there is anything else, or Arrow refuses, the standard library's reader goes row by row; it alone
decides what is right, and a property test holds the two together.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from taximeter.imports.csv_header import Header
from taximeter.imports.rows import (
    REASON_FIELDS,
    FormatName,
    Original,
    Rows,
    Taken,
    Unreadable,
    Why,
    holds_nul,
)

_LINE_FEED, _CARRIAGE_RETURN = ord("\n"), ord("\r")


class Record(msgspec.Struct, frozen=True):
    """A row as the reader sees it: its cells or (a text) what is wrong, and where it stands."""

    cells: Sequence[str] | str
    first_line: int
    text: str


class CsvRows:
    """See `RowReader`."""

    name: FormatName = "csv"

    def __init__(self, header: Header, *, start: int, event_name: str | None) -> None:
        """Begin after the header; `event_name` is that of rows that have none."""
        self.start = start
        self._header = header
        self._event_name = event_name
        names = [str(index) for index in range(len(header.columns))]
        self._options: dict[str, Any] = {
            "parse_options": arrow_csv.ParseOptions(
                delimiter=header.delimiter, double_quote=False, newlines_in_values=True
            ),
            "convert_options": arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        }
        self._names = names

    def take(self, buffer: bytes, *, last: bool) -> Taken | None:
        """Take all whole rows; a row ends with its line unless a quote is open."""
        size = len(buffer) if last else buffer.rfind(b"\n") + 1
        if not size:
            return None
        chunk = buffer[:size]
        columns = self._columns(chunk)
        if columns is not None:
            return Taken(self._laid_out(columns, range(len(columns[0])), ()), size)
        records = list(_records(chunk, self._header.delimiter, last=last))
        if not last:
            size = len("".join(one.text for one in records).encode(errors="surrogateescape"))
            if not size:
                return None
        return Taken(self._row_by_row([one for one in records if one.text.strip("\r\n")]), size)

    def skip(self, buffer: bytes) -> int | None:
        """Drop up to the next line."""
        return buffer.find(b"\n") + 1 or None

    def originals(self, chunk: bytes) -> Sequence[Original]:
        """Return the rows that are not blank."""
        return [
            Original(one.first_line, one.text.encode(errors="surrogateescape"))
            for one in _records(chunk, self._header.delimiter, last=True)
            if one.text.strip("\r\n")
        ]

    def rejected_head(self) -> bytes:
        """Return the header, with a column for each reason before the others."""
        kept = self._header.without_reasons(self._header.columns)
        added = [] if self._header.identifier is not None else ["identifier"]
        return self._spelled([*REASON_FIELDS, *added, *kept])

    def rejected_row(self, original: Original, why: Why) -> bytes:
        """Spell the row with its reasons before it.

        In front, because a row may have too many cells; what cannot be parsed stands in one cell.
        """
        record = next(_records(original.content, self._header.delimiter, last=True))
        if isinstance(record.cells, str):
            cells = [record.text.strip("\r\n")]
        else:
            cells = list(record.cells)
            place = self._header.identifier
            if place is not None and place < len(cells):
                cells[place] = cells[place] or why.identifier
            cells = self._header.without_reasons(cells)
        if self._header.identifier is None:
            cells.insert(0, why.identifier)
        return self._spelled([*why.fields().values(), *cells])

    def _spelled(self, cells: Sequence[str]) -> bytes:
        spelled = io.StringIO()
        csv.writer(spelled, delimiter=self._header.delimiter, lineterminator="\n").writerow(cells)
        return spelled.getvalue().encode(errors="surrogateescape")

    def _columns(self, chunk: bytes) -> Sequence[Sequence[str]] | None:
        """Parse a chunk into columns if everything in it is plain, else None."""
        if b"\0" in chunk or chunk.count(b"\r") != chunk.count(b"\r\n"):
            return None
        if b'"' in chunk and not _quotes_enclose(chunk, self._header.delimiter.encode()):
            return None
        reading = arrow_csv.ReadOptions(
            use_threads=False, column_names=self._names, block_size=len(chunk) + 1
        )
        try:
            table = arrow_csv.read_csv(
                pa.BufferReader(chunk), read_options=reading, **self._options
            )
        except pa.ArrowInvalid:
            return None
        return [column.to_numpy().tolist() for column in table.columns]

    def _row_by_row(self, records: Sequence[Record]) -> Rows:
        rows: list[Sequence[str]] = []
        places: list[int] = []
        unreadable: list[Unreadable] = []
        for place, record in enumerate(records):
            wrong = self._wrong(record)
            if wrong is None:
                assert not isinstance(record.cells, str), "such a record is wrong"
                rows.append(record.cells)
                places.append(place)
            else:
                unreadable.append(Unreadable(place, "invalid_row", wrong))
        columns = list(zip(*rows, strict=True)) or [()] * len(self._header.columns)
        laid_out = self._laid_out(columns, places, unreadable)
        return msgspec.structs.replace(laid_out, count=len(records))

    def _wrong(self, record: Record) -> str | None:
        cells = record.cells
        if isinstance(cells, str):
            return f"The row is not CSV: {cells}."
        if len(cells) != len(self._header.columns):
            return (
                f"The row has {len(cells)} cells and the header {len(self._header.columns)}. Quote "
                f"cells that contain '{self._header.delimiter}'."
            )
        try:
            record.text.encode()
        except UnicodeEncodeError:
            return "The row is not UTF-8. Save the file as UTF-8."
        if holds_nul(cells):
            return "The row holds a NUL character, which no event can carry."
        return None

    def _laid_out(
        self,
        columns: Sequence[Sequence[str]],
        places: Sequence[int],
        unreadable: Sequence[Unreadable],
    ) -> Rows:
        header = self._header
        count = len(places)
        names: Sequence[str] = [self._event_name or ""] * count
        if header.event_name is not None:
            names = columns[header.event_name]
            if self._event_name is not None and "" in names:
                names = [name or self._event_name for name in names]
        identifiers: Sequence[str | None] = [None] * count
        if header.identifier is not None:
            identifiers = columns[header.identifier]
        return Rows(
            count=count,
            places=places,
            event_names=names,
            payloads=_payloads(header.payload_keys, [columns[at] for at in header.payload]),
            identifiers=identifiers,
            timestamps=columns[header.timestamp],
            unreadable=unreadable,
        )


def _quotes_enclose(chunk: bytes, delimiter: bytes) -> bool:
    """Say whether quotes come in pairs that enclose one cell each, and nowhere else."""
    # A line end on both sides, so that the first and the last cell need no rule of their own.
    every = np.frombuffer(b"\n%b\n" % chunk, dtype=np.uint8)
    quotes = np.flatnonzero(every == ord('"'))
    if quotes.size % 2:
        return False
    before, after = every[quotes[::2] - 1], every[quotes[1::2] + 1]
    edge = ord(delimiter)
    opens = (before == edge) | (before == _LINE_FEED)
    closes = (after == edge) | (after == _LINE_FEED) | (after == _CARRIAGE_RETURN)
    return bool(opens.all() and closes.all())


def _payloads(keys: Sequence[str], columns: Sequence[Sequence[str]]) -> Sequence[dict[str, str]]:
    """Make a payload of each row; an empty cell is a key that it does not have."""
    if any("" in column for column in columns):
        return [
            {key: cell for key, cell in zip(keys, cells, strict=True) if cell}
            for cells in zip(*columns, strict=True)
        ]
    # Spelled out for the usual numbers of keys: three times as fast as the general way.
    if len(keys) == 2:
        (one, two), (first, second) = keys, columns
        return [{one: a, two: b} for a, b in zip(first, second, strict=True)]
    if len(keys) == 3:
        (one, two, three), (first, second, third) = keys, columns
        triples = zip(first, second, third, strict=True)
        return [{one: a, two: b, three: c} for a, b, c in triples]
    return [dict(zip(keys, cells, strict=True)) for cells in zip(*columns, strict=True)]


def _records(chunk: bytes, delimiter: str, *, last: bool) -> Iterator[Record]:
    """Read row by row; without `last`, a row whose quote is not closed yet is left out."""
    try:
        text = chunk.decode()
    except UnicodeDecodeError:
        text = chunk.decode(errors="surrogateescape")
    lines = text.split("\n")
    lines = [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    start = 0
    while start < len(lines):
        reader = csv.reader(iter(lines[start:]), delimiter=delimiter, strict=True)
        first = start
        try:
            for cells in reader:
                end = first + reader.line_num
                yield Record(cells, start, "".join(lines[start:end]))
                start = end
        except csv.Error as error:
            unclosed = "unexpected end of data" in str(error)
            if unclosed and not last:
                return
            # Only one line is given up, so that a stray quote does not take others along.
            yield Record("a quote is not closed" if unclosed else str(error), start, lines[start])
            start += 1

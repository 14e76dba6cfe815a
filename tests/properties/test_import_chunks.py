"""However a file is cut into chunks, and whichever way a chunk is read, the rows are the same."""

import csv
import io
from collections.abc import Callable
from typing import Any

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from taximeter.imports.chunks import Position, read_chunks
from taximeter.imports.content import Content
from taximeter.imports.detect import find_reader
from taximeter.imports.layout import lay_out
from taximeter.imports.rows import FileRefused, FormatName

# Few characters, and among them all that mean something in one of the formats.
cells = st.text(st.sampled_from('ab1",;\n\r \\{}[]:é\u2028'), max_size=6)
FIELDS = ["identifier", "timestamp", "event_name", "payload_a", "payload_b"]
times = st.sampled_from(["1790035200", "2026-09-22", "2026-09-22T10:00:00+0530", "", "x"])
rows = st.tuples(cells, times, cells, cells, cells)


class Dripping(Content):
    """A file of which a few bytes come at a time."""

    def __init__(self, content: bytes, *, name: str, drip: int) -> None:
        self._drip = drip
        super().__init__(io.BufferedReader(io.BytesIO(content)), name=name, size=len(content))

    def read(self, size: int) -> bytes:
        return super().read(min(size, self._drip))


def read(content: bytes, name: str, drip: int) -> tuple[list[Any], str | None]:
    """Every row as it is laid out, its line and its text, and why the rest was not read."""
    source = Dripping(content, name=name, drip=drip)
    found: list[Any] = []
    try:
        reader = find_reader(source, asked=None, event_name="default")
        for chunk in read_chunks(source, reader, begin=Position(reader.start, 0, 0)):
            laid_out = lay_out(chunk.rows, file_id="f", first_row=chunk.begin.row)
            sent = laid_out.sent
            texts = chunk.originals(reader)
            assert len(texts) == chunk.rows.count
            of_chunk: dict[int, Any] = {one.place: one.code for one in laid_out.unreadable}
            for at, place in enumerate(laid_out.places):
                event = (sent.event_names[at], sent.payloads[at], sent.identifiers[at])
                of_chunk[place] = (*event, int(sent.timestamps_us[at]))
            assert sorted(of_chunk) == list(range(chunk.rows.count))
            for place, text in enumerate(texts):
                line = chunk.begin.line + text.lines_above
                found.append((of_chunk[place], line, text.content))
    except FileRefused as refused:
        return found, str(refused)
    return found, None


def as_csv(table: list[tuple[str, ...]], quoting: int, end: str) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]  # one of the module's constants
    writer.writerow(FIELDS)
    writer.writerows(table)
    return text.getvalue().encode()


def as_objects(table: list[tuple[str, ...]]) -> list[bytes]:
    return [
        msgspec.json.encode(
            {
                "identifier": identifier or None,
                "timestamp": time,
                "event_name": name,
                "payload": {"a": first, "b": second},
            }
        )
        for identifier, time, name, first, second in table
    ]


spelled: dict[FormatName, Callable[[list[tuple[str, ...]]], bytes]] = {
    "jsonl": lambda table: b"\n".join(as_objects(table)),
    "json": lambda table: b"[" + b" ,\n".join(as_objects(table)) + b"\n]\n",
    "csv": lambda table: as_csv(table, csv.QUOTE_MINIMAL, "\r\n"),
}
BAD: dict[FormatName, Callable[[bytes], bytes]] = {
    "jsonl": lambda content: content + b"\n7",
    "json": lambda content: content[:-3] + b",7]",
    "csv": lambda content: content + b"7\n",
}


@given(st.lists(rows, min_size=1, max_size=8), st.integers(1, 60))
def test_rows_are_the_same_however_they_are_cut(table: list[tuple[str, ...]], drip: int) -> None:
    for name, spell in spelled.items():
        content = spell(table)
        assert read(content, f"f.{name}", drip) == read(content, f"f.{name}", 1_000_000)


@given(st.lists(rows, min_size=1, max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_a_chunk_is_read_whole_as_it_is_read_row_by_row(
    table: list[tuple[str, ...]], end: str
) -> None:
    contents = [(name, spell(table)) for name, spell in spelled.items()]
    contents.append(("csv", as_csv(table, csv.QUOTE_ALL, end)))
    for name, content in contents:
        whole, refused = read(content, f"f.{name}", 1_000_000)
        # One bad row, and every row of the chunk is looked at by itself.
        single, refused_too = read(BAD[name](content), f"f.{name}", 1_000_000)
        assert [one[0] for one in single[:-1]] == [one[0] for one in whole]
        assert (single[-1][0], refused, refused_too) == ("invalid_row", None, None)


@given(st.lists(rows, min_size=1, max_size=8))
def test_what_is_written_is_what_is_read(table: list[tuple[str, ...]]) -> None:
    for name, spell in spelled.items():
        found, _ = read(spell(table), f"f.{name}", 1_000_000)
        for at, (identifier, time, event_name, first, second) in enumerate(table):
            event = found[at][0]
            if isinstance(event, tuple):
                payload = {"a": first, "b": second}
                if name == "csv":
                    payload = {key: value for key, value in payload.items() if value}
                assert event[1:3] == (payload, identifier or f"f_{at}")
                assert event[0] == (event_name or "default")
            else:
                assert time in {"", "x"} or not event_name


@example(b'timestamp,payload_a\n5",x\na,"6\n', 1)
@example(b'timestamp,payload_a\n1,"a,"b",c"\n1,2\n', 1)
@example(b'timestamp,payload_a\n"1","2"\n"3","\n4,5\n', 3)
@given(
    st.lists(
        st.sampled_from([b'"', b",", b"\n", b"\r", b"1", b"a", b'""', b'","', b'"\n"', b"\xff"]),
        max_size=40,
    ).map(lambda parts: b"timestamp,payload_a\n" + b"".join(parts)),
    st.integers(1, 8),
)
def test_any_bytes_as_csv_are_rows_that_no_cutting_changes(content: bytes, drip: int) -> None:
    whole, refused = read(content, "f.csv", 1_000_000)
    assert (whole, refused) == read(content, "f.csv", drip)
    assert refused is None


@example(b'\n{"payload":{}}{"payload":{}}\n', 1)
@given(
    st.lists(
        st.sampled_from(
            [b"{", b"}", b"[", b"]", b",", b'"', b"\\", b"\n", b"1", b'{"payload":{}}']
        ),
        max_size=30,
    ).map(b"".join),
    st.integers(1, 8),
)
def test_any_bytes_as_json_never_fail_otherwise_than_in_a_sentence(
    content: bytes, drip: int
) -> None:
    for name, text in [("f.jsonl", content), ("f.json", b"[" + content)]:
        whole, refused = read(text, name, 1_000_000)
        cut, refused_too = read(text, name, drip)
        shorter = min(len(whole), len(cut))
        assert whole[:shorter] == cut[:shorter]
        assert (refused is None) == (refused_too is None)

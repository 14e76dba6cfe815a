"""Rows of a file in columns: what every format is read into, and what could not be read."""

from collections.abc import Iterable, Sequence
from typing import Literal, Protocol, TypeAlias

import msgspec

FormatName: TypeAlias = Literal["jsonl", "json", "csv"]
FORMAT_NAMES: tuple[FormatName, ...] = ("jsonl", "json", "csv")

REASON_FIELDS = ("line", "error_code", "error_message")
"""What a file of rejected rows says beside each row; ignored when such a file is imported."""

ROW_BYTES_MAX = 4 * 1024 * 1024
"""The longest row that is read. Its end is sought this far, so that an unclosed quote is found."""

SentTimestamp: TypeAlias = str | int | float | None


class FileRefused(Exception):
    """A file cannot be imported as it is; the message is a sentence that says what to do."""


class Unreadable(msgspec.Struct, frozen=True):
    """A row that spells no event: which of its chunk's rows it is, and why."""

    place: int
    code: str
    message: str


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of a chunk, in columns of equal length, and those that could not be read.

    `count` is how many rows the chunk has, and `places` which of them stand in the columns.
    """

    count: int
    places: Sequence[int]
    event_names: Sequence[str]
    payloads: Sequence[dict[str, str]]
    identifiers: Sequence[str | None]
    timestamps: Sequence[SentTimestamp]
    unreadable: Sequence[Unreadable] = ()


class Taken(msgspec.Struct, frozen=True):
    """Rows from the start of a buffer, and how many of its bytes they took up."""

    rows: Rows
    size: int


class Original(msgspec.Struct, frozen=True):
    """A row as it stands in the file, and how many lines of its chunk lie above it."""

    lines_above: int
    content: bytes


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """Why a row was rejected.

    `identifier` is what the row is known by if it has none of its own. It goes into the file of
    rejected rows: whether that file is imported or the first one again, the row counts once.
    """

    line: int
    code: str
    message: str
    identifier: str

    def fields(self) -> dict[str, str]:
        """Return what stands beside the row, by REASON_FIELDS."""
        told = (str(self.line), self.code, self.message)
        return dict(zip(REASON_FIELDS, told, strict=True))


class RowReader(Protocol):
    """Reads one file's rows; what it learns in the file's head stays with it."""

    @property
    def name(self) -> FormatName:
        """Return which format this is."""
        ...

    @property
    def start(self) -> int:
        """Return where the first row begins, in bytes."""
        ...

    def take(self, buffer: bytes, *, last: bool) -> Taken | None:
        """Read all whole rows at the start of a buffer; None where not one ends in it.

        With `last`, nothing follows the buffer and all of it is taken. Raises FileRefused where
        nothing after this can be trusted.
        """
        ...

    def skip(self, buffer: bytes) -> int | None:
        """Return how many bytes to drop to be rid of a row that is too long; None for all.

        Raises FileRefused where the next row cannot be found.
        """
        ...

    def originals(self, chunk: bytes) -> Sequence[Original]:
        """Return every row of a chunk that `take` has read, in the same order."""
        ...

    def rejected_head(self) -> bytes:
        """Return what a file of rejected rows begins with."""
        ...

    def rejected_row(self, original: Original, why: Why) -> bytes:
        """Spell a rejected row with its reasons, so that it can be corrected and imported."""
        ...


NO_ROWS = Rows(count=0, places=(), event_names=(), payloads=(), identifiers=(), timestamps=())


def holds_nul(texts: Iterable[str]) -> bool:
    """Say whether a NUL character stands in any of the texts; no event can carry one."""
    return any("\0" in text for text in texts)

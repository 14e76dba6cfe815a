"""The header of a CSV file: which column is what."""

import csv
from collections.abc import Sequence

import msgspec

from taximeter.imports.rows import REASON_FIELDS, FileRefused

PAYLOAD_PREFIX = "payload_"
DELIMITERS = (",", ";", "\t")
_COLUMNS = "identifier, timestamp, event_name and payload_<key> for each key of the payload"


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """The columns of a file, and the indexes of those that are read."""

    delimiter: str
    columns: Sequence[str]
    identifier: int | None
    timestamp: int
    event_name: int | None
    payload: Sequence[int]
    payload_keys: Sequence[str]

    def without_reasons(self, cells: Sequence[str]) -> list[str]:
        """Return a row's cells without those of a file of rejected rows."""
        reasons = {at for at, name in enumerate(self.columns) if name in REASON_FIELDS}
        return [cell for at, cell in enumerate(cells) if at not in reasons]


def read_header(line: str, *, event_name: str | None) -> Header:
    """Read a header. Raises FileRefused, and says which column it is about."""
    delimiter = max(DELIMITERS, key=line.count)
    try:
        (cells,) = csv.reader([line], delimiter=delimiter, strict=True)
    except (csv.Error, ValueError):
        raise FileRefused(
            f"its first line is no CSV header; it names the columns: {_COLUMNS}"
        ) from None
    columns = [cell.strip() for cell in cells]
    twice = sorted({one for one in columns if columns.count(one) > 1})
    if twice:
        raise FileRefused(f"the column '{twice[0]}' stands twice in its header; remove one")
    known = {"identifier", "timestamp", "event_name", *REASON_FIELDS}
    payload = [at for at, one in enumerate(columns) if _is_payload(one)]
    for at, name in enumerate(columns):
        if name not in known and at not in payload:
            raise FileRefused(
                f"its column '{name}' is not known. The first line names the columns: {_COLUMNS}. "
                f"If the payload has it, call it payload_{name}; else remove it"
            )
    if "timestamp" not in columns:
        raise FileRefused(f"it has no column 'timestamp'. The columns: {_COLUMNS}")
    if not payload:
        raise FileRefused(
            f"it has no column whose name begins with payload_. The columns: {_COLUMNS}"
        )
    if "event_name" not in columns and event_name is None:
        raise FileRefused("it has no column 'event_name'; add it, or name it with --event-name")
    return Header(
        delimiter=delimiter,
        columns=columns,
        identifier=columns.index("identifier") if "identifier" in columns else None,
        timestamp=columns.index("timestamp"),
        event_name=columns.index("event_name") if "event_name" in columns else None,
        payload=payload,
        payload_keys=[columns[at].removeprefix(PAYLOAD_PREFIX) for at in payload],
    )


def _is_payload(name: str) -> bool:
    return name.startswith(PAYLOAD_PREFIX) and len(name) > len(PAYLOAD_PREFIX)

"""A table as rows of text, and its CSV."""

import csv
import io
import re
from collections.abc import Sequence

import msgspec

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Columns with their names, and rows that have a text for each."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def csv_bytes(table: Table) -> bytes:
    """Write a table as CSV, such as a spreadsheet opens.

    A text that a spreadsheet would run as a formula is given an apostrophe; numbers are left alone.
    """
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(table.columns)
    writer.writerows([_harmless(cell) for cell in row] for row in table.rows)
    return written.getvalue().encode()


def _harmless(cell: str) -> str:
    if cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell

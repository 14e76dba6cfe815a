"""Lists that are filtered, sorted and paged in the address."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

import msgspec

Item = TypeVar("Item")
Row = TypeVar("Row")

ROWS_MAX = 25


class Listed(msgspec.Struct, Generic[Row], frozen=True, kw_only=True):
    """One page of a list that was read whole, with the addresses of its neighbours.

    Meant for what there are hundreds of; what there are millions of is paged by cursor.
    """

    rows: Sequence[Row]
    found: int
    page: int
    pages: int


def listed(
    items: Sequence[Item],
    *,
    sort: str,
    by: Mapping[str, Callable[[Item], Any]],
    page: int,
    row: Callable[[Item], Row],
) -> Listed[Row]:
    """Sort items by a column, `-column` for descending, and cut out a page.

    A column that is not there sorts by the first one that is; a page past the end is the last.
    """
    column = sort.removeprefix("-")
    key = by.get(column) or next(iter(by.values()))
    ordered = sorted(items, key=key, reverse=sort.startswith("-"))
    pages = max(1, -(-len(ordered) // ROWS_MAX))
    page = min(max(1, page), pages)
    shown = ordered[(page - 1) * ROWS_MAX : page * ROWS_MAX]
    return Listed(rows=[row(one) for one in shown], found=len(ordered), page=page, pages=pages)


def with_query(query: msgspec.Struct, **changes: Any) -> str:
    """Write a query with some of it changed, what stands at its default left out."""
    fields = msgspec.structs.fields(type(query))
    values = {one.name: getattr(query, one.name) for one in fields} | changes
    kept = {one.name: values[one.name] for one in fields if values[one.name] != one.default}
    return f"?{urlencode(kept, doseq=True)}" if kept else "?"


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """The heading of a column; `name` is what it sorts by, None where it does not."""

    label: str
    name: str | None = None
    numeric: bool = False


def next_sort(column: Column, present: str) -> str:
    """Return what a click on a heading sorts by: its column, turned round where it is already."""
    assert column.name is not None, "only columns that sort have headings to click"
    return f"-{column.name}" if present == column.name else column.name


def direction(column: Column, present: str) -> str:
    """Return a heading's `aria-sort`."""
    if present == column.name:
        return "ascending"
    return "descending" if present == f"-{column.name}" else "none"

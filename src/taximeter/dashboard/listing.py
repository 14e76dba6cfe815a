"""Lists that are filtered, sorted and paged in the address.

What there may be millions of is read a stretch at a time: the newest thousand that match are sorted
and paged as a whole, and older stretches are a link away.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

import msgspec

from taximeter.kit.paging import Cursor, Page, UnknownCursor

Item = TypeVar("Item")
Row = TypeVar("Row")

ROWS_MAX = 25
STRETCH_MAX = 1_000


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


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The heading of a column, with the address that sorts by it."""

    column: Column
    url: str | None
    direction: str


def heads(columns: Sequence[Column], query: Any) -> tuple[Head, ...]:
    """Return the headings of a list whose query has a `sort` and a `page`."""
    return tuple(
        Head(
            column=one,
            url=with_query(query, sort=next_sort(one, query.sort), page=1) if one.name else None,
            direction=direction(one, query.sort),
        )
        for one in columns
    )


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """One value of a filter, with its address; `count` None where nobody counts."""

    label: str
    url: str
    current: bool
    count: int | None = None


def choices_of(query: Any, name: str, labels: Mapping[str, str]) -> tuple[Filter, ...]:
    """Return the values that one field of a query can have, as links that choose them.

    A choice begins the list anew, so it drops the page and, where the query has one, the stretch.
    """
    begin: dict[str, Any] = {"page": 1, **({"after": ""} if hasattr(query, "after") else {})}
    return tuple(
        Filter(
            label=label,
            url=with_query(query, **(begin | {name: value})),
            current=getattr(query, name) == value,
        )
        for value, label in labels.items()
    )


class Stretch(msgspec.Struct, Generic[Item], frozen=True, kw_only=True):
    """Up to STRETCH_MAX of what matches, newest first; `older` is where the next one begins."""

    items: Sequence[Item]
    older: str | None


def stretch(read: Callable[[Cursor], Page[Any]], after: str) -> Stretch[Any]:
    """Read a stretch that begins after an item; at the newest where that item is not there."""
    cursor = Cursor(limit=STRETCH_MAX, starting_after=after or None)
    try:
        page = read(cursor)
    except UnknownCursor:
        page = read(Cursor(limit=STRETCH_MAX))
    return Stretch(items=page.data, older=page.data[-1].id if page.has_more else None)


class Pager(msgspec.Struct, frozen=True, kw_only=True):
    """The addresses around a page of a list; `older` and `newest` lead to other stretches."""

    previous: str | None
    next: str | None
    older: str | None = None
    newest: str | None = None


def pager(query: Any, rows: Listed[Any], read: Stretch[Any] | None = None) -> Pager:
    """Return the addresses around a page of a list whose query has a `page`."""
    return Pager(
        previous=with_query(query, page=rows.page - 1) if rows.page > 1 else None,
        next=with_query(query, page=rows.page + 1) if rows.page < rows.pages else None,
        older=with_query(query, page=1, after=read.older) if read and read.older else None,
        newest=with_query(query, page=1, after="") if read and query.after else None,
    )

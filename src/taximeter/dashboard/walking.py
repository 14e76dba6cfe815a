"""Lists that are walked by cursor, for what there may be millions of: forwards and back."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import msgspec

from taximeter.dashboard.listing import with_query
from taximeter.kit.paging import Cursor, Page

Item = TypeVar("Item")
Row = TypeVar("Row")


class Walked(msgspec.Struct, Generic[Row], frozen=True, kw_only=True):
    """One page, and the addresses of its neighbours where there are some."""

    rows: Sequence[Row]
    previous: str | None
    next: str | None


def cursor_of(*, after: str, before: str, limit: int) -> Cursor:
    """Return where a page begins; what follows an item goes before what precedes one."""
    return Cursor(
        limit=limit,
        starting_after=after or None,
        ending_before=None if after else before or None,
    )


def walked(
    page: Page[Item],
    *,
    query: msgspec.Struct,
    cursor: Cursor,
    id_of: Callable[[Item], str],
    row: Callable[[Item], Row],
) -> Walked[Row]:
    """Make rows of a page; the query has the fields `after` and `before`, ids of items.

    Of the direction that was walked the page knows whether there is more; in the other there is
    what was walked away from.
    """
    items = page.data
    backwards = cursor.ending_before is not None
    has_next = bool(items) and (backwards or page.has_more)
    has_previous = bool(items) and (
        page.has_more if backwards else cursor.starting_after is not None
    )
    return Walked(
        rows=[row(one) for one in items],
        previous=with_query(query, after="", before=id_of(items[0])) if has_previous else None,
        next=with_query(query, after=id_of(items[-1]), before="") if has_next else None,
    )

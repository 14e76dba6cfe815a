"""Cursor paging as Stripe does it: newest first, by the id of the last or first item seen."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import msgspec

Item = TypeVar("Item")
Key = TypeVar("Key", bound=tuple[Any, ...])


class Page(msgspec.Struct, Generic[Item], frozen=True, kw_only=True):
    """One page of a list, in the list's order, and whether more lies beyond it."""

    data: Sequence[Item]
    has_more: bool


class Cursor(msgspec.Struct, frozen=True, kw_only=True):
    """Where a page begins: after one item, before another, or (neither) at the start."""

    limit: int = 10
    starting_after: str | None = None
    ending_before: str | None = None


class CreatedRange(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds on a creation time, in Unix seconds, by which lists are filtered."""

    gt: int | None = None
    gte: int | None = None
    lt: int | None = None
    lte: int | None = None


class UnknownCursor(LookupError):
    """The cursor names no item of the list; `args[0]` is the id."""


def slice_page(
    items: Sequence[Item],
    *,
    limit: int,
    key_of: Callable[[Item], Key],
    after: Key | None = None,
    before: Key | None = None,
) -> Page[Item]:
    """Cut one page out of a whole list that is sorted by `key_of`.

    The item that `after` or `before` belonged to need not be there any more.
    """
    if before is not None:
        end = bisect_left(items, before, key=key_of)
        start = max(0, end - limit)
        return Page(data=items[start:end], has_more=start > 0)
    start = 0 if after is None else bisect_right(items, after, key=key_of)
    end = start + limit
    return Page(data=items[start:end], has_more=end < len(items))


def trim_page(fetched: Sequence[Item], cursor: Cursor) -> Page[Item]:
    """Make a page from up to `limit + 1` items that a store fetched walking away from the cursor.

    A store answers `ending_before` by walking backwards, oldest neighbour first; the page is
    turned round so that it reads in the list's order.
    """
    data = list(fetched[: cursor.limit])
    if cursor.ending_before is not None:
        data.reverse()
    return Page(data=data, has_more=len(fetched) > cursor.limit)

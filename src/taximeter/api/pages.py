"""Lists as v2 envelopes them: pages that link to their neighbours.

The token in a link carries the filters that the first page was asked with, so that a walk keeps
them whatever stands beside it.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, Literal, TypeVar

import msgspec

from taximeter.errors import InvalidRequest
from taximeter.kit.paging import Cursor, Page

T = TypeVar("T")


class PageObject(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """A page on the wire."""

    data: Sequence[T]
    next_page_url: str | None
    previous_page_url: str | None


class PageToken(msgspec.Struct, frozen=True, kw_only=True):
    """Where a page begins: after or before one item of a list with these filters."""

    direction: Literal["after", "before"]
    id: str
    limit: Annotated[int, msgspec.Meta(ge=1, le=100)]
    filters: msgspec.Raw

    def cursor(self, limit: int | None) -> Cursor:
        """Return where the page begins, with another size where one is asked for."""
        size = limit or self.limit
        if self.direction == "after":
            return Cursor(limit=size, starting_after=self.id)
        return Cursor(limit=size, ending_before=self.id)


def read_token(text: str) -> PageToken:
    """Read the token of a page. Raises InvalidRequest."""
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(text), type=PageToken)
    except (ValueError, binascii.Error):
        raise unknown_page(text) from None


def unknown_page(text: str) -> InvalidRequest:
    """Say that a token names no page, or none any more."""
    return InvalidRequest(
        f"Invalid page: {text[:100]}; ask for next_page_url or previous_page_url as it was "
        "answered, or begin again without a page.",
        param="page",
    )


def page_object(
    page: Page[Any],
    *,
    path: str,
    cursor: Cursor,
    filters: msgspec.Struct,
    id_of: Callable[[Any], str],
    render: Callable[[Any], T],
) -> PageObject[T]:
    """Render a page, with links to what lies beyond either end."""

    def link(direction: Literal["after", "before"], item: Any) -> str:
        token = PageToken(
            direction=direction,
            id=id_of(item),
            limit=cursor.limit,
            filters=msgspec.Raw(msgspec.json.encode(filters)),
        )
        text = base64.urlsafe_b64encode(msgspec.json.encode(token)).decode()
        return f"{path}?page={text}"

    items = page.data
    backwards = cursor.ending_before is not None
    # The item that the page was asked from lies beyond one end, whatever the store has found.
    older = page.has_more or backwards
    newer = page.has_more if backwards else cursor.starting_after is not None
    return PageObject(
        data=[render(item) for item in items],
        next_page_url=link("after", items[-1]) if items and older else None,
        previous_page_url=link("before", items[0]) if items and newer else None,
    )

"""Lists as Stripe envelopes them, and the parameters that every list takes."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, Literal, TypeVar

import msgspec

from taximeter.api.params import Params
from taximeter.errors import ParametersExclusive, ResourceMissing
from taximeter.kit.paging import CreatedRange, Cursor, Page, UnknownCursor

T = TypeVar("T")

UnixTime = Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799)]
"""Unix seconds up to the end of the year 9999."""


class CreatedParam(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds on the creation time."""

    gt: UnixTime | None = None
    gte: UnixTime | None = None
    lt: UnixTime | None = None
    lte: UnixTime | None = None


def created_range(created: int | CreatedParam | None) -> CreatedRange:
    """Return what a list's `created` means: no bounds, exactly one moment, or its bounds."""
    match created:
        case None:
            return CreatedRange()
        case int(exactly):
            return CreatedRange(gte=exactly, lte=exactly)
        case bounds:
            return CreatedRange(gt=bounds.gt, gte=bounds.gte, lt=bounds.lt, lte=bounds.lte)


class ListParams(Params, frozen=True, kw_only=True):
    """The parameters of a list."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 10
    starting_after: str | None = None
    ending_before: str | None = None

    def cursor(self) -> Cursor:
        """Return where the page begins. Raises ParametersExclusive."""
        if self.starting_after is not None and self.ending_before is not None:
            raise ParametersExclusive(
                "You may only specify one of these parameters: ending_before, starting_after.",
                param="ending_before",
            )
        return Cursor(
            limit=self.limit,
            starting_after=self.starting_after,
            ending_before=self.ending_before,
        )


class ListObject(msgspec.Struct, Generic[T], frozen=True, kw_only=True, gc=False):
    """A page on the wire; `url` is where the SDKs ask for the next one."""

    object: Literal["list"] = "list"
    data: Sequence[T]
    has_more: bool
    url: str


def list_object(page: Page[Any], url: str, render: Callable[[Any], T]) -> ListObject[T]:
    """Render a page."""
    return ListObject(data=[render(item) for item in page.data], has_more=page.has_more, url=url)


def unknown_cursor(error: UnknownCursor, params: ListParams, noun: str) -> ResourceMissing:
    """Say that a cursor names nothing in the list."""
    param = "starting_after" if params.starting_after is not None else "ending_before"
    return ResourceMissing(f"No such {noun}: '{error.args[0]}'", param=param)

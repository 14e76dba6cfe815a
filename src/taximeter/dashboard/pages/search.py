"""Search: by id, straight to what it names; by text, to a list of what matches."""

from collections.abc import Callable, Iterator

import msgspec

from taximeter.dashboard.page import Page, View

RESULTS_MAX = 50


class SearchQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for."""

    q: str = ""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was found: what it is, its name, and its page."""

    kind: str
    label: str
    detail: str
    url: str


class SearchData(msgspec.Struct, frozen=True, kw_only=True):
    """What was found."""

    q: str
    results: tuple[Result, ...]


def _meters(view: View, wanted: str) -> Iterator[Result]:
    for meter in view.unit.meters.all():
        texts = (meter.id, meter.display_name, meter.event_name)
        if meter.environment == view.environment.id and any(
            wanted in text.casefold() for text in texts
        ):
            yield Result(
                kind="Meter",
                label=meter.display_name,
                detail=meter.event_name,
                url=view.url(f"meters/{meter.id}"),
            )


SOURCES: tuple[Callable[[View, str], Iterator[Result]], ...] = (_meters,)
"""Where is looked, in this order: each is given the text in folded case."""


def read_search(view: View, query: SearchQuery) -> SearchData:
    """Look in every source."""
    wanted = query.q.strip().casefold()
    found = [one for source in SOURCES for one in source(view, wanted)] if wanted else []
    return SearchData(q=query.q.strip(), results=tuple(found[:RESULTS_MAX]))


PAGE = Page(
    path="search",
    area="search",
    query=SearchQuery,
    read=read_search,
    template="search.html",
    title=lambda data: f"Search: {data.q}" if data.q else "Search",
)

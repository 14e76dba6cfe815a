"""The events of the API: what happened here, as it is told to programs.

A snapshot and its thin twin tell of one thing, so they are one row.
"""

import msgspec

from taximeter.dashboard.page import Page, View
from taximeter.dashboard.pages.object_links import link_to
from taximeter.dashboard.table import Table
from taximeter.dashboard.walking import Walked, cursor_of, walked
from taximeter.errors import InvalidRequest
from taximeter.events import EVENT_DAYS, Event, EventFilter, EventPayload, RelatedObject
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.moments import moment_text
from taximeter.kit.paging import UnknownCursor

ROWS = 25
_OF_TWINS = "v1."


class ApiEventsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which events: of a type, about an object."""

    type: str = ""
    object_id: str = ""
    after: str = ""
    before: str = ""

    @property
    def narrows(self) -> bool:
        """Say whether anything is left out."""
        return bool(self.type or self.object_id)


class ApiEventRow(msgspec.Struct, frozen=True, kw_only=True):
    """An event without its data; `link` is the page of what it is about, where it has one."""

    id: str
    type: str
    event_payload: EventPayload
    created_us: int
    related_object: RelatedObject | None
    link: str | None

    @property
    def created(self) -> int:
        """Return when it happened, in Unix seconds."""
        return self.created_us // MICROSECONDS


class ApiEventsData(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the list."""

    events: Walked[ApiEventRow]
    query: ApiEventsQuery
    days: int = EVENT_DAYS


def read_api_events(view: View, query: ApiEventsQuery) -> ApiEventsData:
    """Read a page. Raises InvalidRequest for an address of an event that is gone."""
    cursor = cursor_of(after=query.after, before=query.before, limit=ROWS)
    where = EventFilter(object_id=query.object_id or None, types=_types(query.type))
    try:
        page = view.unit.events.page(view.environment.id, None, cursor, where)
    except UnknownCursor:
        raise InvalidRequest(
            "The list cannot be gone on with: the event at its edge is gone. Begin again."
        ) from None
    return ApiEventsData(
        events=walked(
            page,
            query=query,
            cursor=cursor,
            id_of=lambda one: one.id,
            row=lambda one: api_event_row(view, one),
        ),
        query=query,
    )


def _types(typed: str) -> tuple[str, ...]:
    """Return what a type finds; that of a twin finds its snapshots, which stand for both."""
    return (typed, typed.removeprefix(_OF_TWINS)) if typed else ()


def api_event_row(view: View, event: Event) -> ApiEventRow:
    """Return an event as lists show it."""
    return ApiEventRow(
        id=event.id,
        type=event.type,
        event_payload=event.event_payload,
        created_us=event.created_us,
        related_object=event.related_object,
        link=link_to(view, event.related_object),
    )


def api_events_table(data: ApiEventsData) -> Table:
    """Return the page's rows."""
    return Table(
        name="api-events",
        columns=("id", "type", "created", "object"),
        rows=[
            (
                one.id,
                one.type,
                moment_text(one.created_us),
                "" if one.related_object is None else one.related_object.id,
            )
            for one in data.events.rows
        ],
    )


PAGE = Page(
    path="developers/events",
    area="developers",
    query=ApiEventsQuery,
    read=read_api_events,
    template="api_events.html",
    title=lambda _: "API events",
    table=api_events_table,
)

"""The events of the API: what happened here, as it is told to programs."""

from typing import Literal

import msgspec

from taximeter.dashboard.page import NoQuery, Page, View
from taximeter.dashboard.table import Table
from taximeter.dashboard.walking import Walked, cursor_of, walked
from taximeter.errors import InvalidRequest, NotFound
from taximeter.events import EVENT_DAYS, Event, EventFilter, EventPayload, RelatedObject
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.moments import moment_text
from taximeter.kit.paging import UnknownCursor

ROWS = 25


class ApiEventsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which events: thin ones, which name an object, or snapshots of one."""

    payload: EventPayload = "thin"
    type: str = ""
    object_id: str = ""
    after: str = ""
    before: str = ""


class ApiEventRow(msgspec.Struct, frozen=True, kw_only=True):
    """An event without its data."""

    id: str
    type: str
    created_us: int
    related_object: RelatedObject | None

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
    where = EventFilter(
        object_id=query.object_id or None, types=(query.type,) if query.type else ()
    )
    try:
        page = view.unit.events.page(view.environment.id, query.payload, cursor, where)
    except UnknownCursor:
        raise InvalidRequest(
            "The list cannot be gone on with: the event at its edge is gone. Begin again."
        ) from None
    return ApiEventsData(
        events=walked(page, query=query, cursor=cursor, id_of=lambda one: one.id, row=_row),
        query=query,
    )


def _row(event: Event) -> ApiEventRow:
    return ApiEventRow(
        id=event.id,
        type=event.type,
        created_us=event.created_us,
        related_object=event.related_object,
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


class ApiEventData(msgspec.Struct, frozen=True, kw_only=True):
    """One event with its data."""

    row: ApiEventRow
    payload: Literal["thin", "snapshot"]
    data: msgspec.Raw

    @property
    def pretty(self) -> str:
        """Return the data as people read JSON."""
        return msgspec.json.format(bytes(self.data), indent=2).decode()


def read_api_event(view: View, query: NoQuery) -> ApiEventData:
    """Return one event. Raises NotFound."""
    id = view.path_params["id"]
    payloads: tuple[EventPayload, ...] = ("thin", "snapshot")
    for payload in payloads:
        event = view.unit.events.get(view.environment.id, payload, id)
        if event is not None:
            return ApiEventData(
                row=_row(event), payload=payload, data=msgspec.Raw(event.data.encode())
            )
    raise NotFound(f"No such event: '{id}'. Events are kept for {EVENT_DAYS} days.", param="id")


ONE = Page(
    path="developers/events/{id}",
    area="developers",
    query=NoQuery,
    read=read_api_event,
    template="api_event.html",
    title=lambda data: data.row.type,
)

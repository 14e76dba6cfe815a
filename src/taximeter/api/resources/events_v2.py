"""`/v2/core/events`: thin events, with their data."""

from datetime import datetime
from typing import Annotated

import msgspec

from taximeter.api.endpoint import Endpoint
from taximeter.api.json_body import Moment
from taximeter.api.pages import PageObject, page_object, read_token, unknown_page
from taximeter.api.services import Context
from taximeter.api.wire.event import EventObject, event_object
from taximeter.errors import InvalidRequest
from taximeter.events import EventFilter, retrieve_event
from taximeter.kit.moments import moment_us
from taximeter.kit.paging import Cursor, UnknownCursor

TYPES_MAX = 20
LIMIT = 10


class CreatedRange(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds of creation; those that are sent all hold."""

    gt: Moment | None = None
    gte: Moment | None = None
    lt: Moment | None = None
    lte: Moment | None = None


class EventList(msgspec.Struct, frozen=True, kw_only=True):
    """What listing events takes; `page` comes out of a link that an earlier page had."""

    created: CreatedRange | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] | None = None
    object_id: str | None = None
    page: str | None = None
    types: tuple[str, ...] = ()


class EventRetrieve(msgspec.Struct, frozen=True, kw_only=True):
    """What retrieving an event takes: nothing."""


def _list(context: Context, params: EventList) -> PageObject[EventObject]:
    cursor, where = _asked(params)
    try:
        page = context.unit.events.page(context.environment.id, "thin", cursor, where)
    except UnknownCursor:
        assert params.page is not None, "a cursor comes out of a page"
        raise unknown_page(params.page) from None
    return page_object(
        page,
        path=context.path,
        cursor=cursor,
        filters=where,
        id_of=lambda event: event.id,
        render=lambda event: event_object(event, context.environment),
    )


def _asked(params: EventList) -> tuple[Cursor, EventFilter]:
    if params.page is None:
        return Cursor(limit=params.limit or LIMIT), _filter(params)
    for name in ("created", "object_id", "types"):
        if getattr(params, name):
            raise InvalidRequest(
                f"A page keeps the filters that the list was begun with; leave {name} out, or "
                "begin again without a page.",
                param=name,
            )
    token = read_token(params.page)
    try:
        return token.cursor(params.limit), msgspec.json.decode(token.filters, type=EventFilter)
    except msgspec.DecodeError:
        raise unknown_page(params.page) from None


def _filter(params: EventList) -> EventFilter:
    if len(params.types) > TYPES_MAX:
        raise InvalidRequest(f"At most {TYPES_MAX} types can be asked for.", param="types")
    created = params.created or CreatedRange()
    return EventFilter(
        object_id=params.object_id,
        types=params.types,
        created_gt_us=_moment(created.gt),
        created_gte_us=_moment(created.gte),
        created_lt_us=_moment(created.lt),
        created_lte_us=_moment(created.lte),
    )


def _moment(moment: datetime | None) -> int | None:
    return None if moment is None else moment_us(moment)


def _retrieve(context: Context, params: EventRetrieve) -> EventObject:
    event = retrieve_event(
        store=context.unit.events, environment=context.environment, id=context.path_params["id"]
    )
    return event_object(event, context.environment)


ENDPOINTS = (
    Endpoint(method="GET", path="/v2/core/events", params=EventList, run=_list),
    Endpoint(method="GET", path="/v2/core/events/{id}", params=EventRetrieve, run=_retrieve),
)

"""`/v1/events`: snapshots of objects as they were when something happened to them."""

from collections.abc import Sequence

import msgspec

from taximeter.api.endpoint import Endpoint
from taximeter.api.lists import (
    CreatedParam,
    ListObject,
    ListParams,
    UnixTime,
    created_range,
    unknown_cursor,
)
from taximeter.api.params import Params
from taximeter.api.services import Context
from taximeter.api.wire.event import SnapshotEventObject, snapshot_event_object
from taximeter.errors import InvalidRequest, ParametersExclusive
from taximeter.events import Event, EventFilter, retrieve_event
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.paging import CreatedRange, UnknownCursor
from taximeter.webhooks.resend import resend_event

TYPES_MAX = 20


class EventList(ListParams, frozen=True, kw_only=True):
    """What listing events takes; a `*` within a type stands for anything."""

    created: UnixTime | CreatedParam | None = None
    delivery_success: bool | None = None
    type: str | None = None
    types: tuple[str, ...] = ()


class EventRetry(Params, frozen=True, kw_only=True):
    """What delivering an event once more takes; Stripe's command line sends it."""

    webhook_endpoint: str


def _list(context: Context, params: EventList) -> ListObject[SnapshotEventObject]:
    try:
        page = context.unit.events.page(
            context.environment.id, "snapshot", params.cursor(), _filter(params)
        )
    except UnknownCursor as error:
        raise unknown_cursor(error, params, "event") from None
    return ListObject(data=_views(context, page.data), has_more=page.has_more, url=context.path)


def _filter(params: EventList) -> EventFilter:
    if params.type is not None and params.types:
        raise ParametersExclusive(
            "You may only specify one of these parameters: type, types.", param="types"
        )
    if len(params.types) > TYPES_MAX:
        raise InvalidRequest(f"At most {TYPES_MAX} types can be asked for.", param="types")
    types = params.types if params.type is None else (params.type,)
    where = EventFilter(types=types, delivery_success=params.delivery_success)
    return _created(where, created_range(params.created))


def _created(where: EventFilter, seconds: CreatedRange) -> EventFilter:
    """Bound a filter by whole seconds: an event is shown with the second in which it was made."""
    gt, lte = seconds.gt, seconds.lte
    return msgspec.structs.replace(
        where,
        created_gt_us=None if gt is None else (gt + 1) * MICROSECONDS - 1,
        created_gte_us=None if seconds.gte is None else seconds.gte * MICROSECONDS,
        created_lt_us=None if seconds.lt is None else seconds.lt * MICROSECONDS,
        created_lte_us=None if lte is None else (lte + 1) * MICROSECONDS - 1,
    )


def _retrieve(context: Context, params: Params) -> SnapshotEventObject:
    event = retrieve_event(
        store=context.unit.events,
        environment=context.environment,
        id=context.path_params["id"],
        event_payload="snapshot",
    )
    (view,) = _views(context, [event])
    return view


def _retry(context: Context, params: EventRetry) -> SnapshotEventObject:
    event = retrieve_event(
        store=context.unit.events,
        environment=context.environment,
        id=context.path_params["id"],
        event_payload="snapshot",
    )
    resend_event(
        unit=context.unit,
        environment=context.environment,
        event=event,
        destination=params.webhook_endpoint,
        now_us=context.services.clock.now_us(),
    )
    (view,) = _views(context, [event])
    return view


def _views(context: Context, events: Sequence[Event]) -> list[SnapshotEventObject]:
    pending = context.unit.deliveries.pending([one.id for one in events])
    return [
        snapshot_event_object(one, context.environment, pending_webhooks=pending.get(one.id, 0))
        for one in events
    ]


ENDPOINTS = (
    Endpoint(method="GET", path="/v1/events", params=EventList, run=_list),
    Endpoint(method="GET", path="/v1/events/{id}", params=Params, run=_retrieve),
    Endpoint(method="POST", path="/v1/events/{id}/retry", params=EventRetry, run=_retry),
)

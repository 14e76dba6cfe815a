"""`/v1/billing/meter_events`: recording on the hot path, reading back on the ordinary one."""

import hashlib
from typing import Annotated, Any

import msgspec

from taximeter.api.endpoint import Endpoint
from taximeter.api.expand import NOTHING, check_expand
from taximeter.api.lists import ListObject, ListParams, UnixTime, list_object
from taximeter.api.params import Params
from taximeter.api.services import Context
from taximeter.api.wire.meter_event import LoggedMeterEventObject, logged_meter_event_object
from taximeter.ingest.event import LoggedEvent, Origin, SentEvent
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.ids import new_identifier
from taximeter.usage.events import EventFilter, list_events, retrieve_event

PATH = "/v1/billing/meter_events"


class MeterEventCreate(Params, frozen=True, kw_only=True):
    """What recording an event takes."""

    event_name: Annotated[str, msgspec.Meta(max_length=100)]
    payload: dict[str, str]
    identifier: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    timestamp: int | None = None


class MeterEventList(ListParams, frozen=True, kw_only=True):
    """What listing events takes; Stripe has no such list."""

    event_name: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    customer: str | None = None
    start_time: UnixTime | None = None
    end_time: UnixTime | None = None
    dimension_filters: dict[str, str] = {}
    canceled: bool | None = None
    as_of_us: Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799_999_999)] | None = None


def sent_event(params: MeterEventCreate) -> SentEvent:
    """Read an event out of the parameters; one without an identifier is given one."""
    check_expand(params.expand, NOTHING)
    timestamp = params.timestamp
    return SentEvent(
        event_name=params.event_name,
        payload=params.payload,
        identifier=params.identifier or new_identifier(),
        timestamp_us=None if timestamp is None else timestamp * MICROSECONDS,
    )


def origin_of(idempotency_key: str | None, sent: Any) -> Origin | None:
    """Fingerprint a request's parameters, whatever order they came in."""
    if idempotency_key is None:
        return None
    spelled = msgspec.json.encode(sent, order="deterministic")
    digest = hashlib.blake2b(spelled, digest_size=8).digest()
    return Origin(idempotency_key, int.from_bytes(digest, "big"))


def _list(context: Context, params: MeterEventList) -> ListObject[LoggedMeterEventObject]:
    page = list_events(
        reader=context.services.reader,
        environment=context.environment,
        where=EventFilter(
            event_name=params.event_name,
            customer=params.customer,
            start_time=params.start_time,
            end_time=params.end_time,
            dimension_filters=params.dimension_filters,
            canceled=params.canceled,
            as_of_us=params.as_of_us,
        ),
        cursor=params.cursor(),
    )
    return list_object(page, context.path, lambda logged: _render(context, logged))


def _retrieve(context: Context, params: Params) -> LoggedMeterEventObject:
    logged = retrieve_event(
        reader=context.services.reader,
        environment=context.environment,
        identifier=context.path_params["identifier"],
    )
    return _render(context, logged)


def _render(context: Context, logged: LoggedEvent) -> LoggedMeterEventObject:
    meter = context.unit.meters.get(context.environment.id, logged.event.meter)
    assert meter is not None, "meters are never deleted"
    return logged_meter_event_object(logged, meter, context.environment)


ENDPOINTS = (
    Endpoint(method="GET", path=PATH, params=MeterEventList, run=_list),
    Endpoint(method="GET", path=PATH + "/{identifier:path}", params=Params, run=_retrieve),
)

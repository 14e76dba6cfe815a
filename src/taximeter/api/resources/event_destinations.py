"""`/v2/core/event_destinations`."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from taximeter.api.endpoint import Endpoint
from taximeter.api.json_body import Body
from taximeter.api.pages import PageObject, page_object, read_token, unknown_page
from taximeter.api.resources.webhook_endpoints import Description, ExpiresIn
from taximeter.api.services import Context
from taximeter.api.wire.event import EventObject, event_object
from taximeter.api.wire.event_destination import (
    SIGNING,
    DeletedEventDestinationObject,
    EventDestinationObject,
    event_destination_object,
)
from taximeter.errors import InvalidRequest, ParameterMissing
from taximeter.events import EventPayload
from taximeter.kit.paging import Cursor, UnknownCursor
from taximeter.webhooks.change import (
    DestinationChange,
    change_destination,
    delete_destination,
    disable_destination,
    enable_destination,
    ping_destination,
    retrieve_destination,
    roll_secret,
)
from taximeter.webhooks.create import create_destination
from taximeter.webhooks.destination import EventDestination

Includable = Literal["webhook_endpoint.signing_secret", "webhook_endpoint.url"]
DestinationName = Annotated[str, msgspec.Meta(min_length=1, max_length=5_000)]
OURS = "@self"
LIMIT = 10
_CLOUD = (
    "Events are delivered to addresses only; send type webhook_endpoint, and have what listens "
    "there hand them on."
)


class UrlBody(Body, frozen=True, kw_only=True):
    """Where to deliver."""

    url: str


class DestinationCreate(Body, frozen=True, kw_only=True):
    """What creating a destination takes."""

    name: DestinationName
    type: Literal["webhook_endpoint", "amazon_eventbridge", "azure_event_grid"]
    event_payload: EventPayload
    enabled_events: list[str]
    amazon_eventbridge: dict[str, str] | None = None
    azure_event_grid: dict[str, str] | None = None
    description: Description | None = None
    events_from: list[str] | None = None
    include: list[Includable] = []
    metadata: dict[str, str] | None = None
    snapshot_api_version: str | None = None
    webhook_endpoint: UrlBody | None = None


class DestinationUpdate(Body, frozen=True, kw_only=True):
    """What changing a destination takes."""

    description: Description | None | UnsetType = UNSET
    enabled_events: list[str] | UnsetType = UNSET
    include: list[Includable] = []
    metadata: dict[str, str | None] | None | UnsetType = UNSET
    name: DestinationName | UnsetType = UNSET
    webhook_endpoint: UrlBody | UnsetType = UNSET


class SecretRoll(Body, frozen=True, kw_only=True):
    """What rolling a secret takes: for how long the one until now signs, too."""

    expires_in: ExpiresIn = 0


class Nothing(Body, frozen=True, kw_only=True):
    """What enabling, disabling and a ping take."""


class DestinationRead(msgspec.Struct, frozen=True, kw_only=True):
    """What retrieving a destination takes."""

    include: tuple[Includable, ...] = ()


class DestinationList(DestinationRead, frozen=True, kw_only=True):
    """What listing destinations takes; `page` comes out of a link that an earlier page had."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] | None = None
    page: str | None = None


def _create(context: Context, params: DestinationCreate) -> EventDestinationObject:
    if params.type != "webhook_endpoint":
        raise InvalidRequest(_CLOUD, param="type")
    for name in ("amazon_eventbridge", "azure_event_grid"):
        if getattr(params, name) is not None:
            raise InvalidRequest(_CLOUD, param=name)
    if params.webhook_endpoint is None:
        param = "webhook_endpoint"
        raise ParameterMissing(f"Missing required param: {param}.", param=param)
    if params.events_from not in (None, [], [OURS]):
        raise InvalidRequest(
            f"There are no other accounts here; send {OURS}, or leave events_from out.",
            param="events_from",
        )
    services = context.services
    destination = create_destination(
        store=context.unit.event_destinations,
        environment=context.environment,
        rules=services.webhook_addresses,
        settings=services.settings,
        now_us=services.clock.now_us(),
        api="event_destination",
        url=params.webhook_endpoint.url,
        url_param="webhook_endpoint.url",
        event_payload=params.event_payload,
        enabled_events=params.enabled_events,
        name=params.name,
        description=params.description,
        api_version=params.snapshot_api_version,
        events_from=(OURS,),
        metadata=params.metadata or {},
    )
    return event_destination_object(destination, context.environment, include=params.include)


def _this(context: Context) -> EventDestination:
    return retrieve_destination(
        store=context.unit.event_destinations,
        environment=context.environment,
        api="event_destination",
        id=context.path_params["id"],
    )


def _shown(
    context: Context, destination: EventDestination, include: Sequence[str] = ()
) -> EventDestinationObject:
    """Render a destination; its secret is seen only when it is made."""
    seen = [one for one in include if one != SIGNING]
    return event_destination_object(destination, context.environment, include=seen)


def _retrieve(context: Context, params: DestinationRead) -> EventDestinationObject:
    return _shown(context, _this(context), params.include)


def _update(context: Context, params: DestinationUpdate) -> EventDestinationObject:
    services = context.services
    sent: Any = params.metadata
    if isinstance(sent, dict):
        sent = {key: value or "" for key, value in sent.items()}
    changed = change_destination(
        store=context.unit.event_destinations,
        environment=context.environment,
        rules=services.webhook_addresses,
        destination=_this(context),
        change=DestinationChange(
            url=(
                UNSET
                if isinstance(params.webhook_endpoint, UnsetType)
                else params.webhook_endpoint.url
            ),
            enabled_events=params.enabled_events,
            name=params.name,
            description=params.description,
            metadata=sent,
        ),
        now_us=services.clock.now_us(),
        url_param="webhook_endpoint.url",
    )
    return _shown(context, changed, params.include)


def _enable(context: Context, params: Nothing) -> EventDestinationObject:
    enabled = enable_destination(
        store=context.unit.event_destinations,
        destination=_this(context),
        now_us=context.services.clock.now_us(),
    )
    return _shown(context, enabled)


def _disable(context: Context, params: Nothing) -> EventDestinationObject:
    disabled = disable_destination(
        store=context.unit.event_destinations,
        destination=_this(context),
        now_us=context.services.clock.now_us(),
    )
    return _shown(context, disabled)


def _ping(context: Context, params: Nothing) -> EventObject:
    event = ping_destination(
        unit=context.unit,
        environment=context.environment,
        destination=_this(context),
        now_us=context.services.clock.now_us(),
    )
    return event_object(event, context.environment)


def _roll_secret(context: Context, params: SecretRoll) -> EventDestinationObject:
    rolled = roll_secret(
        store=context.unit.event_destinations,
        destination=_this(context),
        now_us=context.services.clock.now_us(),
        expires_in=params.expires_in,
    )
    return event_destination_object(rolled, context.environment, include=[SIGNING])


def _delete(context: Context, params: msgspec.Struct) -> DeletedEventDestinationObject:
    destination = _this(context)
    delete_destination(unit=context.unit, destination=destination)
    return DeletedEventDestinationObject(id=destination.id)


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What a walk through the list keeps."""

    include: tuple[Includable, ...] = ()


def _list(context: Context, params: DestinationList) -> PageObject[EventDestinationObject]:
    cursor, filters = Cursor(limit=params.limit or LIMIT), Filters(include=params.include)
    if params.page is not None:
        token = read_token(params.page)
        try:
            cursor = token.cursor(params.limit)
            filters = msgspec.json.decode(token.filters, type=Filters)
        except msgspec.DecodeError:
            raise unknown_page(params.page) from None
    store = context.unit.event_destinations
    try:
        page = store.page(context.environment.id, cursor, "event_destination")
    except UnknownCursor:
        assert params.page is not None, "a cursor comes out of a page"
        raise unknown_page(params.page) from None
    return page_object(
        page,
        path=context.path,
        cursor=cursor,
        filters=filters,
        id_of=lambda one: one.id,
        render=lambda one: _shown(context, one, filters.include),
    )


_ALL = "/v2/core/event_destinations"
_ONE = "/v2/core/event_destinations/{id}"

ENDPOINTS = (
    Endpoint(method="POST", path=_ALL, params=DestinationCreate, run=_create),
    Endpoint(method="GET", path=_ALL, params=DestinationList, run=_list),
    Endpoint(method="GET", path=_ONE, params=DestinationRead, run=_retrieve),
    Endpoint(method="POST", path=_ONE, params=DestinationUpdate, run=_update),
    Endpoint(method="DELETE", path=_ONE, params=Nothing, run=_delete),
    Endpoint(method="POST", path=_ONE + "/enable", params=Nothing, run=_enable),
    Endpoint(method="POST", path=_ONE + "/disable", params=Nothing, run=_disable),
    Endpoint(method="POST", path=_ONE + "/ping", params=Nothing, run=_ping),
    Endpoint(method="POST", path=_ONE + "/roll_secret", params=SecretRoll, run=_roll_secret),
)

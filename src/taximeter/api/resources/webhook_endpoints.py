"""`/v1/webhook_endpoints`."""

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from taximeter.api.endpoint import Endpoint
from taximeter.api.lists import ListObject, ListParams, list_object, unknown_cursor
from taximeter.api.params import Params
from taximeter.api.services import Context
from taximeter.api.wire.webhook_endpoint import (
    DeletedWebhookEndpointObject,
    WebhookEndpointObject,
    webhook_endpoint_object,
)
from taximeter.errors import InvalidRequest
from taximeter.kit.paging import UnknownCursor
from taximeter.webhooks.change import (
    DestinationChange,
    change_destination,
    delete_destination,
    disable_destination,
    enable_destination,
    retrieve_destination,
    roll_secret,
)
from taximeter.webhooks.create import create_destination
from taximeter.webhooks.destination import EventDestination

EXPIRES_IN_MAX = 86_400
ExpiresIn = Annotated[int, msgspec.Meta(ge=0, le=EXPIRES_IN_MAX)]
Description = Annotated[str, msgspec.Meta(max_length=5_000)]

_FIXED = "It is fixed when the endpoint is created; create another endpoint."


class EndpointCreate(Params, frozen=True, kw_only=True):
    """What creating an endpoint takes."""

    url: str
    enabled_events: tuple[str, ...]
    api_version: str | None = None
    connect: bool = False
    description: Description | None | UnsetType = UNSET
    metadata: dict[str, str] | None | UnsetType = UNSET


class EndpointUpdate(Params, frozen=True, kw_only=True):
    """What changing an endpoint takes."""

    refused = {"api_version": _FIXED, "connect": _FIXED}

    url: str | UnsetType = UNSET
    enabled_events: tuple[str, ...] | UnsetType = UNSET
    description: Description | None | UnsetType = UNSET
    disabled: bool | None = None
    metadata: dict[str, str] | None | UnsetType = UNSET


class SecretRoll(Params, frozen=True, kw_only=True):
    """What rolling a secret takes: for how long the one until now signs, too."""

    expires_in: ExpiresIn = 0


def _create(context: Context, params: EndpointCreate) -> WebhookEndpointObject:
    if params.connect:
        raise InvalidRequest(
            "There are no connected accounts here; leave connect out.", param="connect"
        )
    services = context.services
    destination = create_destination(
        store=context.unit.event_destinations,
        environment=context.environment,
        rules=services.webhook_addresses,
        settings=services.settings,
        now_us=services.clock.now_us(),
        api="webhook_endpoint",
        url=params.url,
        url_param="url",
        event_payload="snapshot",
        enabled_events=params.enabled_events,
        description=params.description or None,
        api_version=params.api_version,
        metadata=params.metadata or {},
    )
    return webhook_endpoint_object(destination, context.environment, with_secret=True)


def _this(context: Context) -> EventDestination:
    return retrieve_destination(
        store=context.unit.event_destinations,
        environment=context.environment,
        api="webhook_endpoint",
        id=context.path_params["webhook_endpoint"],
    )


def _retrieve(context: Context, params: Params) -> WebhookEndpointObject:
    return webhook_endpoint_object(_this(context), context.environment)


def _update(context: Context, params: EndpointUpdate) -> WebhookEndpointObject:
    services, store = context.services, context.unit.event_destinations
    now_us = services.clock.now_us()
    changed = change_destination(
        store=store,
        environment=context.environment,
        rules=services.webhook_addresses,
        destination=_this(context),
        change=DestinationChange(
            url=params.url,
            enabled_events=params.enabled_events,
            description=params.description,
            metadata=params.metadata,
        ),
        now_us=now_us,
        url_param="url",
    )
    if params.disabled is not None:
        switch = disable_destination if params.disabled else enable_destination
        changed = switch(store=store, destination=changed, now_us=now_us)
    return webhook_endpoint_object(changed, context.environment)


def _delete(context: Context, params: Params) -> DeletedWebhookEndpointObject:
    destination = _this(context)
    delete_destination(unit=context.unit, destination=destination)
    return DeletedWebhookEndpointObject(id=destination.id)


def _roll_secret(context: Context, params: SecretRoll) -> WebhookEndpointObject:
    rolled = roll_secret(
        store=context.unit.event_destinations,
        destination=_this(context),
        now_us=context.services.clock.now_us(),
        expires_in=params.expires_in,
    )
    return webhook_endpoint_object(rolled, context.environment, with_secret=True)


def _list(context: Context, params: ListParams) -> ListObject[WebhookEndpointObject]:
    store = context.unit.event_destinations
    try:
        page = store.page(context.environment.id, params.cursor(), "webhook_endpoint")
    except UnknownCursor as error:
        raise unknown_cursor(error, params, "webhook endpoint") from None
    return list_object(
        page, context.path, lambda one: webhook_endpoint_object(one, context.environment)
    )


_ALL = "/v1/webhook_endpoints"
_ONE = "/v1/webhook_endpoints/{webhook_endpoint}"

ENDPOINTS = (
    Endpoint(method="POST", path=_ALL, params=EndpointCreate, run=_create),
    Endpoint(method="GET", path=_ALL, params=ListParams, run=_list),
    Endpoint(method="GET", path=_ONE, params=Params, run=_retrieve),
    Endpoint(method="POST", path=_ONE, params=EndpointUpdate, run=_update),
    Endpoint(method="DELETE", path=_ONE, params=Params, run=_delete),
    Endpoint(method="POST", path=_ONE + "/roll_secret", params=SecretRoll, run=_roll_secret),
)

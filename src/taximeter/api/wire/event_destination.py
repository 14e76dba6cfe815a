"""`v2.core.event_destination` on the wire."""

from collections.abc import Collection, Sequence
from typing import Literal

import msgspec

from taximeter.environments import Environment
from taximeter.events import EventPayload
from taximeter.kit.moments import moment_text
from taximeter.webhooks.destination import DestinationStatus, DisabledBy, EventDestination

SIGNING = "webhook_endpoint.signing_secret"
URL = "webhook_endpoint.url"


class DisabledObject(msgspec.Struct, frozen=True):
    """Who disabled a destination."""

    reason: DisabledBy


class StatusDetailsObject(msgspec.Struct, frozen=True):
    """Why a destination has its status."""

    disabled: DisabledObject | None


class WebhookObject(msgspec.Struct, frozen=True):
    """The address; each is null unless it was asked for."""

    signing_secret: str | None
    url: str | None


class EventDestinationObject(msgspec.Struct, frozen=True, kw_only=True):
    """An event destination; what belongs to clouds is null."""

    id: str
    object: Literal["v2.core.event_destination"] = "v2.core.event_destination"
    amazon_eventbridge: None = None
    azure_event_grid: None = None
    created: str
    description: str
    enabled_events: Sequence[str]
    event_payload: EventPayload
    events_from: Sequence[str]
    livemode: bool
    metadata: dict[str, str]
    name: str
    snapshot_api_version: str | None
    status: DestinationStatus
    status_details: StatusDetailsObject | None
    type: Literal["webhook_endpoint"] = "webhook_endpoint"
    updated: str
    webhook_endpoint: WebhookObject


class DeletedEventDestinationObject(msgspec.Struct, frozen=True, kw_only=True):
    """All that is left to see of a deleted destination."""

    id: str
    object: Literal["v2.core.event_destination"] = "v2.core.event_destination"
    deleted: Literal[True] = True


def event_destination_object(
    destination: EventDestination, environment: Environment, *, include: Collection[str] = ()
) -> EventDestinationObject:
    """Render a destination, with what of its address was asked for."""
    disabled = destination.disabled_by
    return EventDestinationObject(
        id=destination.id,
        created=moment_text(destination.created_us),
        description=destination.description or "",
        enabled_events=destination.enabled_events,
        event_payload=destination.event_payload,
        events_from=destination.events_from,
        livemode=environment.livemode,
        metadata=destination.metadata,
        name=destination.name,
        snapshot_api_version=destination.api_version,
        status=destination.status,
        status_details=StatusDetailsObject(DisabledObject(disabled)) if disabled else None,
        updated=moment_text(destination.updated_us),
        webhook_endpoint=WebhookObject(
            signing_secret=destination.secrets[0].value if SIGNING in include else None,
            url=destination.url if URL in include else None,
        ),
    )

"""`webhook_endpoint` on the wire."""

from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from taximeter.environments import Environment
from taximeter.kit.clock import MICROSECONDS
from taximeter.webhooks.destination import DestinationStatus, EventDestination


class WebhookEndpointObject(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook endpoint; its secret is shown only when it has just been made."""

    id: str
    object: Literal["webhook_endpoint"] = "webhook_endpoint"
    api_version: str | None
    application: None = None
    created: int
    description: str | None
    enabled_events: Sequence[str]
    livemode: bool
    metadata: dict[str, str]
    secret: str | UnsetType = UNSET
    status: DestinationStatus
    url: str


class DeletedWebhookEndpointObject(msgspec.Struct, frozen=True, kw_only=True):
    """All that is left to see of a deleted endpoint."""

    id: str
    object: Literal["webhook_endpoint"] = "webhook_endpoint"
    deleted: Literal[True] = True


def webhook_endpoint_object(
    destination: EventDestination, environment: Environment, *, with_secret: bool = False
) -> WebhookEndpointObject:
    """Render an endpoint, with the secret that was made last where that is to be seen."""
    return WebhookEndpointObject(
        id=destination.id,
        api_version=destination.api_version,
        created=destination.created_us // MICROSECONDS,
        description=destination.description,
        enabled_events=destination.enabled_events,
        livemode=environment.livemode,
        metadata=destination.metadata,
        secret=destination.secrets[0].value if with_secret else UNSET,
        status=destination.status,
        url=destination.url,
    )

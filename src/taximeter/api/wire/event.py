"""`event` and `v2.core.event` on the wire: snapshots and thin events."""

from typing import Literal

import msgspec

from taximeter.api.http import API_VERSION
from taximeter.environments import Environment
from taximeter.events import Event, RelatedObject
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.moments import moment_text


class RequestObject(msgspec.Struct, frozen=True, kw_only=True):
    """The request that caused an event; nulls for what happened by itself."""

    id: str | None
    idempotency_key: str | None


class SnapshotEventObject(msgspec.Struct, frozen=True, kw_only=True):
    """An event with its object as it was then; `pending_webhooks` is of the present."""

    id: str
    object: Literal["event"] = "event"
    api_version: str = API_VERSION
    created: int
    data: msgspec.Raw
    livemode: bool
    pending_webhooks: int
    request: RequestObject
    type: str


class ReasonRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The request that caused a thin event; without an idempotency key that one is empty."""

    id: str
    idempotency_key: str


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why a thin event happened."""

    request: ReasonRequest
    type: Literal["request"] = "request"


class EventObject(msgspec.Struct, frozen=True, kw_only=True):
    """A thin event with its data; nothing that happens by itself has a request for its reason."""

    id: str
    object: Literal["v2.core.event"] = "v2.core.event"
    changes: None = None
    context: None = None
    created: str
    data: msgspec.Raw
    livemode: bool
    reason: Reason | None
    related_object: RelatedObject | None
    snapshot_event: str | None
    type: str


def snapshot_event_object(
    event: Event, environment: Environment, *, pending_webhooks: int
) -> SnapshotEventObject:
    """Render a snapshot event."""
    return SnapshotEventObject(
        id=event.id,
        created=event.created_us // MICROSECONDS,
        data=msgspec.Raw(event.data),
        livemode=environment.livemode,
        pending_webhooks=pending_webhooks,
        request=RequestObject(id=event.request_id, idempotency_key=event.idempotency_key),
        type=event.type,
    )


def event_object(event: Event, environment: Environment) -> EventObject:
    """Render a thin event."""
    return EventObject(
        id=event.id,
        created=moment_text(event.created_us),
        data=msgspec.Raw(event.data),
        livemode=environment.livemode,
        reason=_reason(event),
        related_object=event.related_object,
        snapshot_event=event.snapshot_event,
        type=event.type,
    )


def _reason(event: Event) -> Reason | None:
    if event.request_id is None:
        return None
    key = event.idempotency_key or ""
    return Reason(request=ReasonRequest(id=event.request_id, idempotency_key=key))


class ThinObject(msgspec.Struct, frozen=True, kw_only=True):
    """A thin event as it is delivered: without its data, which is fetched."""

    id: str
    object: Literal["v2.core.event"] = "v2.core.event"
    context: None = None
    created: str
    livemode: bool
    reason: Reason | None
    related_object: RelatedObject | None
    snapshot_event: str | None
    type: str


def event_body(event: Event, environment: Environment, *, pending: int) -> bytes:
    """Spell an event as it is delivered; `pending` is how many deliveries of it are not done."""
    if event.event_payload == "snapshot":
        return msgspec.json.encode(
            snapshot_event_object(event, environment, pending_webhooks=pending)
        )
    return msgspec.json.encode(
        ThinObject(
            id=event.id,
            created=moment_text(event.created_us),
            livemode=environment.livemode,
            reason=_reason(event),
            related_object=event.related_object,
            snapshot_event=event.snapshot_event,
            type=event.type,
        )
    )

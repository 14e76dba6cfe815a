"""`v2.core.event` on the wire."""

from typing import Literal

import msgspec

from taximeter.environments import Environment
from taximeter.events import Event, RelatedObject
from taximeter.kit.moments import moment_text


class EventObject(msgspec.Struct, frozen=True, kw_only=True):
    """A thin event with its data; nothing that happens by itself has a request for its reason."""

    id: str
    object: Literal["v2.core.event"] = "v2.core.event"
    changes: None = None
    context: None = None
    created: str
    data: msgspec.Raw
    livemode: bool
    reason: None = None
    related_object: RelatedObject | None
    snapshot_event: None = None
    type: str


def event_object(event: Event, environment: Environment) -> EventObject:
    """Render an event."""
    return EventObject(
        id=event.id,
        created=moment_text(event.created_us),
        data=msgspec.Raw(event.data),
        livemode=environment.livemode,
        related_object=event.related_object,
        type=event.type,
    )


class ThinObject(msgspec.Struct, frozen=True, kw_only=True):
    """A thin event as it is delivered: without its data, which is fetched."""

    id: str
    object: Literal["v2.core.event"] = "v2.core.event"
    context: None = None
    created: str
    livemode: bool
    reason: None = None
    related_object: RelatedObject | None
    type: str


def event_body(event: Event, environment: Environment, *, pending: int) -> bytes:
    """Spell an event as it is delivered."""
    return msgspec.json.encode(
        ThinObject(
            id=event.id,
            created=moment_text(event.created_us),
            livemode=environment.livemode,
            related_object=event.related_object,
            type=event.type,
        )
    )

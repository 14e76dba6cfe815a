"""Whom events are told to: an address, the types it wants, and the secrets that sign for us."""

from collections.abc import Sequence
from typing import Literal, Protocol

import msgspec

from taximeter.events import EventPayload
from taximeter.kit.paging import Cursor, Page

DestinationApi = Literal["webhook_endpoint", "event_destination"]
"""By which of Stripe's two APIs it was made: each lists its own (`we_…` and `ed_…`)."""

DestinationStatus = Literal["enabled", "disabled"]
DisabledBy = Literal["user", "failures"]


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """What deliveries are signed with; one that was rolled signs until it expires, Unix seconds."""

    value: str
    expires_at: int | None = None


class EventDestination(msgspec.Struct, frozen=True, kw_only=True):
    """An address that is told of events. Moments in microseconds.

    `failing_since_us` is when the first of the attempts failed of which none has succeeded since.
    """

    id: str
    environment: int
    api: DestinationApi
    created_us: int
    updated_us: int
    url: str
    event_payload: EventPayload
    enabled_events: tuple[str, ...]
    name: str = ""
    description: str | None = None
    api_version: str | None = None
    events_from: tuple[str, ...] = ()
    metadata: dict[str, str] = {}
    status: DestinationStatus = "enabled"
    disabled_by: DisabledBy | None = None
    secrets: tuple[Secret, ...] = ()
    failing_since_us: int | None = None

    def wants(self, event_payload: EventPayload, type: str) -> bool:
        """Say whether events of a kind and type are told to it."""
        if self.status != "enabled" or event_payload != self.event_payload:
            return False
        return "*" in self.enabled_events or type in self.enabled_events


class EventDestinationStore(Protocol):
    """Keeps event destinations."""

    def add(self, destination: EventDestination) -> None:
        """Keep a new destination."""
        ...

    def get(self, environment: int, id: str) -> EventDestination | None:
        """Return the destination, or None."""
        ...

    def save(self, destination: EventDestination) -> None:
        """Keep a changed destination."""
        ...

    def delete(self, environment: int, id: str) -> None:
        """Drop a destination; its deliveries stay in the log, and none is made any more."""
        ...

    def all(self, environment: int | None = None) -> Sequence[EventDestination]:
        """Return every destination, of one environment or of all, oldest first."""
        ...

    def page(self, environment: int, cursor: Cursor, api: DestinationApi) -> Page[EventDestination]:
        """Return a page, newest first. Raises UnknownCursor."""
        ...

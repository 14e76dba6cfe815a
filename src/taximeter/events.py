"""Events: what happened, written down in the transaction in which it happened.

They form the outbox: whoever tells the outside reads them from here, in their order. Stripe has two
kinds: thin ones, which name an object and are fetched through v2, and snapshots of an object. Most
snapshots have a thin twin, whose type begins with `v1.` and which names them.
"""

from collections.abc import Collection, Sequence
from typing import Annotated, Literal, Protocol

import msgspec

from taximeter.environments import Environment
from taximeter.errors import NotFound
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.ids import new_id
from taximeter.kit.paging import Cursor, Page
from taximeter.kit.periods import DAY_SECONDS

EVENT_DAYS = 30
"""How far back events can be read."""

EVENT_US = EVENT_DAYS * DAY_SECONDS * MICROSECONDS

EventPayload = Literal["thin", "snapshot"]
"""What an event carries, in Stripe's word for what a destination asks for."""


class RelatedObject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What an event is about, and where it is read."""

    id: str
    type: str
    url: str


class Event(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Something that happened; `data` is JSON text, as it will be told.

    That of a snapshot holds `object`, and `previous_attributes` where something was changed.
    `request_id` and `idempotency_key` are of the request that caused it, if one did;
    `snapshot_event` names the snapshot whose thin twin this is.
    """

    id: str
    environment: int
    event_payload: EventPayload
    type: str
    created_us: int
    related_object: RelatedObject | None
    data: str
    request_id: str | None = None
    idempotency_key: str | None = None
    snapshot_event: str | None = None


MomentUs = Annotated[int, msgspec.Meta(ge=-(2**62), le=2**62)]


class EventFilter(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Which events to list; None, and no types, do not restrict. Moments in microseconds.

    A `*` within a type stands for anything. `delivery_success` asks for events whose deliveries
    have all succeeded, or for those with one that has not.
    """

    object_id: str | None = None
    types: tuple[str, ...] = ()
    delivery_success: bool | None = None
    created_gt_us: MomentUs | None = None
    created_gte_us: MomentUs | None = None
    created_lt_us: MomentUs | None = None
    created_lte_us: MomentUs | None = None
    snapshot_event: str | None = None


class EventStore(Protocol):
    """Keeps events, in the same transaction as what they speak of."""

    @property
    def added(self) -> Sequence[Event]:
        """Return what this transaction has kept, in its order."""
        ...

    def add(self, events: Sequence[Event]) -> None:
        """Keep new events in their order, after all others."""
        ...

    def get(self, environment: int, event_payload: EventPayload, id: str) -> Event | None:
        """Return the event, or None."""
        ...

    def many(self, ids: Collection[str]) -> dict[str, Event]:
        """Return those of the events that exist, of any environment and either kind, by id."""
        ...

    def page(
        self,
        environment: int,
        event_payload: EventPayload | None,
        cursor: Cursor,
        where: EventFilter,
    ) -> Page[Event]:
        """Return a page, newest first. Raises UnknownCursor.

        Without a payload, everything that happened is there once: snapshots, and thin events that
        are no twin of one.
        """
        ...

    def forget(self, *, created_before_us: int, limit: int) -> None:
        """Drop up to so many events created before a moment, the oldest first.

        What is still to be delivered stays.
        """
        ...


def new_event_id(*, livemode: bool) -> str:
    """Return an id for an event."""
    return new_id("evt" if livemode else "evt_test")


def snapshot(
    *,
    type: str,
    environment: Environment,
    created_us: int,
    object: str,
    previous_attributes: str | None = None,
    related_object: RelatedObject | None,
    twin_data: str = "null",
    request_id: str | None = None,
    idempotency_key: str | None = None,
) -> list[Event]:
    """Make a snapshot event with its thin twin, which follows it; `object` is JSON text.

    So are `previous_attributes`, for an object that was changed, and `twin_data`. Every type of
    ours has a twin in Stripe's SDKs. The request is that which caused it, if one did.
    """
    changed = "" if previous_attributes is None else f',"previous_attributes":{previous_attributes}'
    told = Event(
        id=new_event_id(livemode=environment.livemode),
        environment=environment.id,
        event_payload="snapshot",
        type=type,
        created_us=created_us,
        related_object=related_object,
        data=f'{{"object":{object}{changed}}}',
        request_id=request_id,
        idempotency_key=idempotency_key,
    )
    twin = Event(
        id=new_event_id(livemode=environment.livemode),
        environment=environment.id,
        event_payload="thin",
        type=f"v1.{type}",
        created_us=created_us,
        related_object=related_object,
        data=twin_data,
        request_id=request_id,
        idempotency_key=idempotency_key,
        snapshot_event=told.id,
    )
    return [told, twin]


def retrieve_event(
    *, store: EventStore, environment: Environment, id: str, event_payload: EventPayload = "thin"
) -> Event:
    """Return an event of a kind. Raises NotFound."""
    event = store.get(environment.id, event_payload, id)
    if event is None:
        raise NotFound(
            f"No such event: '{id}'. Events can be read for {EVENT_DAYS} days.", param="id"
        )
    return event

"""Deliveries: one event to one destination, and every attempt to hand it over."""

from collections.abc import Collection, Sequence
from typing import Literal, Protocol

import msgspec

from taximeter.kit.ids import new_id
from taximeter.kit.paging import Cursor, Page

DeliveryStatus = Literal["pending", "succeeded", "failed", "canceled"]
"""Canceled is what was pending when its destination was deleted, or its event forgotten."""


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """An event on its way to a destination. Moments in microseconds.

    It is pending while `next_attempt_us` says when it is tried next. `first_attempt_us` begins the
    time for which it is tried, `response_status` is of the last attempt that was answered.
    """

    id: str
    environment: int
    destination: str
    event: str
    event_type: str
    created_us: int
    status: DeliveryStatus = "pending"
    attempts: int = 0
    first_attempt_us: int | None = None
    next_attempt_us: int | None
    response_status: int | None = None


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt to deliver: what was answered, or why nothing was, and how long it took."""

    delivery: str
    number: int
    started_us: int
    duration_us: int
    response_status: int | None = None
    response_body: str | None = None
    error: str | None = None


class DeliveryFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which deliveries to list; None does not restrict."""

    destination: str | None = None
    event: str | None = None
    event_type: str | None = None
    status: DeliveryStatus | None = None


class DeliveryLog(Protocol):
    """What was delivered, and what is on its way, to look at."""

    def get(self, environment: int, id: str) -> Delivery | None:
        """Return the delivery, or None."""
        ...

    def attempts(self, delivery: str) -> Sequence[Attempt]:
        """Return the attempts at a delivery, in their order."""
        ...

    def page(self, environment: int, cursor: Cursor, where: DeliveryFilter) -> Page[Delivery]:
        """Return a page, newest first. Raises UnknownCursor."""
        ...

    def pending(self, events: Collection[str]) -> dict[str, int]:
        """Return how many deliveries of each event are pending; 0 for those not named."""
        ...


class DeliveryQueue(Protocol):
    """What is on its way, for whoever delivers it."""

    def add(self, deliveries: Sequence[Delivery]) -> None:
        """Keep new deliveries."""
        ...

    def many(self, ids: Collection[str]) -> dict[str, Delivery]:
        """Return those of the deliveries that exist, of any environment, by id."""
        ...

    def save(self, deliveries: Sequence[Delivery], attempts: Sequence[Attempt] = ()) -> None:
        """Keep changed deliveries, with the attempts that changed them."""
        ...

    def due(
        self, destination: str, *, until_us: int, without: Collection[str], limit: int
    ) -> Sequence[Delivery]:
        """Return what is to be tried by a moment, the earliest first, but for those under way."""
        ...

    def next_attempt_us(self, destination: str, *, after_us: int) -> int | None:
        """Return when the next attempt after a moment is due, or None."""
        ...

    def cancel(self, destination: str) -> None:
        """Try nothing of a destination's any more."""
        ...

    def forget(self, *, created_before_us: int, limit: int) -> None:
        """Drop up to so many created before a moment, the oldest first, with their attempts.

        What is pending stays, unless its destination is disabled or gone.
        """
        ...


class DeliveryStore(DeliveryLog, DeliveryQueue, Protocol):
    """Keeps deliveries and their attempts."""


def new_delivery(
    *, environment: int, destination: str, event: str, event_type: str, now_us: int
) -> Delivery:
    """Return a delivery that is due at once."""
    return Delivery(
        id=new_id("whd"),
        environment=environment,
        destination=destination,
        event=event,
        event_type=event_type,
        created_us=now_us,
        next_attempt_us=now_us,
    )

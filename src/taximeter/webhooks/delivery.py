"""Deliveries: one event to one destination, and every attempt to hand it over."""

from collections.abc import Collection, Sequence
from typing import Literal, Protocol

import msgspec

from taximeter.kit.paging import Cursor, Page

DeliveryStatus = Literal["pending", "succeeded", "failed"]


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """An event on its way to a destination. Moments in microseconds.

    It is pending while `next_attempt_us` says when it is tried next; `response_status` is of the
    last attempt that was answered.
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
    status: DeliveryStatus | None = None


class DeliveryStore(Protocol):
    """Keeps deliveries and their attempts."""

    def add(self, deliveries: Sequence[Delivery]) -> None:
        """Keep new deliveries."""
        ...

    def get(self, environment: int, id: str) -> Delivery | None:
        """Return the delivery, or None."""
        ...

    def save(self, deliveries: Sequence[Delivery], attempts: Sequence[Attempt]) -> None:
        """Keep changed deliveries, with the attempts that changed them."""
        ...

    def due(
        self, destination: str, *, until_us: int, without: Collection[str], limit: int
    ) -> Sequence[Delivery]:
        """Return what is to be tried by a moment, the earliest first, but for those under way."""
        ...

    def next_attempt_us(self, destinations: Collection[str]) -> int | None:
        """Return when the next attempt at any of these is due, or None."""
        ...

    def attempts(self, delivery: str) -> Sequence[Attempt]:
        """Return the attempts at a delivery, in their order."""
        ...

    def page(self, environment: int, cursor: Cursor, where: DeliveryFilter) -> Page[Delivery]:
        """Return a page, newest first. Raises UnknownCursor."""
        ...

    def pending(self, events: Collection[str]) -> dict[str, int]:
        """Return how many deliveries of each event have not succeeded yet and are still tried."""
        ...

    def forget(self, *, created_before_us: int) -> None:
        """Drop what was created before a moment and is not pending, with its attempts."""
        ...

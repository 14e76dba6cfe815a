"""Reservations: usage that is spoken for before it happens, and the store that keeps them.

A reservation counts as used until the event that carries its id as `identifier` is recorded, until
it is released, or until it expires; whatever comes first is its end.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal, Protocol

import msgspec

from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.ids import new_id
from taximeter.kit.paging import Cursor, Page

ReservationStatus = Literal["held", "settled", "released", "expired"]


class Reservation(msgspec.Struct, frozen=True, kw_only=True):
    """Usage of a meter that a customer may still use; moments in Unix seconds.

    `value` is what it counts as, and `dimensions` the JSON array of the values under the meter's
    dimension keys, in the meter's order, as in `MeterEvent`.
    """

    id: str
    environment: int
    created: int
    customer: str
    meter: str
    event_name: str
    value: Decimal
    dimensions: str
    expires_at: int
    status: ReservationStatus = "held"

    @property
    def expires_us(self) -> int:
        """Return when it expires, in microseconds."""
        return self.expires_at * MICROSECONDS


class ReservationFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which reservations to list; None does not restrict."""

    customer: str | None = None


class ReservationStore(Protocol):
    """Keeps reservations; one that is no longer held never is again."""

    def add(self, reservations: Sequence[Reservation]) -> None:
        """Keep new reservations."""
        ...

    def get(self, environment: int, id: str) -> Reservation | None:
        """Return the reservation, or None."""
        ...

    def end(self, ends: Mapping[str, ReservationStatus]) -> None:
        """Note how reservations ended; those that are held no more stay as they are."""
        ...

    def held(self) -> Sequence[Reservation]:
        """Return those of every environment whose end was not noted, oldest first."""
        ...

    def page(self, environment: int, cursor: Cursor, where: ReservationFilter) -> Page[Reservation]:
        """Return a page, newest first. Raises UnknownCursor."""
        ...

    def forget(self, *, expired_before_us: int) -> None:
        """Drop those that ended and would have expired before a moment."""
        ...


def new_reservation_id(*, livemode: bool) -> str:
    """Return an id for a reservation."""
    return new_id("rsv" if livemode else "rsv_test")

"""Reservations as rows: see `taximeter.authorizations.reservation.ReservationStore`."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from taximeter.authorizations.reservation import (
    Reservation,
    ReservationFilter,
    ReservationStatus,
)
from taximeter.kit.paging import Cursor, Page
from taximeter.storage.records.alert_tables import reservations
from taximeter.storage.records.paging import fetch_page

_ALL = select(reservations.c.details, reservations.c.status)
_HELD = _ALL.where(reservations.c.status == "held").order_by(reservations.c.position)
_INSERT = insert(reservations)
_END = (
    update(reservations)
    .where(reservations.c.id == bindparam("the_id"), reservations.c.status == "held")
    .values(status=bindparam("ended"))
)
_ENDED: tuple[ReservationStatus, ...] = ("settled", "released", "expired")
_FORGET = delete(reservations).where(
    reservations.c.status.in_(_ENDED), reservations.c.expires_us < bindparam("before")
)
_DECODER = msgspec.json.Decoder(Reservation)


class ReservationTable:
    """Reservations, within the transaction of one connection."""

    def __init__(self, connection: Connection) -> None:
        """Work on a connection that is inside a transaction."""
        self._connection = connection

    def add(self, reservations: Sequence[Reservation]) -> None:
        """Keep new reservations."""
        if reservations:
            self._connection.execute(_INSERT, [_row(one) for one in reservations])

    def get(self, environment: int, id: str) -> Reservation | None:
        """Return the reservation, or None."""
        row = self._connection.execute(
            _ALL.where(reservations.c.environment == environment, reservations.c.id == id)
        ).first()
        return None if row is None else _reservation(row)

    def end(self, ends: Mapping[str, ReservationStatus]) -> None:
        """Note how reservations ended; those that are held no more stay as they are."""
        if ends:
            self._connection.execute(
                _END, [{"the_id": id, "ended": status} for id, status in ends.items()]
            )

    def held(self) -> Sequence[Reservation]:
        """Return those of every environment whose end was not noted, oldest first."""
        return [_reservation(row) for row in self._connection.execute(_HELD)]

    def page(self, environment: int, cursor: Cursor, where: ReservationFilter) -> Page[Reservation]:
        """Return a page, newest first. Raises UnknownCursor."""
        statement = _ALL.where(reservations.c.environment == environment)
        if where.customer is not None:
            statement = statement.where(reservations.c.customer == where.customer)
        page = fetch_page(
            self._connection, reservations, statement, cursor, environment=environment
        )
        return Page(data=[_reservation(row) for row in page.data], has_more=page.has_more)

    def forget(self, *, expired_before_us: int) -> None:
        """Drop those that ended and would have expired before a moment."""
        self._connection.execute(_FORGET, {"before": expired_before_us})


def _row(one: Reservation) -> dict[str, Any]:
    return {
        "id": one.id,
        "environment": one.environment,
        "customer": one.customer,
        "status": one.status,
        "expires_us": one.expires_us,
        "details": msgspec.json.encode(one).decode(),
    }


def _reservation(row: Row[*tuple[Any, ...]]) -> Reservation:
    return msgspec.structs.replace(_DECODER.decode(row.details), status=row.status)

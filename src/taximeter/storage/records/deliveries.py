"""Deliveries as rows: see `taximeter.webhooks.delivery.DeliveryStore`."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, delete, func, insert, or_, select, update

from taximeter.kit.paging import Cursor, Page
from taximeter.storage.records.many import IDS_AT_ONCE
from taximeter.storage.records.paging import fetch_page
from taximeter.storage.records.webhook_tables import (
    deliveries,
    delivery_attempts,
    event_destinations,
)
from taximeter.webhooks.delivery import Attempt, Delivery, DeliveryFilter

_ALL = select(*(column for column in deliveries.c if column.name != "position"))
_GET = _ALL.where(
    deliveries.c.environment == bindparam("env"), deliveries.c.id == bindparam("the_id")
)
_MANY = _ALL.where(deliveries.c.id.in_(bindparam("ids", expanding=True)))
_PENDING = (
    select(deliveries.c.event, func.count())
    .where(
        deliveries.c.event.in_(bindparam("ids", expanding=True)), deliveries.c.status == "pending"
    )
    .group_by(deliveries.c.event)
)
_DUE = (
    _ALL.where(
        deliveries.c.destination == bindparam("of"), deliveries.c.next_attempt_us <= bindparam("at")
    )
    .order_by(deliveries.c.next_attempt_us, deliveries.c.position)
    .limit(bindparam("most"))
)
_NEXT = (
    select(deliveries.c.next_attempt_us)
    .where(
        deliveries.c.destination == bindparam("of"), deliveries.c.next_attempt_us > bindparam("at")
    )
    .order_by(deliveries.c.next_attempt_us)
    .limit(1)
)
_INSERT = insert(deliveries)
_CHANGING = ("status", "attempts", "first_attempt_us", "next_attempt_us", "response_status")
_SAVE = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("the_id"))
    .values({name: bindparam(f"new_{name}") for name in _CHANGING})
)
_CANCEL = (
    update(deliveries)
    .where(deliveries.c.destination == bindparam("of"), deliveries.c.next_attempt_us.is_not(None))
    .values(status="canceled", next_attempt_us=None)
)
_ATTEMPTS = (
    select(delivery_attempts)
    .where(delivery_attempts.c.delivery == bindparam("of"))
    .order_by(delivery_attempts.c.number)
)
_ENABLED = select(event_destinations.c.id).where(event_destinations.c.status == "enabled")
_OLD = (
    select(deliveries.c.id)
    .where(
        deliveries.c.created_us < bindparam("before"),
        or_(
            deliveries.c.next_attempt_us.is_(None),
            deliveries.c.destination.not_in(_ENABLED.scalar_subquery()),
        ),
    )
    .order_by(deliveries.c.created_us)
    .limit(bindparam("most"))
)
_FORGET_ATTEMPTS = delete(delivery_attempts).where(
    delivery_attempts.c.delivery.in_(bindparam("ids", expanding=True))
)
_FORGET = delete(deliveries).where(deliveries.c.id.in_(bindparam("ids", expanding=True)))


class DeliveryTable:
    """Deliveries and attempts, within the transaction of one connection."""

    def __init__(self, connection: Connection) -> None:
        """Work on a connection that is inside a transaction.

        `wakes_at_us` is the first moment at which something that was written is to be tried.
        """
        self._connection = connection
        self.wakes_at_us: int | None = None

    def get(self, environment: int, id: str) -> Delivery | None:
        """Return the delivery, or None."""
        row = self._connection.execute(_GET, {"env": environment, "the_id": id}).first()
        return None if row is None else _delivery(row)

    def attempts(self, delivery: str) -> Sequence[Attempt]:
        """Return the attempts at a delivery, in their order."""
        rows = self._connection.execute(_ATTEMPTS, {"of": delivery})
        return [msgspec.convert(row._mapping, Attempt) for row in rows]

    def page(self, environment: int, cursor: Cursor, where: DeliveryFilter) -> Page[Delivery]:
        """Return a page, newest first. Raises UnknownCursor."""
        statement = _ALL.where(deliveries.c.environment == environment)
        if where.destination is not None:
            statement = statement.where(deliveries.c.destination == where.destination)
        if where.event is not None:
            statement = statement.where(deliveries.c.event == where.event)
        if where.event_type is not None:
            statement = statement.where(deliveries.c.event_type == where.event_type)
        if where.status is not None:
            statement = statement.where(deliveries.c.status == where.status)
        page = fetch_page(self._connection, deliveries, statement, cursor, environment=environment)
        return Page(data=[_delivery(row) for row in page.data], has_more=page.has_more)

    def pending(self, events: Collection[str]) -> dict[str, int]:
        """Return how many deliveries of each event are pending; 0 for those not named."""
        found: dict[str, int] = {}
        for ids in _some(events):
            rows = self._connection.execute(_PENDING, {"ids": ids})
            found |= {row[0]: row[1] for row in rows}
        return found

    def forget(self, *, created_before_us: int, limit: int) -> None:
        """Drop up to so many created before a moment, the oldest first, with their attempts."""
        bounds = {"before": created_before_us, "most": limit}
        for ids in _some(self._connection.execute(_OLD, bounds).scalars().all()):
            self._connection.execute(_FORGET_ATTEMPTS, {"ids": ids})
            self._connection.execute(_FORGET, {"ids": ids})

    def add(self, deliveries: Sequence[Delivery]) -> None:
        """Keep new deliveries."""
        if deliveries:
            self._connection.execute(_INSERT, [msgspec.structs.asdict(one) for one in deliveries])
            self._expect(deliveries)

    def many(self, ids: Collection[str]) -> dict[str, Delivery]:
        """Return those of the deliveries that exist, of any environment, by id."""
        found: dict[str, Delivery] = {}
        for some in _some(ids):
            rows = self._connection.execute(_MANY, {"ids": some})
            found |= {one.id: one for one in map(_delivery, rows)}
        return found

    def save(self, deliveries: Sequence[Delivery], attempts: Sequence[Attempt] = ()) -> None:
        """Keep changed deliveries, with the attempts that changed them."""
        if deliveries:
            self._connection.execute(_SAVE, [_changed(one) for one in deliveries])
            self._expect(deliveries)
        if attempts:
            self._connection.execute(
                insert(delivery_attempts), [msgspec.structs.asdict(one) for one in attempts]
            )

    def _expect(self, deliveries: Sequence[Delivery]) -> None:
        moments = [one.next_attempt_us for one in deliveries if one.next_attempt_us is not None]
        if self.wakes_at_us is not None:
            moments.append(self.wakes_at_us)
        self.wakes_at_us = min(moments, default=None)

    def due(
        self, destination: str, *, until_us: int, without: Collection[str], limit: int
    ) -> Sequence[Delivery]:
        """Return what is to be tried by a moment, the earliest first, but for those under way."""
        # Those under way are few, and among the first: leaving them out here keeps the statement.
        most = limit + len(without)
        rows = self._connection.execute(_DUE, {"of": destination, "at": until_us, "most": most})
        return [_delivery(row) for row in rows if row.id not in without][:limit]

    def next_attempt_us(self, destination: str, *, after_us: int) -> int | None:
        """Return when the next attempt after a moment is due, or None."""
        found: int | None = self._connection.execute(
            _NEXT, {"of": destination, "at": after_us}
        ).scalar()
        return found

    def cancel(self, destination: str) -> None:
        """Try nothing of a destination's any more."""
        self._connection.execute(_CANCEL, {"of": destination})


def _some(ids: Collection[str]) -> list[list[str]]:
    asked = sorted(ids)
    return [asked[start : start + IDS_AT_ONCE] for start in range(0, len(asked), IDS_AT_ONCE)]


def _changed(delivery: Delivery) -> dict[str, Any]:
    changed = {f"new_{name}": getattr(delivery, name) for name in _CHANGING}
    return {"the_id": delivery.id, **changed}


def _delivery(row: Row[Any]) -> Delivery:
    return msgspec.convert(row._mapping, Delivery)

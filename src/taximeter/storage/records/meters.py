"""Meters as rows: see `taximeter.meters.MeterStore`."""

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from taximeter.changes import Changes
from taximeter.kit.paging import Cursor, Page
from taximeter.meters import Meter, MeterStatus, NameTaken
from taximeter.storage.records.noting import Noting, one_by_one
from taximeter.storage.records.paging import fetch_page
from taximeter.storage.records.tables import meters

_COLUMNS = [column for column in meters.c if column.name != "position"]
_ALL = select(*_COLUMNS)
_GET = _ALL.where(meters.c.environment == bindparam("env"), meters.c.id == bindparam("the_id"))
_WITH_EVENT_NAME = _ALL.where(
    meters.c.environment == bindparam("env"), meters.c.event_name == bindparam("name")
).order_by(meters.c.status == "inactive", meters.c.position.desc())
_INSERT = insert(meters)


class MeterTable:
    """Meters, within the transaction of one connection."""

    def __init__(self, connection: Connection, changes: Changes | None = None) -> None:
        """Work on a connection that is inside a transaction; one that writes notes its changes."""
        self._connection = connection
        self._noting = Noting("meter", changes, one_by_one(self.get))

    def add(self, meter: Meter) -> None:
        """Keep a new meter. Raises NameTaken when an active one has its event name."""
        try:
            with self._connection.begin_nested():
                self._connection.execute(_INSERT, msgspec.structs.asdict(meter))
        except IntegrityError:
            raise NameTaken from None
        self._noting.added([meter])

    def get(self, environment: int, id: str) -> Meter | None:
        """Return the meter, or None."""
        row = self._connection.execute(_GET, {"env": environment, "the_id": id}).first()
        if row is None:
            return None
        meter = _meter(row)
        self._noting.seen([meter])
        return meter

    def save(self, meter: Meter) -> None:
        """Keep a changed meter. Raises NameTaken as `add` does."""
        self._noting.saved([meter])
        statement = update(meters).where(
            meters.c.environment == meter.environment, meters.c.id == meter.id
        )
        try:
            with self._connection.begin_nested():
                self._connection.execute(statement, msgspec.structs.asdict(meter))
        except IntegrityError:
            raise NameTaken from None

    def with_event_name(self, environment: int, event_name: str) -> list[Meter]:
        """Return the meters that have or had the event name, the active one first."""
        rows = self._connection.execute(_WITH_EVENT_NAME, {"env": environment, "name": event_name})
        return [_meter(row) for row in rows]

    def page(self, environment: int, cursor: Cursor, status: MeterStatus | None) -> Page[Meter]:
        """Return a page, newest first. Raises UnknownCursor."""
        statement = _ALL.where(meters.c.environment == environment)
        if status is not None:
            statement = statement.where(meters.c.status == status)
        page = fetch_page(self._connection, meters, statement, cursor, environment=environment)
        return Page(data=[_meter(row) for row in page.data], has_more=page.has_more)

    def all(self) -> list[Meter]:
        """Return every meter of every environment, oldest first."""
        return [_meter(row) for row in self._connection.execute(_ALL.order_by(meters.c.position))]


def _meter(row: Row[Any]) -> Meter:
    return msgspec.convert(row._mapping, Meter, from_attributes=False)

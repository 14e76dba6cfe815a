"""Event destinations as rows: see `taximeter.webhooks.destination.EventDestinationStore`."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from taximeter.kit.paging import Cursor, Page
from taximeter.storage.records.paging import fetch_page
from taximeter.storage.records.webhook_tables import event_destinations
from taximeter.webhooks.destination import DestinationApi, EventDestination

_ALL = select(event_destinations.c.details)
_IN_ORDER = _ALL.order_by(event_destinations.c.position)
_OF_ENVIRONMENT = _IN_ORDER.where(event_destinations.c.environment == bindparam("env"))
_THIS = (
    event_destinations.c.environment == bindparam("env"),
    event_destinations.c.id == bindparam("the_id"),
)
_GET = _ALL.where(*_THIS)
_SAVE = update(event_destinations).where(*_THIS)
_DELETE = delete(event_destinations).where(*_THIS)


class EventDestinationTable:
    """Event destinations, within the transaction of one connection."""

    def __init__(self, connection: Connection) -> None:
        """Work on a connection that is inside a transaction; `changed` says if one was written."""
        self._connection = connection
        self.changed = False

    def add(self, destination: EventDestination) -> None:
        """Keep a new destination."""
        self._connection.execute(insert(event_destinations), _row(destination))
        self.changed = True

    def get(self, environment: int, id: str) -> EventDestination | None:
        """Return the destination, or None."""
        found = self._connection.execute(_GET, {"env": environment, "the_id": id}).scalar()
        return None if found is None else _destination(found)

    def save(self, destination: EventDestination) -> None:
        """Keep a changed destination."""
        self._connection.execute(
            _SAVE.values(_row(destination)),
            {"env": destination.environment, "the_id": destination.id},
        )
        self.changed = True

    def delete(self, environment: int, id: str) -> None:
        """Drop a destination; its deliveries stay in the log."""
        self._connection.execute(_DELETE, {"env": environment, "the_id": id})
        self.changed = True

    def all(self, environment: int | None = None) -> Sequence[EventDestination]:
        """Return every destination, of one environment or of all, oldest first."""
        if environment is None:
            rows = self._connection.execute(_IN_ORDER)
        else:
            rows = self._connection.execute(_OF_ENVIRONMENT, {"env": environment})
        return [_destination(details) for details in rows.scalars()]

    def page(self, environment: int, cursor: Cursor, api: DestinationApi) -> Page[EventDestination]:
        """Return a page, newest first. Raises UnknownCursor."""
        statement = _ALL.where(
            event_destinations.c.environment == environment, event_destinations.c.api == api
        )
        page = fetch_page(
            self._connection, event_destinations, statement, cursor, environment=environment
        )
        return Page(data=[_destination(row[0]) for row in page.data], has_more=page.has_more)


def _row(destination: EventDestination) -> dict[str, Any]:
    return {
        "id": destination.id,
        "environment": destination.environment,
        "api": destination.api,
        "status": destination.status,
        "details": msgspec.json.encode(destination).decode(),
    }


def _destination(details: str) -> EventDestination:
    return msgspec.json.decode(details, type=EventDestination)

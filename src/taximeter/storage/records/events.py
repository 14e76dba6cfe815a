"""Events as rows: see `taximeter.events.EventStore`."""

from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select

from taximeter.events import Event, EventFilter, EventPayload, RelatedObject
from taximeter.kit.paging import Cursor, Page
from taximeter.storage.records.paging import fetch_page
from taximeter.storage.records.tables import events

_ALL = select(*(column for column in events.c if column.name != "position"))
_GET = _ALL.where(
    events.c.environment == bindparam("env"),
    events.c.event_payload == bindparam("payload"),
    events.c.id == bindparam("the_id"),
)


class EventTable:
    """Events, within the transaction of one connection."""

    def __init__(self, connection: Connection) -> None:
        """Work on a connection that is inside a transaction."""
        self._connection = connection

    def add(self, event: Event) -> None:
        """Keep a new event, after all others."""
        about = event.related_object
        self._connection.execute(
            insert(events),
            {
                "id": event.id,
                "environment": event.environment,
                "event_payload": event.event_payload,
                "type": event.type,
                "created_us": event.created_us,
                "object_id": None if about is None else about.id,
                "object_type": None if about is None else about.type,
                "object_url": None if about is None else about.url,
                "data": event.data,
            },
        )

    def get(self, environment: int, event_payload: EventPayload, id: str) -> Event | None:
        """Return the event, or None."""
        row = self._connection.execute(
            _GET, {"env": environment, "payload": event_payload, "the_id": id}
        ).first()
        return None if row is None else _event(row)

    def page(
        self, environment: int, event_payload: EventPayload, cursor: Cursor, where: EventFilter
    ) -> Page[Event]:
        """Return a page, newest first. Raises UnknownCursor."""
        statement = _ALL.where(
            events.c.environment == environment, events.c.event_payload == event_payload
        )
        if where.object_id is not None:
            statement = statement.where(events.c.object_id == where.object_id)
        if where.types:
            statement = statement.where(events.c.type.in_(where.types))
        created = events.c.created_us
        # A comparison with None cannot even be written down, so each waits for its bound.
        if where.created_gt_us is not None:
            statement = statement.where(created > where.created_gt_us)
        if where.created_gte_us is not None:
            statement = statement.where(created >= where.created_gte_us)
        if where.created_lt_us is not None:
            statement = statement.where(created < where.created_lt_us)
        if where.created_lte_us is not None:
            statement = statement.where(created <= where.created_lte_us)
        page = fetch_page(self._connection, events, statement, cursor, environment=environment)
        return Page(data=[_event(row) for row in page.data], has_more=page.has_more)

    def forget(self, *, created_before_us: int) -> None:
        """Drop the events created before a moment."""
        self._connection.execute(delete(events).where(events.c.created_us < created_before_us))


def _event(row: Row[*tuple[Any, ...]]) -> Event:
    id, environment, payload, type, created_us, object_id, object_type, object_url, data = row
    about = None
    if object_id is not None:
        about = RelatedObject(id=object_id, type=object_type, url=object_url)
    return Event(
        id=id,
        environment=environment,
        event_payload=payload,
        type=type,
        created_us=created_us,
        related_object=about,
        data=data,
    )

"""Events as rows: see `taximeter.events.EventStore`."""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    Dialect,
    Row,
    Select,
    bindparam,
    delete,
    exists,
    insert,
    or_,
    select,
)

from taximeter.events import Event, EventFilter, EventPayload, RelatedObject
from taximeter.kit.paging import Cursor, Page
from taximeter.storage.records.paging import fetch_page
from taximeter.storage.records.tables import events
from taximeter.storage.records.webhook_tables import deliveries

_COLUMNS = [column for column in events.c if column.name != "position"]
_ALL = select(*_COLUMNS)
_GET = _ALL.where(
    events.c.environment == bindparam("env"),
    events.c.event_payload == bindparam("payload"),
    events.c.id == bindparam("the_id"),
)
_MANY = _ALL.where(events.c.id.in_(bindparam("ids", expanding=True)))
_DELIVERIES = exists().where(deliveries.c.event == events.c.id)
_NOT_SUCCEEDED = _DELIVERIES.where(deliveries.c.status.in_(("pending", "failed")))
_PENDING = _DELIVERIES.where(deliveries.c.status == "pending")
_OLD = (
    select(events.c.position)
    .where(events.c.created_us < bindparam("before"), ~_PENDING)
    .order_by(events.c.created_us)
    .limit(bindparam("most"))
)
_FORGET = delete(events).where(events.c.position.in_(_OLD.scalar_subquery()))
_IDS_AT_ONCE = 1_000


class EventTable:
    """Events, within the transaction of one connection."""

    def __init__(self, connection: Connection) -> None:
        """Work on a connection that is inside a transaction; `added` is what it has kept."""
        self._connection = connection
        self.added: list[Event] = []

    def add(self, events: Sequence[Event]) -> None:
        """Keep new events in their order, after all others."""
        if events:
            self._connection.exec_driver_sql(
                _insert(self._connection.dialect), [_row(event) for event in events]
            )
            self.added += events

    def get(self, environment: int, event_payload: EventPayload, id: str) -> Event | None:
        """Return the event, or None."""
        row = self._connection.execute(
            _GET, {"env": environment, "payload": event_payload, "the_id": id}
        ).first()
        return None if row is None else _event(row)

    def many(self, ids: Collection[str]) -> dict[str, Event]:
        """Return those of the events that exist, of any environment and either kind, by id."""
        found: dict[str, Event] = {}
        asked = sorted(ids)
        for start in range(0, len(asked), _IDS_AT_ONCE):
            some = asked[start : start + _IDS_AT_ONCE]
            rows = self._connection.execute(_MANY, {"ids": some})
            found |= {event.id: event for event in map(_event, rows)}
        return found

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
        statement = _ALL.where(events.c.environment == environment)
        if event_payload is None:
            statement = statement.where(events.c.snapshot_event.is_(None))
        else:
            statement = statement.where(events.c.event_payload == event_payload)
        statement = _filtered(statement, where)
        page = fetch_page(self._connection, events, statement, cursor, environment=environment)
        return Page(data=[_event(row) for row in page.data], has_more=page.has_more)

    def forget(self, *, created_before_us: int, limit: int) -> None:
        """Drop up to so many events created before a moment that nobody waits for any more."""
        self._connection.execute(_FORGET, {"before": created_before_us, "most": limit})


def _filtered(statement: Select[Any], where: EventFilter) -> Select[Any]:
    if where.snapshot_event is not None:
        statement = statement.where(events.c.snapshot_event == where.snapshot_event)
    if where.object_id is not None:
        statement = statement.where(events.c.object_id == where.object_id)
    if where.types:
        exact = [one for one in where.types if "*" not in one]
        patterns = [one for one in where.types if "*" in one]
        statement = statement.where(
            or_(
                events.c.type.in_(exact),
                *(events.c.type.like(_like(one), escape="\\") for one in patterns),
            )
        )
    if where.delivery_success is not None:
        statement = statement.where(~_NOT_SUCCEEDED if where.delivery_success else _NOT_SUCCEEDED)
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
    return statement


def _like(pattern: str) -> str:
    """Return a pattern of SQL's for one in which only `*` stands for anything."""
    for literal in ("\\", "%", "_"):
        pattern = pattern.replace(literal, "\\" + literal)
    return pattern.replace("*", "%")


@cache
def _insert(dialect: Dialect) -> str:
    """Return the statement that inserts an event, as a driver takes it.

    A period that is closed writes tens of thousands; binding each by name took half of the time.
    """
    columns = [column.name for column in _COLUMNS]
    compiled = insert(events).compile(dialect=dialect, column_keys=columns)
    assert compiled.positiontup == columns, "values are bound in the order of the columns"
    return str(compiled)


def _row(event: Event) -> tuple[str | int | None, ...]:
    """Return the values of the columns, in their order."""
    about = event.related_object
    return (
        event.id,
        event.environment,
        event.event_payload,
        event.type,
        event.created_us,
        None if about is None else about.id,
        None if about is None else about.type,
        None if about is None else about.url,
        event.data,
        event.request_id,
        event.idempotency_key,
        event.snapshot_event,
    )


def _event(row: Row[*tuple[Any, ...]]) -> Event:
    about = None
    if row.object_id is not None:
        about = RelatedObject(id=row.object_id, type=row.object_type, url=row.object_url)
    return Event(
        id=row.id,
        environment=row.environment,
        event_payload=row.event_payload,
        type=row.type,
        created_us=row.created_us,
        related_object=about,
        data=row.data,
        request_id=row.request_id,
        idempotency_key=row.idempotency_key,
        snapshot_event=row.snapshot_event,
    )

"""One event of the API: what changed, the object as it was then, who was told."""

from collections.abc import Iterator
from typing import Any

import msgspec

from taximeter.dashboard.page import NoQuery, Page, View
from taximeter.dashboard.pages.api_events import ApiEventRow, api_event_row
from taximeter.dashboard.pages.deliveries import (
    DeliveryRow,
    deliveries_of,
    destination_name,
    destinations_here,
)
from taximeter.errors import NotFound
from taximeter.events import EVENT_DAYS, Event, EventFilter, EventPayload
from taximeter.kit.paging import Cursor


class ChangedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A field that was changed, by its path in the object; values as JSON, None where none was."""

    field: str
    before: str | None
    after: str | None


class _Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    object: msgspec.Raw


class ApiEventData(msgspec.Struct, frozen=True, kw_only=True):
    """One event with its data; `twin` is the same in the other kind, where there is one.

    `destinations` are those that can be told of it, with their names.
    """

    row: ApiEventRow
    twin: ApiEventRow | None
    request_id: str | None
    idempotency_key: str | None
    changed: tuple[ChangedRow, ...]
    deliveries: tuple[DeliveryRow, ...]
    destinations: dict[str, str]
    data: msgspec.Raw

    @property
    def pretty(self) -> str:
        """Return the object, or what a thin event holds, as people read JSON."""
        shown = bytes(self.data)
        if self.row.event_payload == "snapshot":
            shown = bytes(msgspec.json.decode(shown, type=_Snapshot).object)
        return msgspec.json.format(shown, indent=2).decode()


def event_of(view: View) -> Event:
    """Return the event that the address names. Raises NotFound."""
    id = view.path_params["id"]
    payloads: tuple[EventPayload, ...] = ("snapshot", "thin")
    for payload in payloads:
        event = view.unit.events.get(view.environment.id, payload, id)
        if event is not None:
            return event
    raise NotFound(f"No such event: '{id}'. Events are kept for {EVENT_DAYS} days.", param="id")


def twin_of(view: View, event: Event) -> Event | None:
    """Return the snapshot of a thin event, or the thin event of a snapshot."""
    environment, events = view.environment.id, view.unit.events
    if event.event_payload == "thin":
        snapshot = event.snapshot_event
        return None if snapshot is None else events.get(environment, "snapshot", snapshot)
    where = EventFilter(
        object_id=None if event.related_object is None else event.related_object.id,
        created_gte_us=event.created_us,
        created_lte_us=event.created_us,
        snapshot_event=event.id,
    )
    return next(iter(events.page(environment, "thin", Cursor(limit=1), where).data), None)


def read_api_event(view: View, query: NoQuery) -> ApiEventData:
    """Return one event. Raises NotFound."""
    event = event_of(view)
    twin = twin_of(view, event)
    payloads = {one.event_payload for one in (event, twin) if one is not None}
    return ApiEventData(
        row=api_event_row(view, event),
        twin=None if twin is None else api_event_row(view, twin),
        request_id=event.request_id,
        idempotency_key=event.idempotency_key,
        changed=tuple(changed(event.data)) if event.event_payload == "snapshot" else (),
        deliveries=tuple(
            row for one in (event, twin) if one is not None for row in deliveries_of(view, one.id)
        ),
        destinations={
            one.id: destination_name(one)
            for one in destinations_here(view).values()
            if one.status == "enabled" and one.event_payload in payloads
        },
        data=msgspec.Raw(event.data.encode()),
    )


def changed(data: str) -> Iterator[ChangedRow]:
    """Yield what a snapshot says was changed, field by field."""
    held = msgspec.json.decode(data)
    yield from _changed(held.get("previous_attributes") or {}, held["object"], "")


def _changed(before: dict[str, Any], now: Any, within: str) -> Iterator[ChangedRow]:
    for name, value in before.items():
        path = f"{within}.{name}" if within else name
        present = now.get(name) if isinstance(now, dict) else None
        if isinstance(value, dict) and isinstance(present, dict):
            yield from _changed(value, present, path)
        else:
            yield ChangedRow(field=path, before=_json(value), after=_json(present))


def _json(value: Any) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()


PAGE = Page(
    path="developers/events/{id}",
    area="developers",
    query=NoQuery,
    read=read_api_event,
    template="api_event.html",
    title=lambda data: data.row.type,
)

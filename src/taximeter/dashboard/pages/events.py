"""The list of meter events: searched, filtered and walked through."""

from decimal import Decimal
from typing import Literal

import msgspec

from taximeter.api.wire.meter_event import LoggedMeterEventObject, logged_meter_event_object
from taximeter.dashboard.format import quantity
from taximeter.dashboard.moments import typed_moment
from taximeter.dashboard.page import Page, View
from taximeter.dashboard.table import Table
from taximeter.dashboard.walking import Walked, cursor_of, walked
from taximeter.errors import InvalidRequest
from taximeter.ingest.event import LoggedEvent
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.moments import moment_text
from taximeter.kit.paging import Cursor
from taximeter.kit.paging import Page as Found
from taximeter.meters import Meter
from taximeter.usage.events import EventFilter, event_id, list_events

Status = Literal["all", "counted", "canceled"]
Sort = Literal["-received", "received"]
STATUSES: dict[Status, str] = {"all": "All", "counted": "Not cancelled", "canceled": "Cancelled"}


class EventsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which events. `start` and `end` bound the events' own times, as typed, in UTC.

    `key` and `value` ask for what a payload says. Order is that of receipt.
    """

    identifier: str = ""
    event_name: str = ""
    customer: str = ""
    start: str = ""
    end: str = ""
    key: str = ""
    value: str = ""
    status: Status = "all"
    sort: Sort = "-received"
    rows: Literal[25, 100, 500] = 25
    after: str = ""
    before: str = ""

    @property
    def narrows(self) -> bool:
        """Say whether anything is left out."""
        return bool(
            self.identifier
            or self.event_name
            or self.customer
            or self.start
            or self.end
            or self.key
            or self.status != "all"
        )


class EventRow(msgspec.Struct, frozen=True, kw_only=True):
    """An event and the name of the meter that counts it."""

    event: LoggedMeterEventObject
    meter_name: str
    numeric: bool

    @property
    def shown_value(self) -> str:
        """Return what the meter read, written for people."""
        if self.event.value is None:
            return quantity(None)
        return quantity(Decimal(self.event.value)) if self.numeric else self.event.value


class MeterChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A meter, by the name that its events have."""

    event_name: str
    label: str


class EventsData(msgspec.Struct, frozen=True, kw_only=True):
    """The list as it is shown; `problem` says what of the query cannot be taken, by field."""

    events: Walked[EventRow]
    query: EventsQuery
    meters: tuple[MeterChoice, ...]
    problem: dict[str, str] = {}

    @property
    def statuses(self) -> dict[Status, str]:
        """Return the statuses that can be chosen."""
        return STATUSES


_NOTHING: Walked[EventRow] = Walked(rows=[], previous=None, next=None)


def read_events(view: View, query: EventsQuery) -> EventsData:
    """Read a page of the list."""
    meters = {one.id: one for one in view.unit.meters.all() if _is_here(one, view)}
    events, problem = _NOTHING, {}
    try:
        events = _walked(view, query, meters)
    except InvalidRequest as error:
        problem = {_FIELDS.get(error.param or "", ""): error.message}
    return EventsData(events=events, query=query, meters=meter_choices(view), problem=problem)


_FIELDS = {"start_time": "start", "end_time": "end", "start": "start", "end": "end"}


def _is_here(meter: Meter, view: View) -> bool:
    return meter.environment == view.environment.id


def meter_choices(view: View, *, active: bool = False) -> tuple[MeterChoice, ...]:
    """Return the meters of the environment by event name, each name once."""
    names: dict[str, str] = {}
    for meter in view.unit.meters.all():
        if _is_here(meter, view) and (meter.status == "active" or not active):
            names.setdefault(meter.event_name, meter.display_name)
    ordered = sorted(names.items(), key=lambda one: one[1].casefold())
    return tuple(MeterChoice(event_name=name, label=label) for name, label in ordered)


def _walked(view: View, query: EventsQuery, meters: dict[str, Meter]) -> Walked[EventRow]:
    cursor = cursor_of(after=query.after, before=query.before, limit=query.rows)
    return walked(
        _found(view, query, cursor),
        query=query,
        cursor=cursor,
        id_of=lambda logged: event_id(view.environment, logged),
        row=lambda logged: event_row(view, logged, meters[logged.event.meter]),
    )


def event_row(view: View, logged: LoggedEvent, meter: Meter) -> EventRow:
    """Return an event as lists show it."""
    return EventRow(
        event=logged_meter_event_object(logged, meter, view.environment),
        meter_name=meter.display_name,
        numeric=logged.event.value is not None,
    )


def _found(view: View, query: EventsQuery, cursor: Cursor) -> Found[LoggedEvent]:
    where = EventFilter(
        event_name=query.event_name or None,
        customer=query.customer or None,
        start_time=typed_moment(query.start, param="start"),
        end_time=typed_moment(query.end, param="end"),
        dimension_filters={query.key: query.value} if query.key else {},
        canceled={"all": None, "counted": False, "canceled": True}[query.status],
    )
    if query.identifier:
        return _named(view, query.identifier, where)
    if query.sort == "-received":
        return _listed(view, where, cursor)
    # The same list walked from its other end.
    turned = msgspec.structs.replace(
        cursor,
        starting_after=cursor.ending_before,
        ending_before=None if cursor.ending_before else cursor.starting_after or _first(view),
    )
    page = _listed(view, where, turned)
    return Found(data=page.data[::-1], has_more=page.has_more)


def _named(view: View, identifier: str, where: EventFilter) -> Found[LoggedEvent]:
    """Return the last event with an identifier, if it meets the other conditions too."""
    logged = view.services.reader.event(view.environment.id, identifier)
    if logged is None:
        return Found(data=(), has_more=False)
    following = event_id(view.environment, msgspec.structs.replace(logged, seq=logged.seq + 1))
    page = _listed(view, where, Cursor(limit=1, starting_after=following))
    return Found(data=[one for one in page.data if one.seq == logged.seq], has_more=False)


def _listed(view: View, where: EventFilter, cursor: Cursor) -> Found[LoggedEvent]:
    return list_events(
        reader=view.services.reader, environment=view.environment, where=where, cursor=cursor
    )


def _first(view: View) -> str:
    """Return the id of what stands before the first event there is."""
    return ("mtrev_" if view.environment.livemode else "mtrev_test_") + "0"


def events_table(data: EventsData) -> Table:
    """Return the page's rows with payloads as JSON."""
    return Table(
        name="events",
        columns=(
            "identifier",
            "event_name",
            "customer",
            "value",
            "timestamp",
            "received_at",
            "canceled_at",
            "payload",
        ),
        rows=[
            (
                one.event.identifier,
                one.event.event_name,
                one.event.customer,
                one.event.value or "",
                moment_text(one.event.timestamp * MICROSECONDS),
                moment_text(one.event.created * MICROSECONDS),
                ""
                if one.event.canceled_at is None
                else moment_text(one.event.canceled_at * MICROSECONDS),
                bytes(one.event.payload).decode(),
            )
            for one in data.events.rows
        ],
    )


PAGE = Page(
    path="events",
    area="events",
    query=EventsQuery,
    read=read_events,
    template="events.html",
    title=lambda _: "Events",
    table=events_table,
)

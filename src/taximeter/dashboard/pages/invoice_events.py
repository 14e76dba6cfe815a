"""The events that a line of an invoice bills, as they stood in the log when it was billed."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import product
from typing import Annotated

import msgspec

from taximeter.api.resources.invoice_lines import shown_invoice
from taximeter.dashboard.listing import with_query
from taximeter.dashboard.page import Page, View
from taximeter.dashboard.table import Table
from taximeter.ingest.event import LoggedEvent
from taximeter.invoicing.explain import check_explained, line_of
from taximeter.invoicing.invoice import MeteredUsage
from taximeter.kit import decimals
from taximeter.kit.clock import MICROSECONDS
from taximeter.meters import Meter
from taximeter.usage.events import event_id
from taximeter.usage.reader import EventQuery

EVENTS_SHOWN_MAX = 100


class EventsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which of the line's events: those of a part of its period, older than a row of the log."""

    start: int = 0
    end: int = 0
    before: Annotated[int, msgspec.Meta(ge=0, le=2**62)] = 0


class EventRow(msgspec.Struct, frozen=True, kw_only=True):
    """An event that counted; `value` is None where the meter counts texts."""

    id: str
    identifier: str
    timestamp: int
    received: int
    value: Decimal | None
    text: str | None
    dimensions: dict[str, str]


class InvoiceEventsData(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the events, newest in the log first; `older` is the address of the next one."""

    name: str
    description: str
    invoice: str
    line: str
    meter: str
    dimensions: tuple[str, ...]
    start: int
    end: int
    events: tuple[EventRow, ...]
    older: str | None


def read_events(view: View, query: EventsQuery) -> InvoiceEventsData:
    """Read a page. Raises NotFound, InvalidRequest where the line bills no usage, LogFailed."""
    invoice = shown_invoice(view)
    line = line_of(invoice, view.path_params["line"])
    usage = check_explained(line)
    meter = view.unit.meters.get(view.environment.id, usage.meter)
    assert meter is not None, "meters are never deleted"
    start = min(max(usage.start, query.start), usage.end)
    end = max(start, min(usage.end, query.end or usage.end))
    found = _events(view, meter, invoice.customer, usage, start, end, query.before)
    shown = found[:EVENTS_SHOWN_MAX]
    more = len(found) > EVENTS_SHOWN_MAX
    return InvoiceEventsData(
        name=invoice.number or "Draft",
        description=line.description,
        invoice=invoice.id,
        line=line.id,
        meter=meter.display_name,
        dimensions=meter.dimension_keys,
        start=start,
        end=end,
        events=tuple(_row(view, one, meter) for one in shown),
        older=with_query(query, before=shown[-1].seq) if more else None,
    )


def _events(
    view: View,
    meter: Meter,
    customer: str,
    usage: MeteredUsage,
    start: int,
    end: int,
    before: int,
) -> Sequence[LoggedEvent]:
    """Return one event more than is shown, where there is one.

    The log takes one value of each dimension, so filters of several values are several questions.
    """
    if start >= end:
        return ()
    keys = [key for key, _ in usage.dimension_filters]
    found: list[LoggedEvent] = []
    for values in product(*(values for _, values in usage.dimension_filters)):
        found += view.services.reader.events(
            EventQuery(
                environment=view.environment.id,
                event_name=meter.event_name,
                customer=customer,
                start_us=start * MICROSECONDS,
                end_us=end * MICROSECONDS,
                payload=tuple(zip(keys, values, strict=True)),
                canceled=False,
                before_seq=before or None,
                as_of_us=usage.as_of_us,
                limit=EVENTS_SHOWN_MAX + 1,
            )
        )
    return sorted(found, key=lambda one: -one.seq)[: EVENTS_SHOWN_MAX + 1]


def _row(view: View, logged: LoggedEvent, meter: Meter) -> EventRow:
    event = logged.event
    values = msgspec.json.decode(event.dimensions, type=list[str])
    return EventRow(
        id=event_id(view.environment, logged),
        identifier=event.identifier,
        timestamp=event.timestamp_us // MICROSECONDS,
        received=logged.received_at_us // MICROSECONDS,
        value=None if event.value is None else decimals.normal(event.value),
        text=event.value_text,
        dimensions=dict(zip(meter.dimension_keys, values, strict=True)),
    )


def events_table(data: InvoiceEventsData) -> Table:
    """Return the page's events."""
    return Table(
        name=f"events-{data.line}",
        columns=("identifier", "timestamp", "received", "value", *data.dimensions),
        rows=[
            (
                one.identifier,
                str(one.timestamp),
                str(one.received),
                one.text or "" if one.value is None else decimals.text(one.value),
                *(one.dimensions[key] for key in data.dimensions),
            )
            for one in data.events
        ],
    )


PAGE = Page(
    path="invoices/{invoice}/lines/{line}/events",
    area="invoices",
    query=EventsQuery,
    read=read_events,
    template="invoice_events.html",
    title=lambda data: f"{data.name}: events",
    table=events_table,
)

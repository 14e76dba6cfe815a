"""One event's whole story: received, counted, replaced, cancelled, billed."""

from decimal import Decimal
from typing import Literal

import msgspec

from taximeter.dashboard.page import Change, Done, NoQuery, Page, View
from taximeter.dashboard.pages.events import EventRow, event_row
from taximeter.ingest.adjust import cancel
from taximeter.ingest.event import LoggedEvent
from taximeter.invoicing.billed import BilledOn, billing_of
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.moments import moment_text
from taximeter.kit.periods import HOUR_SECONDS, Window, floor_us, window_us
from taximeter.meters import Meter
from taximeter.usage.events import event_id, event_with_id
from taximeter.usage.reader import EventQuery, UsageQuery

INVOICES_LOOKED_AT = 200
_SURVIVORS = 5


class CountedIn(msgspec.Struct, frozen=True, kw_only=True):
    """A window that the event lies in, and what the meter says of it for the event's customer."""

    window: Window
    start: int
    end: int
    total: Decimal | None


class BilledLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of an invoice whose quantity has the event in it."""

    invoice: str
    number: str | None
    status: str
    line: str
    description: str
    amount: int
    currency: str
    quantity: Decimal
    period_start: int
    period_end: int
    again: bool


class MayCancel(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the event may still be cancelled, and until when; None without end."""

    open: bool
    until: int | None


class EventData(msgspec.Struct, frozen=True, kw_only=True):
    """The event with all that became of it.

    `replaced_by` is the id of the event that counts in its place, where the meter keeps one value
    for each hour or day. `billing_is_whole` is False where older invoices were not looked at.
    """

    row: EventRow
    received: str
    happened: str
    canceled: str | None
    meter_formula: str
    meter_window: Window | None
    counted_in: tuple[CountedIn, ...]
    replaced_by: str | None
    billed_on: tuple[BilledLine, ...]
    billing_is_whole: bool
    cancel: MayCancel
    payload: dict[str, str]

    @property
    def state(self) -> Literal["counted", "replaced", "canceled"]:
        """Return what the event is, in a word."""
        if self.canceled is not None:
            return "canceled"
        return "counted" if self.replaced_by is None else "replaced"


def read_event(view: View, query: NoQuery) -> EventData:
    """Read the story. Raises NotFound."""
    logged = _logged(view)
    event = logged.event
    meter = view.unit.meters.get(view.environment.id, event.meter)
    assert meter is not None, "meters are never deleted"
    billing = billing_of(
        logged, meter=meter, store=view.unit.invoices, invoices_max=INVOICES_LOOKED_AT
    )
    canceled_at_us = logged.canceled_at_us
    return EventData(
        row=event_row(view, logged, meter),
        received=moment_text(logged.received_at_us),
        happened=moment_text(event.timestamp_us),
        canceled=None if canceled_at_us is None else moment_text(canceled_at_us),
        meter_formula=meter.formula,
        meter_window=meter.event_time_window,
        counted_in=_counted_in(view, logged, meter),
        replaced_by=_replaced_by(view, logged, meter),
        billed_on=tuple(_line(one) for one in billing.lines),
        billing_is_whole=billing.whole,
        cancel=_may_cancel(view, logged),
        payload=msgspec.json.decode(event.payload, type=dict[str, str]),
    )


def _logged(view: View) -> LoggedEvent:
    return event_with_id(
        reader=view.services.reader,
        environment=view.environment,
        id=view.path_params["id"],
    )


def _counted_in(view: View, logged: LoggedEvent, meter: Meter) -> tuple[CountedIn, ...]:
    windows: tuple[Window, ...] = ("hour", "day")
    return tuple(_total(view, logged, meter, window) for window in windows)


def _total(view: View, logged: LoggedEvent, meter: Meter, window: Window) -> CountedIn:
    start_us = floor_us(logged.event.timestamp_us, window)
    end_us = start_us + window_us(window)
    query = UsageQuery(
        meter=meter, customer=logged.event.customer, start_us=start_us, end_us=end_us
    )
    totals = view.services.reader.totals(query)
    return CountedIn(
        window=window,
        start=start_us // MICROSECONDS,
        end=end_us // MICROSECONDS,
        total=next((one.value for one in totals), None),
    )


def _replaced_by(view: View, logged: LoggedEvent, meter: Meter) -> str | None:
    """Return the event that was received last in the same bucket, if it is another."""
    if meter.event_time_window is None or logged.canceled_at_us is not None:
        return None
    event = logged.event
    start_us = floor_us(event.timestamp_us, meter.event_time_window)
    values = msgspec.json.decode(event.dimensions, type=tuple[str, ...])
    found = view.services.reader.events(
        EventQuery(
            environment=event.environment,
            event_name=event.event_name,
            customer=event.customer,
            start_us=start_us,
            end_us=start_us + window_us(meter.event_time_window),
            payload=tuple(zip(meter.dimension_keys, values, strict=True)),
            canceled=False,
            limit=_SURVIVORS,
        )
    )
    last = next((one for one in found if one.event.meter == meter.id), logged)
    return None if last.seq == logged.seq else event_id(view.environment, last)


def _line(billed: BilledOn) -> BilledLine:
    line = billed.line
    return BilledLine(
        invoice=billed.invoice.id,
        number=billed.invoice.number,
        status=billed.invoice.status,
        line=line.id,
        description=line.description,
        amount=line.amount,
        currency=line.currency,
        quantity=line.quantity,
        period_start=line.period_start,
        period_end=line.period_end,
        again=billed.again,
    )


def _may_cancel(view: View, logged: LoggedEvent) -> MayCancel:
    hours = view.services.settings.cancel_window_hours
    if hours == "unlimited":
        return MayCancel(open=True, until=None)
    until_us = logged.received_at_us + hours * HOUR_SECONDS * MICROSECONDS
    return MayCancel(open=view.services.clock.now_us() <= until_us, until=until_us // MICROSECONDS)


PAGE = Page(
    path="events/{id}",
    area="events",
    query=NoQuery,
    read=read_event,
    template="event.html",
    title=lambda data: f"Event {data.row.event.identifier}",
)


def _cancel(view: View, _: NoQuery) -> Done:
    logged = _logged(view)
    services = view.services
    cancel(
        finder=services.reader,
        writer=services.writer,
        clock=services.clock,
        settings=services.settings,
        environment=view.environment,
        event_name=logged.event.event_name,
        identifier=logged.event.identifier,
    )
    return Done(
        location=view.url(f"events/{view.path_params['id']}"),
        message="The event is cancelled: it is in no total any more.",
    )


CANCEL = Change(path="events/{id}/cancel", form=NoQuery, run=_cancel, page=PAGE)

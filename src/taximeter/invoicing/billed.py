"""Where an event was billed: the lines of invoices whose quantity it is part of."""

import msgspec

from taximeter.ingest.event import LoggedEvent
from taximeter.invoicing.invoice import Invoice, InvoiceFilter, InvoiceStore, Line, MeteredUsage
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.paging import Cursor
from taximeter.meters import Meter

_PAGE = 100


class BilledOn(msgspec.Struct, frozen=True, kw_only=True):
    """A line that counts an event; `again` where an earlier invoice had billed it already.

    Invoices at thresholds bill a period's usage so far; later ones count all of the period and
    bill what has come since.
    """

    invoice: Invoice
    line: Line
    again: bool = False


class Billing(msgspec.Struct, frozen=True, kw_only=True):
    """The lines, the earliest first; `whole` is False where there were invoices left to look at."""

    lines: tuple[BilledOn, ...]
    whole: bool


def counts(usage: MeteredUsage, logged: LoggedEvent, meter: Meter) -> bool:
    """Say whether a quantity, as it was read when it was billed, has the event in it."""
    event = logged.event
    canceled_at_us = logged.canceled_at_us
    values = msgspec.json.decode(event.dimensions, type=tuple[str, ...])
    dimensions = dict(zip(meter.dimension_keys, values, strict=True))
    return (
        usage.meter == event.meter
        and usage.start * MICROSECONDS <= event.timestamp_us < usage.end * MICROSECONDS
        and logged.received_at_us < usage.as_of_us
        and (canceled_at_us is None or canceled_at_us >= usage.as_of_us)
        and all(dimensions.get(key) in wanted for key, wanted in usage.dimension_filters)
    )


def billing_of(
    logged: LoggedEvent, *, meter: Meter, store: InvoiceStore, invoices_max: int
) -> Billing:
    """Return the lines that count an event, among its customer's latest invoices."""
    event = logged.event
    where = InvoiceFilter(customer=event.customer)
    found: list[BilledOn] = []
    looked, cursor = 0, Cursor(limit=min(_PAGE, invoices_max))
    while True:
        page = store.page(event.environment, cursor, where)
        looked += len(page.data)
        found += [
            BilledOn(invoice=invoice, line=line)
            for invoice in page.data
            for line in invoice.lines
            if line.usage is not None and counts(line.usage, logged, meter)
        ]
        if not page.has_more or looked >= invoices_max:
            break
        cursor = msgspec.structs.replace(cursor, starting_after=page.data[-1].id)
    return Billing(lines=_in_order(found), whole=not page.has_more)


def _in_order(found: list[BilledOn]) -> tuple[BilledOn, ...]:
    """Sort by when the quantities were read, and mark what was on another invoice before."""

    def as_of(one: BilledOn) -> int:
        assert one.line.usage is not None, "only such lines count events"
        return one.line.usage.as_of_us

    ordered = sorted((one for one in found if one.invoice.status != "void"), key=as_of)
    ordered += sorted((one for one in found if one.invoice.status == "void"), key=as_of)
    first: dict[str | None, str] = {}
    marked = []
    for one in ordered:
        item = one.line.subscription_item
        billed = first.setdefault(item, one.invoice.id) if one.invoice.status != "void" else None
        marked.append(msgspec.structs.replace(one, again=billed not in {None, one.invoice.id}))
    return tuple(marked)

"""A line of an invoice explained: from its amount to its quantity, tiers and days."""

import msgspec

from taximeter.api.resources.invoice_lines import explained, shown_invoice
from taximeter.api.wire.explanation import ExplanationObject, explanation_object
from taximeter.dashboard.page import NoQuery, Page, View
from taximeter.dashboard.table import Table


class DayRow(msgspec.Struct, frozen=True, kw_only=True):
    """A day's usage; `percent` compares it with the largest, for the bar beside it."""

    start: int
    end: int
    value: str
    percent: int


class InvoiceLineData(msgspec.Struct, frozen=True, kw_only=True):
    """A line explained."""

    name: str
    description: str
    explanation: ExplanationObject
    days: tuple[DayRow, ...]


def read_line(view: View, query: NoQuery) -> InvoiceLineData:
    """Explain a line. Raises NotFound, InvalidRequest where it bills no usage, LogFailed."""
    invoice = shown_invoice(view)
    explanation = explained(view, invoice)
    largest = max((one.value for one in explanation.days), default=0)
    rendered = explanation_object(explanation, invoice, view.environment)
    return InvoiceLineData(
        name=invoice.number or "Draft",
        description=explanation.line.description,
        explanation=rendered,
        days=tuple(
            DayRow(
                start=one.start,
                end=one.end,
                value=part.value,
                percent=max(0, int(one.value * 100 / largest)) if largest > 0 else 0,
            )
            for one, part in zip(explanation.days, rendered.quantity.days, strict=True)
        ),
    )


def line_table(data: InvoiceLineData) -> Table:
    """Return the days of a line's quantity."""
    return Table(
        name=f"days-{data.name}-{data.explanation.line.id}",
        columns=("start", "end", "value"),
        rows=[(str(one.start), str(one.end), one.value) for one in data.days],
    )


PAGE = Page(
    path="invoices/{invoice}/lines/{line}",
    area="invoices",
    query=NoQuery,
    read=read_line,
    template="invoice_line.html",
    title=lambda data: f"{data.name}: {data.description}",
    table=line_table,
)

"""An invoice: its lines, what pays for it, and what may become of it."""

from decimal import Decimal

import msgspec

from taximeter.api.params import Params
from taximeter.api.resources import invoice_actions
from taximeter.api.resources.invoice_lines import shown_invoice
from taximeter.api.resources.invoice_view import view as invoice_view
from taximeter.api.wire.invoice import InvoiceObject
from taximeter.customers import CustomerDetails
from taximeter.dashboard.page import Change, Done, NoQuery, Page, View
from taximeter.dashboard.pages.invoices import name_of
from taximeter.dashboard.table import Table
from taximeter.invoicing import drafts, status
from taximeter.invoicing.invoice import BillingReason, Invoice, Line
from taximeter.kit import decimals

REASONS: dict[BillingReason, str] = {
    "manual": "Made by hand",
    "subscription_create": "The start of a subscription",
    "subscription_cycle": "The end of a billing period",
    "subscription_threshold": "Usage that crossed a threshold",
    "subscription_update": "A change to a subscription",
    "upcoming": "A preview of what is to come",
}


class LineRow(msgspec.Struct, frozen=True, kw_only=True):
    """A line as it is shown, amounts in the minor unit; `explained` where it bills usage."""

    id: str
    kind: str
    description: str
    period_start: int
    period_end: int
    quantity: Decimal
    unit_amount: Decimal | None
    amount: int
    credited: int
    price: str | None
    explained: bool


class InvoiceData(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice as it is shown; a draft as if it were finalized now."""

    invoice: InvoiceObject
    lines: tuple[LineRow, ...]
    reason: str
    customer_id: str
    customer_name: str
    billed_to: CustomerDetails
    credited: int
    balance_applied: int
    remaining: int
    as_of: int | None

    @property
    def name(self) -> str:
        """Return what the invoice is called by."""
        return self.invoice.number or "Draft"

    @property
    def deletable(self) -> bool:
        """Say whether it can be deleted: a draft made by hand."""
        return self.invoice.status == "draft" and self.invoice.billing_reason == "manual"


def read_invoice(view: View, query: NoQuery) -> InvoiceData:
    """Read an invoice. Raises NotFound."""
    invoice = shown_invoice(view)
    customer = view.unit.customers.get(view.environment.id, invoice.customer)
    assert customer is not None, "customers are kept for their invoices"
    details = invoice.billed_to or customer.details
    read_at = [one.usage.as_of_us for one in invoice.lines if one.usage is not None]
    return InvoiceData(
        invoice=invoice_view(view, Params(), _stored(view)),
        lines=line_rows(invoice),
        reason=REASONS[invoice.billing_reason],
        customer_id=invoice.customer,
        customer_name=details.name or name_of(customer),
        billed_to=details,
        credited=invoice.credited,
        balance_applied=invoice.balance_applied,
        remaining=invoice.amount_due - invoice.amount_paid,
        as_of=max(read_at) // 1_000_000 if read_at else None,
    )


def line_rows(invoice: Invoice) -> tuple[LineRow, ...]:
    """Return the lines of an invoice as they are shown."""
    return tuple(_row(line) for line in invoice.lines)


def _row(line: Line) -> LineRow:
    return LineRow(
        id=line.id,
        kind=line.kind,
        description=line.description,
        period_start=line.period_start,
        period_end=line.period_end,
        quantity=line.quantity,
        unit_amount=line.unit_amount,
        amount=line.amount,
        credited=sum(credit.amount for credit in line.credits),
        price=line.price,
        explained=line.usage is not None,
    )


def _stored(view: View) -> Invoice:
    return drafts.retrieve(
        unit=view.unit, environment=view.environment, id=view.path_params["invoice"]
    )


def invoice_table(data: InvoiceData) -> Table:
    """Return the lines, amounts in the minor unit."""
    return Table(
        name=f"invoice-{data.invoice.number or data.invoice.id}",
        columns=(
            "id",
            "description",
            "period_start",
            "period_end",
            "quantity",
            "unit_amount",
            "amount",
            "credited",
            "currency",
        ),
        rows=[
            (
                one.id,
                one.description,
                str(one.period_start),
                str(one.period_end),
                decimals.text(one.quantity),
                "" if one.unit_amount is None else decimals.text(one.unit_amount),
                str(one.amount),
                str(one.credited),
                data.invoice.currency,
            )
            for one in data.lines
        ],
    )


PAGE = Page(
    path="invoices/{invoice}",
    area="invoices",
    query=NoQuery,
    read=read_invoice,
    template="invoice.html",
    title=lambda data: f"{data.name}, {data.customer_name}",
    table=invoice_table,
)

PRINTED = Page(
    path="invoices/{invoice}/print",
    area="invoices",
    query=NoQuery,
    read=read_invoice,
    template="invoice_print.html",
    title=lambda data: f"Invoice {data.name}",
)


def _done(view: View, message: str) -> Done:
    return Done(location=view.url(f"invoices/{view.path_params['invoice']}"), message=message)


def _finalize(view: View, _: NoQuery) -> Done:
    invoice = _stored(view)
    status.check_not_final(invoice)
    final = invoice_actions.finalized(view, invoice)
    if final.status == "paid":
        return _done(view, f"Finalized as {final.number}. There is nothing left to pay.")
    return _done(view, f"Finalized as {final.number}. What it bills does not change any more.")


def _pay(view: View, _: NoQuery) -> Done:
    invoice = _stored(view)
    if invoice.status == "draft":
        invoice = invoice_actions.finalized(view, invoice)
    if invoice.status != "paid":
        now = invoice_actions.present_of(view, invoice)
        status.pay(invoice, unit=view.unit, now=now, out_of_band=True)
    return _done(view, "Marked as paid.")


def _void(view: View, _: NoQuery) -> Done:
    invoice = _stored(view)
    now = invoice_actions.present_of(view, invoice)
    status.void(invoice, unit=view.unit, now=now)
    return _done(view, "Voided. Credits and balance that paid for it are given back.")


def _write_off(view: View, _: NoQuery) -> Done:
    invoice = _stored(view)
    now = invoice_actions.present_of(view, invoice)
    status.mark_uncollectible(invoice, unit=view.unit, now=now)
    return _done(view, "Written off. It can still be marked as paid.")


def _delete(view: View, _: NoQuery) -> Done:
    invoice = drafts.delete(
        unit=view.unit, environment=view.environment, id=view.path_params["invoice"]
    )
    message = "Deleted the draft. Its items are pending again."
    return Done(location=view.url(f"customers/{invoice.customer}"), message=message)


CHANGES = tuple(
    Change(path=f"invoices/{{invoice}}/{name}", form=NoQuery, run=run, page=PAGE)
    for name, run in (
        ("finalize", _finalize),
        ("pay", _pay),
        ("void", _void),
        ("uncollectible", _write_off),
        ("delete", _delete),
    )
)

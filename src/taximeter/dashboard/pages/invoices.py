"""The list of invoices: whose, for how much, and what has become of them."""

from typing import Literal

import msgspec

from taximeter.customers import Customer
from taximeter.dashboard.listing import (
    Column,
    Filter,
    Head,
    Listed,
    Pager,
    choices_of,
    heads,
    listed,
    pager,
    stretch,
)
from taximeter.dashboard.page import Page, View
from taximeter.dashboard.table import Table
from taximeter.invoicing.invoice import Invoice, InvoiceFilter, InvoiceStatus
from taximeter.invoicing.shown import shown

COLUMNS = (
    Column(label="Invoice", name="number"),
    Column(label="Customer", name="customer"),
    Column(label="Total", name="total", numeric=True),
    Column(label="Status", name="status"),
    Column(label="To pay", name="remaining", numeric=True),
    Column(label="Period (UTC)", name="period"),
    Column(label="Created", name="created", numeric=True),
)
STATUSES: dict[str, str] = {
    "all": "All",
    "draft": "Draft",
    "open": "Open",
    "paid": "Paid",
    "uncollectible": "Uncollectible",
    "void": "Void",
}


class InvoicesQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which invoices, in which order; `after` begins at older ones, and `customer` is an id."""

    status: Literal["all", "draft", "open", "paid", "uncollectible", "void"] = "all"
    q: str = ""
    customer: str = ""
    sort: str = "-created"
    page: int = 1
    after: str = ""


class InvoiceRow(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice in brief, amounts in the minor unit; drafts as if they were finalized now."""

    id: str
    number: str | None
    status: InvoiceStatus
    customer: str
    customer_name: str
    currency: str
    total: int
    remaining: int
    period_start: int
    period_end: int
    created: int
    due_date: int | None
    finalizes_at: int | None


class InvoicesData(msgspec.Struct, frozen=True, kw_only=True):
    """The list as it is shown; `customer_name` where it is one customer's."""

    invoices: Listed[InvoiceRow]
    query: InvoicesQuery
    heads: tuple[Head, ...]
    filters: tuple[Filter, ...]
    pager: Pager
    customer_name: str | None


def read_invoices(view: View, query: InvoicesQuery) -> InvoicesData:
    """Read a page of the list."""
    unit, environment = view.unit, view.environment.id
    where = InvoiceFilter(
        status=None if query.status == "all" else query.status, customer=query.customer or None
    )
    read = stretch(lambda cursor: unit.invoices.page(environment, cursor, where), query.after)
    named = {one.customer for one in read.items} | ({query.customer} - {""})
    customers = unit.customers.many(environment, named)
    wanted = query.q.strip().casefold()
    rows = [
        row
        for one in shown(read.items, unit=unit, environment=environment, customers=customers)
        if _matches(row := invoice_row(one, customers[one.customer]), wanted)
    ]
    page = listed(
        rows,
        sort=query.sort,
        by={
            "created": lambda one: (one.created, one.id),
            "number": lambda one: (one.number or "", one.id),
            "status": lambda one: (one.status, one.id),
            "customer": lambda one: (one.customer_name.casefold(), one.id),
            "period": lambda one: (one.period_start, one.period_end, one.id),
            "total": lambda one: (one.currency, one.total, one.id),
            "remaining": lambda one: (one.currency, one.remaining, one.id),
        },
        page=query.page,
        row=lambda one: one,
    )
    customer = customers.get(query.customer)
    return InvoicesData(
        invoices=page,
        query=query,
        heads=heads(COLUMNS, query),
        filters=choices_of(query, "status", STATUSES),
        pager=pager(query, page, read),
        customer_name=None if customer is None else name_of(customer),
    )


def invoice_row(invoice: Invoice, customer: Customer) -> InvoiceRow:
    """Return an invoice in brief; `invoice` as `shown` makes it."""
    details = invoice.billed_to or customer.details
    owed = invoice.status in {"draft", "open", "uncollectible"}
    return InvoiceRow(
        id=invoice.id,
        number=invoice.number,
        status=invoice.status,
        customer=invoice.customer,
        customer_name=details.name or details.email or invoice.customer,
        currency=invoice.currency,
        total=invoice.total,
        remaining=invoice.amount_due - invoice.amount_paid if owed else 0,
        period_start=invoice.period_start,
        period_end=invoice.period_end,
        created=invoice.created,
        due_date=invoice.due_date,
        finalizes_at=invoice.automatically_finalizes_at if invoice.auto_advance else None,
    )


def name_of(customer: Customer) -> str:
    """Return what a customer is called by: a name, an address, or the id."""
    return customer.details.name or customer.details.email or customer.id


def _matches(row: InvoiceRow, wanted: str) -> bool:
    texts = (row.id, row.number or "", row.customer, row.customer_name)
    return not wanted or any(wanted in text.casefold() for text in texts)


def invoices_table(data: InvoicesData) -> Table:
    """Return the page's rows, amounts in the minor unit."""
    columns = InvoiceRow.__struct_fields__
    return Table(
        name="invoices",
        columns=columns,
        rows=[
            ["" if (value := getattr(one, name)) is None else str(value) for name in columns]
            for one in data.invoices.rows
        ],
    )


PAGE = Page(
    path="invoices",
    area="invoices",
    query=InvoicesQuery,
    read=read_invoices,
    template="invoices.html",
    title=lambda data: f"Invoices of {data.customer_name}" if data.customer_name else "Invoices",
    table=invoices_table,
)

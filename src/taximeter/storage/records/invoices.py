"""Invoices as rows: see `taximeter.invoicing.invoice.InvoiceStore`."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, bindparam, delete, insert, select, update

from taximeter.changes import Changes
from taximeter.invoicing.invoice import Invoice, InvoiceFilter
from taximeter.kit.paging import Cursor, Page
from taximeter.storage.records.billing_tables import invoices
from taximeter.storage.records.many import rows_with_ids
from taximeter.storage.records.noting import Noting
from taximeter.storage.records.paging import fetch_page, moment_within

_ALL = select(invoices.c.details)
_ONE = (invoices.c.environment == bindparam("env"), invoices.c.id == bindparam("the_id"))
_GET = _ALL.where(*_ONE)
_MANY = _ALL.where(
    invoices.c.environment == bindparam("env"),
    invoices.c.id.in_(bindparam("ids", expanding=True)),
)
_DRAFTS_OF = _ALL.where(
    invoices.c.environment == bindparam("env"),
    invoices.c.customer.in_(bindparam("ids", expanding=True)),
    invoices.c.status == "draft",
).order_by(invoices.c.position.desc())
_RECENT = _ALL.where(
    invoices.c.environment == bindparam("env"),
    invoices.c.subscription.in_(bindparam("ids", expanding=True)),
    invoices.c.period_end > bindparam("after"),
).order_by(invoices.c.position)
_INSERT = insert(invoices)
_UPDATE = update(invoices).where(*_ONE)
_DELETE = delete(invoices).where(*_ONE)
_DECODER = msgspec.json.Decoder(Invoice)


class InvoiceTable:
    """Invoices, within the transaction of one connection."""

    def __init__(self, connection: Connection, changes: Changes | None = None) -> None:
        """Work on a connection that is inside a transaction; one that writes notes its changes."""
        self._connection = connection
        self._noting = Noting("invoice", changes, self.many)

    def add(self, invoices: Sequence[Invoice]) -> None:
        """Keep new invoices."""
        if invoices:
            self._connection.execute(_INSERT, [_row(one) for one in invoices])
            self._noting.added(invoices)

    def get(self, environment: int, id: str) -> Invoice | None:
        """Return the invoice, or None."""
        details = self._connection.execute(_GET, {"env": environment, "the_id": id}).scalar()
        if details is None:
            return None
        invoice = _DECODER.decode(details)
        self._noting.seen([invoice])
        return invoice

    def many(self, environment: int, ids: Collection[str]) -> dict[str, Invoice]:
        """Return those of the invoices that exist, by id."""
        rows = rows_with_ids(self._connection, _MANY, environment, ids)
        found = [_DECODER.decode(details) for (details,) in rows]
        self._noting.seen(found)
        return {one.id: one for one in found}

    def drafts_of(self, environment: int, customers: Collection[str]) -> Sequence[Invoice]:
        """Return the drafts of customers, newest first."""
        rows = rows_with_ids(self._connection, _DRAFTS_OF, environment, customers)
        return [_DECODER.decode(details) for (details,) in rows]

    def recent(
        self, environment: int, subscriptions: Collection[str], *, period_end_gt: int
    ) -> Sequence[Invoice]:
        """Return the invoices of subscriptions whose period ended after a moment, oldest first."""
        statement = _RECENT.params(after=period_end_gt)
        rows = rows_with_ids(self._connection, statement, environment, subscriptions)
        return [_DECODER.decode(details) for (details,) in rows]

    def save(self, invoices: Sequence[Invoice]) -> None:
        """Keep changed invoices."""
        if invoices:
            self._noting.saved(invoices)
            parameters = [
                {"env": one.environment, "the_id": one.id, **_row(one)} for one in invoices
            ]
            self._connection.execute(_UPDATE, parameters)

    def delete(self, environment: int, id: str) -> None:
        """Drop a draft."""
        self._noting.deleted(environment, [id])
        self._connection.execute(_DELETE, {"env": environment, "the_id": id})

    def page(self, environment: int, cursor: Cursor, where: InvoiceFilter) -> Page[Invoice]:
        """Return a page, newest first. Raises UnknownCursor."""
        statement = _filtered(_ALL.where(invoices.c.environment == environment), where)
        page = fetch_page(self._connection, invoices, statement, cursor, environment=environment)
        return Page(
            data=[_DECODER.decode(details) for (details,) in page.data], has_more=page.has_more
        )


def _filtered(statement: Select[Any], where: InvoiceFilter) -> Select[Any]:
    columns = invoices.c
    equal = {
        columns.customer: where.customer,
        columns.subscription: where.subscription,
        columns.status: where.status,
        columns.collection_method: where.collection_method,
    }
    for column, value in equal.items():
        if value is not None:
            statement = statement.where(column == value)
    statement = moment_within(statement, columns.created, where.created)
    statement = moment_within(statement, columns.due_date, where.due_date)
    if where.customer is None and where.subscription is None:
        statement = statement.where(columns.test_clock.is_(None))
    return statement


def _row(invoice: Invoice) -> dict[str, Any]:
    return {
        "id": invoice.id,
        "environment": invoice.environment,
        "created": invoice.created,
        "customer": invoice.customer,
        "test_clock": invoice.test_clock,
        "subscription": invoice.subscription,
        "status": invoice.status,
        "collection_method": invoice.collection_method,
        "due_date": invoice.due_date,
        "period_end": invoice.period_end,
        "details": msgspec.json.encode(invoice).decode(),
    }

"""Invoice items as rows: see `taximeter.invoicing.invoice.InvoiceItemStore`."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from taximeter.changes import Changes
from taximeter.invoicing.invoice import InvoiceItem, InvoiceItemFilter
from taximeter.kit.paging import Cursor, Page
from taximeter.storage.records.billing_tables import invoice_items
from taximeter.storage.records.many import rows_with_ids
from taximeter.storage.records.noting import Noting, one_by_one
from taximeter.storage.records.paging import created_within, fetch_page

_ALL = select(invoice_items.c.details)
_ONE = (invoice_items.c.environment == bindparam("env"), invoice_items.c.id == bindparam("the_id"))
_GET = _ALL.where(*_ONE)
_PENDING = select(invoice_items.c.position, invoice_items.c.details).where(
    invoice_items.c.environment == bindparam("env"),
    invoice_items.c.customer.in_(bindparam("ids", expanding=True)),
    invoice_items.c.invoice.is_(None),
)
_INSERT = insert(invoice_items)
_UPDATE = update(invoice_items).where(*_ONE)
_DELETE = delete(invoice_items).where(*_ONE)
_DECODER = msgspec.json.Decoder(InvoiceItem)


class InvoiceItemTable:
    """Invoice items, within the transaction of one connection."""

    def __init__(self, connection: Connection, changes: Changes | None = None) -> None:
        """Work on a connection that is inside a transaction; one that writes notes its changes."""
        self._connection = connection
        self._noting = Noting("invoice_item", changes, one_by_one(self.get))

    def add(self, items: Sequence[InvoiceItem]) -> None:
        """Keep new items."""
        if items:
            self._connection.execute(_INSERT, [_row(one) for one in items])
            self._noting.added(items)

    def get(self, environment: int, id: str) -> InvoiceItem | None:
        """Return the item, or None."""
        details = self._connection.execute(_GET, {"env": environment, "the_id": id}).scalar()
        if details is None:
            return None
        item = _DECODER.decode(details)
        self._noting.seen([item])
        return item

    def save(self, items: Sequence[InvoiceItem]) -> None:
        """Keep changed items."""
        if items:
            self._noting.saved(items)
            parameters = [{"env": one.environment, "the_id": one.id, **_row(one)} for one in items]
            self._connection.execute(_UPDATE, parameters)

    def delete(self, environment: int, id: str) -> None:
        """Drop an item."""
        self._noting.deleted(environment, [id])
        self._connection.execute(_DELETE, {"env": environment, "the_id": id})

    def pending(self, environment: int, customers: Collection[str]) -> Sequence[InvoiceItem]:
        """Return what stands on no invoice yet, newest first."""
        rows = rows_with_ids(self._connection, _PENDING, environment, customers)
        newest_first = sorted(rows, key=lambda row: row.position, reverse=True)
        items = [_DECODER.decode(row.details) for row in newest_first]
        self._noting.seen(items)
        return items

    def page(self, environment: int, cursor: Cursor, where: InvoiceItemFilter) -> Page[InvoiceItem]:
        """Return a page, newest first. Raises UnknownCursor."""
        columns = invoice_items.c
        statement = _ALL.where(columns.environment == environment)
        if where.customer is not None:
            statement = statement.where(columns.customer == where.customer)
        if where.invoice is not None:
            statement = statement.where(columns.invoice == where.invoice)
        if where.pending is not None:
            pending = columns.invoice.is_(None)
            statement = statement.where(pending if where.pending else ~pending)
        statement = created_within(statement, invoice_items, where.created)
        if where.customer is None and where.invoice is None:
            statement = statement.where(columns.test_clock.is_(None))
        page = fetch_page(
            self._connection, invoice_items, statement, cursor, environment=environment
        )
        return Page(
            data=[_DECODER.decode(details) for (details,) in page.data], has_more=page.has_more
        )


def _row(item: InvoiceItem) -> dict[str, Any]:
    return {
        "id": item.id,
        "environment": item.environment,
        "created": item.created,
        "customer": item.customer,
        "test_clock": item.test_clock,
        "invoice": item.invoice,
        "details": msgspec.json.encode(item).decode(),
    }

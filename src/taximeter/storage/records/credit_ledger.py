"""The ledger of credits as rows: see `taximeter.credits.grant.CreditLedger`."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, func, insert, select

from taximeter.changes import Changes
from taximeter.credits.grant import CreditBalanceTransaction
from taximeter.kit.paging import Cursor, Page
from taximeter.storage.records.billing_tables import credit_balance_transactions as entries
from taximeter.storage.records.many import rows_with_ids
from taximeter.storage.records.noting import Noting, one_by_one
from taximeter.storage.records.paging import fetch_page

_ALL = select(entries.c.details)
_GET = _ALL.where(entries.c.environment == bindparam("env"), entries.c.id == bindparam("the_id"))
_OF_INVOICE = _ALL.where(
    entries.c.environment == bindparam("env"), entries.c.invoice == bindparam("the_invoice")
).order_by(entries.c.position)
_BALANCES = (
    select(entries.c.credit_grant, func.sum(entries.c.amount).label("balance"))
    .where(
        entries.c.environment == bindparam("env"),
        entries.c.credit_grant.in_(bindparam("ids", expanding=True)),
    )
    .group_by(entries.c.credit_grant)
)
_APPLIED = (
    select(entries.c.id)
    .where(
        entries.c.environment == bindparam("env"),
        entries.c.credit_grant == bindparam("grant"),
        entries.c.invoice.is_not(None),
    )
    .limit(1)
)


class CreditLedgerTable:
    """The ledger's entries, within the transaction of one connection."""

    def __init__(self, connection: Connection, changes: Changes | None = None) -> None:
        """Work on a connection that is inside a transaction; one that writes notes its changes."""
        self._connection = connection
        self._noting = Noting("credit_balance_transaction", changes, one_by_one(self.get))

    def add(self, new: Sequence[CreditBalanceTransaction]) -> None:
        """Keep new entries."""
        if new:
            self._connection.execute(insert(entries), [_row(entry) for entry in new])
            self._noting.added(new)

    def get(self, environment: int, id: str) -> CreditBalanceTransaction | None:
        """Return the entry, or None."""
        found = self._connection.execute(_GET, {"env": environment, "the_id": id}).scalar()
        return None if found is None else _entry(found)

    def balances(self, environment: int, grants: Collection[str]) -> dict[str, int]:
        """Return what is left of each grant: the sum of its entries."""
        rows = rows_with_ids(self._connection, _BALANCES, environment, grants)
        found = {row.credit_grant: int(row.balance) for row in rows}
        return {grant: found.get(grant, 0) for grant in grants}

    def was_applied(self, environment: int, grant: str) -> bool:
        """Say whether the grant ever paid for an invoice, voided or not."""
        asked = {"env": environment, "grant": grant}
        return self._connection.execute(_APPLIED, asked).first() is not None

    def of_invoice(self, environment: int, invoice: str) -> Sequence[CreditBalanceTransaction]:
        """Return the entries that name an invoice, oldest first."""
        asked = {"env": environment, "the_invoice": invoice}
        return [_entry(found) for found in self._connection.execute(_OF_INVOICE, asked).scalars()]

    def page(
        self, environment: int, cursor: Cursor, customer: str, credit_grant: str | None
    ) -> Page[CreditBalanceTransaction]:
        """Return a page, newest first. Raises UnknownCursor."""
        statement = _ALL.where(entries.c.environment == environment, entries.c.customer == customer)
        if credit_grant is not None:
            statement = statement.where(entries.c.credit_grant == credit_grant)
        page = fetch_page(self._connection, entries, statement, cursor, environment=environment)
        return Page(data=[_entry(row[0]) for row in page.data], has_more=page.has_more)


def _row(entry: CreditBalanceTransaction) -> dict[str, Any]:
    return {
        "id": entry.id,
        "environment": entry.environment,
        "customer": entry.customer,
        "test_clock": entry.test_clock,
        "credit_grant": entry.credit_grant,
        "invoice": entry.invoice,
        "amount": entry.amount,
        "details": msgspec.json.encode(entry).decode(),
    }


def _entry(details: str) -> CreditBalanceTransaction:
    return msgspec.json.decode(details, type=CreditBalanceTransaction)

"""Credit grants as rows: see `taximeter.credits.grant.CreditGrantStore`."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, insert, select, update

from taximeter.changes import Changes
from taximeter.credits.grant import CreditGrant
from taximeter.kit.paging import Cursor, Page
from taximeter.storage.records.billing_tables import credit_grants
from taximeter.storage.records.many import rows_with_ids
from taximeter.storage.records.noting import Noting, one_by_one
from taximeter.storage.records.paging import fetch_page

_ALL = select(credit_grants.c.details)
_GET = _ALL.where(
    credit_grants.c.environment == bindparam("env"), credit_grants.c.id == bindparam("the_id")
)
_OF_CUSTOMERS = _ALL.where(
    credit_grants.c.environment == bindparam("env"),
    credit_grants.c.customer.in_(bindparam("ids", expanding=True)),
).order_by(credit_grants.c.position)
_USABLE = _OF_CUSTOMERS.where(credit_grants.c.usable)
_SAVE = update(credit_grants).where(
    credit_grants.c.environment == bindparam("env"), credit_grants.c.id == bindparam("the_id")
)


class CreditGrantTable:
    """Credit grants, within the transaction of one connection."""

    def __init__(self, connection: Connection, changes: Changes | None = None) -> None:
        """Work on a connection that is inside a transaction; one that writes notes its changes."""
        self._connection = connection
        self._noting = Noting("credit_grant", changes, one_by_one(self.get))

    def add(self, grant: CreditGrant) -> None:
        """Keep a new grant."""
        self._connection.execute(insert(credit_grants), _row(grant))
        self._noting.added([grant])

    def get(self, environment: int, id: str) -> CreditGrant | None:
        """Return the grant, or None."""
        found = self._connection.execute(_GET, {"env": environment, "the_id": id}).scalar()
        if found is None:
            return None
        grant = _grant(found)
        self._noting.seen([grant])
        return grant

    def save(self, grant: CreditGrant) -> None:
        """Keep a changed grant."""
        self._noting.saved([grant])
        self._connection.execute(
            _SAVE.values(_row(grant)), {"env": grant.environment, "the_id": grant.id}
        )

    def of_customers(
        self, environment: int, customers: Collection[str], *, ended: bool = False
    ) -> Sequence[CreditGrant]:
        """Return the grants of customers, oldest first; the voided and expired only if asked."""
        statement = _OF_CUSTOMERS if ended else _USABLE
        rows = rows_with_ids(self._connection, statement, environment, customers)
        grants = [_grant(row.details) for row in rows]
        self._noting.seen(grants)
        return grants

    def page(self, environment: int, cursor: Cursor, customer: str | None) -> Page[CreditGrant]:
        """Return a page, newest first; without a customer, none of test clocks."""
        statement = _ALL.where(credit_grants.c.environment == environment)
        if customer is None:
            statement = statement.where(credit_grants.c.test_clock.is_(None))
        else:
            statement = statement.where(credit_grants.c.customer == customer)
        page = fetch_page(
            self._connection, credit_grants, statement, cursor, environment=environment
        )
        return Page(data=[_grant(row[0]) for row in page.data], has_more=page.has_more)


def _row(grant: CreditGrant) -> dict[str, Any]:
    return {
        "id": grant.id,
        "environment": grant.environment,
        "customer": grant.customer,
        "test_clock": grant.test_clock,
        "usable": grant.voided_at is None and grant.expired_at is None,
        "details": msgspec.json.encode(grant).decode(),
    }


def _grant(details: str) -> CreditGrant:
    return msgspec.json.decode(details, type=CreditGrant)

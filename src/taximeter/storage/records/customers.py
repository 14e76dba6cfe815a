"""Customers as rows: see `taximeter.customers.CustomerStore`."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, insert, select, update

from taximeter.changes import Changes
from taximeter.customers import Customer, CustomerDetails, CustomerFilter
from taximeter.kit.paging import Cursor, Page
from taximeter.storage.records.many import rows_with_ids
from taximeter.storage.records.noting import Noting
from taximeter.storage.records.paging import created_within, fetch_page
from taximeter.storage.records.tables import customers

_ALL = select(
    customers.c.id,
    customers.c.environment,
    customers.c.created,
    customers.c.deleted_at,
    customers.c.details,
    customers.c.test_clock,
)
_GET = _ALL.where(
    customers.c.environment == bindparam("env"), customers.c.id == bindparam("the_id")
)
_PRESENT = select(customers.c.id).where(
    customers.c.environment == bindparam("env"), customers.c.deleted_at.is_(None)
)
_EXISTING = _PRESENT.where(customers.c.id.in_(bindparam("ids", expanding=True)))
_EXISTING_IDS = _PRESENT.order_by(customers.c.position.desc()).limit(bindparam("most"))
_MANY = _ALL.where(
    customers.c.environment == bindparam("env"),
    customers.c.id.in_(bindparam("ids", expanding=True)),
)
_INSERT = insert(customers)
_UPDATE = update(customers).where(
    customers.c.environment == bindparam("env"), customers.c.id == bindparam("the_id")
)
_IDS_AT_ONCE = 1_000


class CustomerTable:
    """Customers, within the transaction of one connection."""

    def __init__(self, connection: Connection, changes: Changes | None = None) -> None:
        """Work on a connection that is inside a transaction; one that writes notes its changes."""
        self._connection = connection
        self._noting = Noting("customer", changes, self.many)

    def add(self, customer: Customer) -> None:
        """Keep a new customer."""
        self._connection.execute(_INSERT, _row(customer))
        self._noting.added([customer])

    def get(self, environment: int, id: str) -> Customer | None:
        """Return the customer, deleted or not, or None."""
        row = self._connection.execute(_GET, {"env": environment, "the_id": id}).first()
        if row is None:
            return None
        customer = _customer(row)
        self._noting.seen([customer])
        return customer

    def save(self, customer: Customer) -> None:
        """Keep a changed customer."""
        self.save_many([customer])

    def many(self, environment: int, ids: Collection[str]) -> dict[str, Customer]:
        """Return those of the customers that exist, deleted or not, by id."""
        rows = rows_with_ids(self._connection, _MANY, environment, ids)
        found = {customer.id: customer for customer in map(_customer, rows)}
        self._noting.seen(found.values())
        return found

    def save_many(self, customers: Sequence[Customer]) -> None:
        """Keep changed customers."""
        if customers:
            self._noting.saved(customers)
            parameters = [
                {"env": one.environment, "the_id": one.id, **_row(one)} for one in customers
            ]
            self._connection.execute(_UPDATE, parameters)

    def existing(self, environment: int, ids: Collection[str]) -> set[str]:
        """Return those of the ids that belong to a customer who is not deleted."""
        found: set[str] = set()
        asked = sorted(ids)
        for start in range(0, len(asked), _IDS_AT_ONCE):
            parameters = {"env": environment, "ids": asked[start : start + _IDS_AT_ONCE]}
            found.update(self._connection.execute(_EXISTING, parameters).scalars())
        return found

    def existing_ids(self, environment: int, *, limit: int) -> set[str]:
        """Return the ids of up to `limit` customers, the newest, who are not deleted."""
        parameters = {"env": environment, "most": limit}
        return set(self._connection.execute(_EXISTING_IDS, parameters).scalars())

    def page(self, environment: int, cursor: Cursor, where: CustomerFilter) -> Page[Customer]:
        """Return a page of those not deleted, newest first. Raises UnknownCursor."""
        statement = _ALL.where(
            customers.c.environment == environment,
            customers.c.deleted_at.is_(None),
            customers.c.test_clock == where.test_clock,
        )
        if where.email is not None:
            statement = statement.where(customers.c.email == where.email)
        statement = created_within(statement, customers, where.created)
        page = fetch_page(self._connection, customers, statement, cursor, environment=environment)
        return Page(data=[_customer(row) for row in page.data], has_more=page.has_more)


def _row(customer: Customer) -> dict[str, Any]:
    return {
        "id": customer.id,
        "environment": customer.environment,
        "created": customer.created,
        "deleted_at": customer.deleted_at,
        "email": customer.details.email,
        "details": msgspec.json.encode(customer.details).decode(),
        "test_clock": customer.test_clock,
    }


def _customer(row: Row[*tuple[Any, ...]]) -> Customer:
    id, environment, created, deleted_at, details, test_clock = row
    return Customer(
        id=id,
        environment=environment,
        created=created,
        deleted_at=deleted_at,
        details=msgspec.json.decode(details, type=CustomerDetails),
        test_clock=test_clock,
    )

"""Test clocks as rows: see `taximeter.test_clocks.TestClockStore`."""

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from taximeter.changes import Changes
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.paging import Cursor, Page
from taximeter.storage.records.billing_tables import (
    credit_balance_transactions,
    credit_grants,
    due,
    invoice_items,
    invoices,
    subscription_items,
    subscriptions,
    test_clocks,
)
from taximeter.storage.records.customers import CustomerTable
from taximeter.storage.records.noting import Noting, one_by_one
from taximeter.storage.records.paging import fetch_page
from taximeter.storage.records.tables import customers
from taximeter.test_clocks import ClockTimes, TestClock

_ALL = select(test_clocks.c.details)
_GET = _ALL.where(
    test_clocks.c.environment == bindparam("env"), test_clocks.c.id == bindparam("the_id")
)
_ADVANCING = _ALL.where(test_clocks.c.status == "advancing").order_by(test_clocks.c.position)
_IN_ENVIRONMENT = _ALL.where(test_clocks.c.environment == bindparam("env"))
_CLOCKED = select(customers.c.id, customers.c.test_clock).where(
    customers.c.environment == bindparam("env"),
    customers.c.test_clock.is_not(None),
    customers.c.deleted_at.is_(None),
)
_OF_A_CUSTOMER = (
    subscriptions,
    invoices,
    invoice_items,
    credit_grants,
    credit_balance_transactions,
)


class TestClockTable:
    """Test clocks, within the transaction of one connection.

    `advances` says that one was set on its way, for whoever waits.
    """

    def __init__(
        self, connection: Connection, changes: Changes | None = None, *, customers: CustomerTable
    ) -> None:
        """Work on a connection that is inside a transaction; one that writes notes its changes.

        `customers` are those of the same transaction.
        """
        self._connection = connection
        self._customers = customers
        self._noting = Noting("test_clock", changes, one_by_one(self.get))
        self.advances = False

    def add(self, clock: TestClock) -> None:
        """Keep a new clock."""
        self._connection.execute(insert(test_clocks), _row(clock))
        self._noting.added([clock])

    def get(self, environment: int, id: str) -> TestClock | None:
        """Return the clock, or None."""
        row = self._connection.execute(_GET, {"env": environment, "the_id": id}).first()
        if row is None:
            return None
        clock = _clock(row)
        self._noting.seen([clock])
        return clock

    def save(self, clock: TestClock) -> None:
        """Keep a changed clock."""
        self._noting.saved([clock])
        self._connection.execute(
            update(test_clocks).where(
                test_clocks.c.environment == clock.environment, test_clocks.c.id == clock.id
            ),
            _row(clock),
        )
        self.advances = self.advances or clock.status == "advancing"

    def delete(self, environment: int, id: str) -> None:
        """Drop a clock and all that lives on it; its customers stay as deleted ones."""
        clock = self.get(environment, id)
        if clock is None:
            return
        run = self._connection.execute
        theirs = select(customers.c.id).where(
            customers.c.environment == environment, customers.c.test_clock == id
        )
        subscribed = select(subscriptions.c.id).where(
            subscriptions.c.environment == environment, subscriptions.c.customer.in_(theirs)
        )
        run(delete(subscription_items).where(subscription_items.c.subscription.in_(subscribed)))
        for table in _OF_A_CUSTOMER:
            run(
                delete(table).where(
                    table.c.environment == environment, table.c.customer.in_(theirs)
                )
            )
        run(delete(due).where(due.c.test_clock == id))
        present = run(theirs.where(customers.c.deleted_at.is_(None))).scalars().all()
        self._customers.save_many(
            [
                msgspec.structs.replace(one, deleted_at=clock.frozen_time)
                for one in self._customers.many(environment, present).values()
            ]
        )
        self._noting.deleted(environment, [id])
        run(
            delete(test_clocks).where(
                test_clocks.c.environment == environment, test_clocks.c.id == id
            )
        )

    def advancing(self) -> list[TestClock]:
        """Return the clocks of every environment that are on their way, oldest first."""
        return [_clock(row) for row in self._connection.execute(_ADVANCING)]

    def page(self, environment: int, cursor: Cursor) -> Page[TestClock]:
        """Return a page, newest first. Raises UnknownCursor."""
        statement = _ALL.where(test_clocks.c.environment == environment)
        page = fetch_page(self._connection, test_clocks, statement, cursor, environment=environment)
        return Page(data=[_clock(row) for row in page.data], has_more=page.has_more)

    def times(self, environment: int) -> ClockTimes:
        """Return what time it is for the customers of the environment's test clocks."""
        rows = self._connection.execute(_IN_ENVIRONMENT, {"env": environment})
        clocks = [_clock(row) for row in rows]
        if not clocks:
            return ClockTimes({}, advancing=False)
        times_us = {clock.id: clock.frozen_time * MICROSECONDS for clock in clocks}
        clocked = self._connection.execute(_CLOCKED, {"env": environment})
        return ClockTimes(
            {customer: times_us[clock] for customer, clock in clocked},
            advancing=any(clock.status == "advancing" for clock in clocks),
        )


def _row(clock: TestClock) -> dict[str, Any]:
    return {
        "id": clock.id,
        "environment": clock.environment,
        "status": clock.status,
        "details": msgspec.json.encode(clock).decode(),
    }


def _clock(row: Row[Any]) -> TestClock:
    return msgspec.json.decode(row.details, type=TestClock)

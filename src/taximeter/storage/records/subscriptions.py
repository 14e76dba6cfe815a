"""Subscriptions as rows: see `taximeter.subscriptions.subscription.SubscriptionStore`.

Each item has a row of its own, by which it and its price are looked up; one that was removed stays
there as not present.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, bindparam, delete, insert, select, update

from taximeter.changes import Changes
from taximeter.kit.paging import Cursor, Page
from taximeter.storage.records.billing_tables import subscription_items, subscriptions
from taximeter.storage.records.many import rows_with_ids
from taximeter.storage.records.noting import Noting
from taximeter.storage.records.paging import fetch_page
from taximeter.subscriptions.subscription import Subscription, SubscriptionFilter

_DETAILS = select(subscriptions.c.details)
_GET = _DETAILS.where(
    subscriptions.c.environment == bindparam("env"), subscriptions.c.id == bindparam("the_id")
)
_MANY = _DETAILS.where(
    subscriptions.c.environment == bindparam("env"),
    subscriptions.c.id.in_(bindparam("ids", expanding=True)),
)
_OF_CUSTOMERS = _DETAILS.where(
    subscriptions.c.environment == bindparam("env"),
    subscriptions.c.customer.in_(bindparam("ids", expanding=True)),
    subscriptions.c.status != "canceled",
).order_by(subscriptions.c.position.desc())
_WITH_ITEM = _DETAILS.join(
    subscription_items, subscription_items.c.subscription == subscriptions.c.id
).where(
    subscriptions.c.environment == bindparam("env"), subscription_items.c.id == bindparam("item")
)
_INSERT = insert(subscriptions)
_UPDATE = update(subscriptions).where(
    subscriptions.c.environment == bindparam("env"), subscriptions.c.id == bindparam("the_id")
)
_ITEMS_GONE = (
    update(subscription_items)
    .where(
        subscription_items.c.environment == bindparam("env"),
        subscription_items.c.subscription == bindparam("the_id"),
    )
    .values(present=False)
)
_ITEMS_PRESENT = select(
    subscription_items.c.environment,
    subscription_items.c.subscription,
    subscription_items.c.id,
    subscription_items.c.price,
).where(
    subscription_items.c.subscription.in_(bindparam("ids", expanding=True)),
    subscription_items.c.present.is_(True),
)
_ITEM_DELETE = delete(subscription_items).where(
    subscription_items.c.environment == bindparam("env"), subscription_items.c.id == bindparam("it")
)
_ITEM_INSERT = insert(subscription_items)
_IDS_AT_ONCE = 1_000


class SubscriptionTable:
    """Subscriptions, within the transaction of one connection."""

    def __init__(self, connection: Connection, changes: Changes | None = None) -> None:
        """Work on a connection that is inside a transaction; one that writes notes its changes."""
        self._connection = connection
        self._noting = Noting("subscription", changes, self.many)

    def add(self, subscription: Subscription) -> None:
        """Keep a new subscription."""
        self._connection.execute(_INSERT, _row(subscription))
        self._connection.execute(_ITEM_INSERT, _item_rows(subscription))
        self._noting.added([subscription])

    def get(self, environment: int, id: str) -> Subscription | None:
        """Return the subscription, or None."""
        parameters = {"env": environment, "the_id": id}
        return self._found(self._connection.execute(_GET, parameters).scalar())

    def many(self, environment: int, ids: Collection[str]) -> dict[str, Subscription]:
        """Return those of the subscriptions that exist, by id."""
        found: dict[str, Subscription] = {}
        asked = sorted(ids)
        for start in range(0, len(asked), _IDS_AT_ONCE):
            parameters = {"env": environment, "ids": asked[start : start + _IDS_AT_ONCE]}
            for details in self._connection.execute(_MANY, parameters).scalars():
                one = _subscription(details)
                found[one.id] = one
        self._noting.seen(found.values())
        return found

    def of_customers(self, environment: int, customers: Collection[str]) -> Sequence[Subscription]:
        """Return the subscriptions of customers but for the canceled, newest first."""
        rows = rows_with_ids(self._connection, _OF_CUSTOMERS, environment, customers)
        return [_subscription(details) for (details,) in rows]

    def with_item(self, environment: int, item: str) -> Subscription | None:
        """Return the subscription that has or had the item, or None."""
        parameters = {"env": environment, "item": item}
        return self._found(self._connection.execute(_WITH_ITEM, parameters).scalar())

    def _found(self, details: str | None) -> Subscription | None:
        if details is None:
            return None
        subscription = _subscription(details)
        self._noting.seen([subscription])
        return subscription

    def save(self, subscriptions: Sequence[Subscription]) -> None:
        """Keep changed subscriptions."""
        if not subscriptions:
            return
        self._noting.saved(subscriptions)
        keys = [{"env": one.environment, "the_id": one.id} for one in subscriptions]
        rows = [_row(one) for one in subscriptions]
        self._connection.execute(
            _UPDATE, [{**key, **row} for key, row in zip(keys, rows, strict=True)]
        )
        self._save_items(subscriptions)

    def _save_items(self, subscriptions: Sequence[Subscription]) -> None:
        """Rewrite the items of those whose items are others now: a renewal leaves them alone."""
        found: dict[tuple[int, str], set[tuple[str, str]]] = defaultdict(set)
        ids = sorted({one.id for one in subscriptions})
        for start in range(0, len(ids), _IDS_AT_ONCE):
            parameters = {"ids": ids[start : start + _IDS_AT_ONCE]}
            for row in self._connection.execute(_ITEMS_PRESENT, parameters):
                found[row.environment, row.subscription].add((row.id, row.price))
        changed = [
            one
            for one in subscriptions
            if {(item.id, item.price) for item in one.items} != found[one.environment, one.id]
        ]
        if not changed:
            return
        self._connection.execute(
            _ITEMS_GONE, [{"env": one.environment, "the_id": one.id} for one in changed]
        )
        items = [row for one in changed for row in _item_rows(one)]
        if items:
            self._connection.execute(
                _ITEM_DELETE, [{"env": row["environment"], "it": row["id"]} for row in items]
            )
            self._connection.execute(_ITEM_INSERT, items)

    def page(
        self, environment: int, cursor: Cursor, where: SubscriptionFilter
    ) -> Page[Subscription]:
        """Return a page, newest first. Raises UnknownCursor."""
        statement = _restricted(environment, where)
        page = fetch_page(
            self._connection, subscriptions, statement, cursor, environment=environment
        )
        return Page(data=[_subscription(row.details) for row in page.data], has_more=page.has_more)


def _restricted(environment: int, where: SubscriptionFilter) -> Select[Any]:
    columns = subscriptions.c
    statement = _DETAILS.where(columns.environment == environment)
    match where.status:
        case None:
            statement = statement.where(columns.status != "canceled")
        case "all":
            pass
        case "ended":
            statement = statement.where(columns.status == "canceled")
        case status:
            statement = statement.where(columns.status == status)
    if where.customer is not None:
        statement = statement.where(columns.customer == where.customer)
    if where.test_clock is not None:
        statement = statement.where(columns.test_clock == where.test_clock)
    elif where.customer is None:
        statement = statement.where(columns.test_clock.is_(None))
    if where.collection_method is not None:
        statement = statement.where(columns.collection_method == where.collection_method)
    if where.price is not None:
        with_price = select(subscription_items.c.subscription).where(
            subscription_items.c.environment == environment,
            subscription_items.c.price == where.price,
            subscription_items.c.present.is_(True),
        )
        statement = statement.where(columns.id.in_(with_price))
    # A comparison with None cannot even be written down, so each waits for its bound.
    if where.created_gt is not None:
        statement = statement.where(columns.created > where.created_gt)
    if where.created_gte is not None:
        statement = statement.where(columns.created >= where.created_gte)
    if where.created_lt is not None:
        statement = statement.where(columns.created < where.created_lt)
    if where.created_lte is not None:
        statement = statement.where(columns.created <= where.created_lte)
    return statement


def _row(subscription: Subscription) -> dict[str, Any]:
    return {
        "id": subscription.id,
        "environment": subscription.environment,
        "created": subscription.created,
        "customer": subscription.customer,
        "test_clock": subscription.test_clock,
        "status": subscription.status,
        "collection_method": subscription.collection_method,
        "revision": subscription.revision,
        "details": msgspec.json.encode(subscription).decode(),
    }


def _item_rows(subscription: Subscription) -> list[dict[str, Any]]:
    return [
        {
            "id": item.id,
            "environment": subscription.environment,
            "subscription": subscription.id,
            "price": item.price,
            "present": True,
        }
        for item in subscription.items
    ]


def _subscription(details: str) -> Subscription:
    return msgspec.json.decode(details, type=Subscription)

"""Prices as rows: see `taximeter.pricing.price.PriceStore`."""

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from taximeter.changes import Changes
from taximeter.kit.paging import Cursor, Page
from taximeter.pricing.price import LookupKeyTaken, Price, PriceFilter
from taximeter.storage.records.billing_tables import prices
from taximeter.storage.records.noting import Noting
from taximeter.storage.records.paging import created_within, fetch_page

_ALL = select(prices.c.details)
_GET = _ALL.where(prices.c.environment == bindparam("env"), prices.c.id == bindparam("the_id"))
_MANY = _ALL.where(
    prices.c.environment == bindparam("env"), prices.c.id.in_(bindparam("ids", expanding=True))
)
_INSERT = insert(prices)
_IDS_AT_ONCE = 1_000
_COMPARED = ("active", "currency", "interval", "meter", "product", "type", "usage_type")
_DECODER = msgspec.json.Decoder(Price)


class PriceTable:
    """Prices, within the transaction of one connection."""

    def __init__(self, connection: Connection, changes: Changes | None = None) -> None:
        """Work on a connection that is inside a transaction; one that writes notes its changes."""
        self._connection = connection
        self._noting = Noting("price", changes, self.many)

    def add(self, price: Price) -> None:
        """Keep a new price. Raises LookupKeyTaken."""
        try:
            with self._connection.begin_nested():
                self._connection.execute(_INSERT, _row(price))
        except IntegrityError:
            raise LookupKeyTaken from None
        self._noting.added([price])

    def get(self, environment: int, id: str) -> Price | None:
        """Return the price, or None."""
        details = self._connection.execute(_GET, {"env": environment, "the_id": id}).scalar()
        if details is None:
            return None
        price = _DECODER.decode(details)
        self._noting.seen([price])
        return price

    def many(self, environment: int, ids: Collection[str]) -> dict[str, Price]:
        """Return those of the prices that exist, by id."""
        found: dict[str, Price] = {}
        asked = sorted(set(ids))
        for start in range(0, len(asked), _IDS_AT_ONCE):
            parameters = {"env": environment, "ids": asked[start : start + _IDS_AT_ONCE]}
            for details in self._connection.execute(_MANY, parameters).scalars():
                price = _DECODER.decode(details)
                found[price.id] = price
        self._noting.seen(found.values())
        return found

    def save(self, price: Price) -> None:
        """Keep a changed price. Raises LookupKeyTaken."""
        self._noting.saved([price])
        statement = update(prices).where(
            prices.c.environment == price.environment, prices.c.id == price.id
        )
        try:
            with self._connection.begin_nested():
                self._connection.execute(statement, _row(price))
        except IntegrityError:
            raise LookupKeyTaken from None

    def page(self, environment: int, cursor: Cursor, where: PriceFilter) -> Page[Price]:
        """Return a page, newest first. Raises UnknownCursor."""
        statement = _ALL.where(prices.c.environment == environment)
        for name in _COMPARED:
            wanted = getattr(where, name)
            if wanted is not None:
                statement = statement.where(prices.c[name] == wanted)
        if where.lookup_keys:
            statement = statement.where(prices.c.lookup_key.in_(where.lookup_keys))
        statement = created_within(statement, prices, where.created)
        page = fetch_page(self._connection, prices, statement, cursor, environment=environment)
        return Page(data=[_DECODER.decode(row[0]) for row in page.data], has_more=page.has_more)


def _row(price: Price) -> dict[str, Any]:
    recurring = price.recurring
    return {
        "id": price.id,
        "environment": price.environment,
        "created": price.created,
        "active": price.active,
        "product": price.product,
        "currency": price.currency,
        "type": price.type,
        "interval": recurring and recurring.interval,
        "usage_type": recurring and recurring.usage_type,
        "meter": recurring and recurring.meter,
        "lookup_key": price.lookup_key,
        "details": msgspec.json.encode(price).decode(),
    }

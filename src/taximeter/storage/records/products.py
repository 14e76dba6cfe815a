"""Products as rows: see `taximeter.pricing.product.ProductStore`."""

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from taximeter.changes import Changes
from taximeter.kit.paging import Cursor, Page
from taximeter.pricing.product import Product, ProductFilter
from taximeter.storage.records.billing_tables import products
from taximeter.storage.records.noting import Noting
from taximeter.storage.records.paging import created_within, fetch_page

_ALL = select(products.c.details)
_GET = _ALL.where(products.c.environment == bindparam("env"), products.c.id == bindparam("the_id"))
_MANY = _ALL.where(
    products.c.environment == bindparam("env"),
    products.c.id.in_(bindparam("ids", expanding=True)),
)
_INSERT = insert(products)
_IDS_AT_ONCE = 1_000
_DECODER = msgspec.json.Decoder(Product)


class ProductTable:
    """Products, within the transaction of one connection."""

    def __init__(self, connection: Connection, changes: Changes | None = None) -> None:
        """Work on a connection that is inside a transaction; one that writes notes its changes."""
        self._connection = connection
        self._noting = Noting("product", changes, self.many)

    def add(self, product: Product) -> None:
        """Keep a new product."""
        self._connection.execute(_INSERT, _row(product))
        self._noting.added([product])

    def get(self, environment: int, id: str) -> Product | None:
        """Return the product, or None."""
        details = self._connection.execute(_GET, {"env": environment, "the_id": id}).scalar()
        if details is None:
            return None
        product = _DECODER.decode(details)
        self._noting.seen([product])
        return product

    def many(self, environment: int, ids: Collection[str]) -> dict[str, Product]:
        """Return those of the products that exist, by id."""
        found: dict[str, Product] = {}
        asked = sorted(set(ids))
        for start in range(0, len(asked), _IDS_AT_ONCE):
            parameters = {"env": environment, "ids": asked[start : start + _IDS_AT_ONCE]}
            for details in self._connection.execute(_MANY, parameters).scalars():
                product = _DECODER.decode(details)
                found[product.id] = product
        self._noting.seen(found.values())
        return found

    def save(self, product: Product) -> None:
        """Keep a changed product."""
        self._noting.saved([product])
        self._connection.execute(
            update(products).where(
                products.c.environment == product.environment, products.c.id == product.id
            ),
            _row(product),
        )

    def delete(self, environment: int, id: str) -> None:
        """Drop a product that no price names."""
        self._noting.deleted(environment, [id])
        self._connection.execute(
            delete(products).where(products.c.environment == environment, products.c.id == id)
        )

    def page(self, environment: int, cursor: Cursor, where: ProductFilter) -> Page[Product]:
        """Return a page, newest first. Raises UnknownCursor."""
        statement = _ALL.where(products.c.environment == environment)
        if where.active is not None:
            statement = statement.where(products.c.active == where.active)
        if where.ids:
            statement = statement.where(products.c.id.in_(where.ids))
        if where.shippable is not None:
            statement = statement.where(products.c.shippable == where.shippable)
        if where.url is not None:
            statement = statement.where(products.c.url == where.url)
        statement = created_within(statement, products, where.created)
        page = fetch_page(self._connection, products, statement, cursor, environment=environment)
        return Page(data=[_DECODER.decode(row[0]) for row in page.data], has_more=page.has_more)


def _row(product: Product) -> dict[str, Any]:
    return {
        "id": product.id,
        "environment": product.environment,
        "created": product.created,
        "active": product.active,
        "url": product.url,
        "shippable": product.shippable,
        "details": msgspec.json.encode(product).decode(),
    }

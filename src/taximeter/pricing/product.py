"""Products: what is sold."""

from collections.abc import Collection
from typing import Protocol

import msgspec

from taximeter.kit.paging import CreatedRange, Cursor, Page


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """Something that prices are for."""

    id: str
    environment: int
    created: int
    updated: int
    name: str
    active: bool = True
    default_price: str | None = None
    description: str | None = None
    images: tuple[str, ...] = ()
    marketing_features: tuple[str, ...] = ()
    metadata: dict[str, str] = {}
    shippable: bool | None = None
    statement_descriptor: str | None = None
    tax_code: str | None = None
    unit_label: str | None = None
    url: str | None = None


class ProductFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which products to list; None, and no ids, do not restrict."""

    active: bool | None = None
    created: CreatedRange = CreatedRange()
    ids: tuple[str, ...] = ()
    shippable: bool | None = None
    url: str | None = None


class ProductStore(Protocol):
    """Keeps products; every method sees one environment only."""

    def add(self, product: Product) -> None:
        """Keep a new product."""
        ...

    def get(self, environment: int, id: str) -> Product | None:
        """Return the product, or None."""
        ...

    def many(self, environment: int, ids: Collection[str]) -> dict[str, Product]:
        """Return those of the products that exist, by id."""
        ...

    def save(self, product: Product) -> None:
        """Keep a changed product."""
        ...

    def delete(self, environment: int, id: str) -> None:
        """Drop a product that no price names."""
        ...

    def page(self, environment: int, cursor: Cursor, where: ProductFilter) -> Page[Product]:
        """Return a page, newest first. Raises UnknownCursor."""
        ...

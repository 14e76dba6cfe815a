"""The catalog: products, and the prices that each has."""

from collections import defaultdict
from typing import Literal

import msgspec

from taximeter.dashboard.listing import (
    Column,
    Filter,
    Head,
    Listed,
    Pager,
    choices_of,
    heads,
    listed,
    pager,
    stretch,
)
from taximeter.dashboard.page import Page, View
from taximeter.dashboard.pages.price_labels import price_label, price_says
from taximeter.dashboard.table import Table
from taximeter.pricing.price import Price, PriceFilter
from taximeter.pricing.product import Product, ProductFilter

COLUMNS = (
    Column(label="Product", name="name"),
    Column(label="Status", name="status"),
    Column(label="Prices"),
    Column(label="Created", name="created", numeric=True),
)
STATUSES = {"active": "Active", "archived": "Archived", "all": "All"}


class CatalogQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which products, in which order; `after` begins at older ones."""

    status: Literal["active", "archived", "all"] = "active"
    q: str = ""
    sort: str = "-created"
    page: int = 1
    after: str = ""


class PriceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A price in brief: what it is called, what it costs, the meter that counts its units."""

    id: str
    label: str
    says: str
    active: bool
    meter: str | None
    created: int


class ProductRow(msgspec.Struct, frozen=True, kw_only=True):
    """A product and its prices."""

    id: str
    name: str
    active: bool
    created: int
    prices: tuple[PriceRow, ...]


class CatalogData(msgspec.Struct, frozen=True, kw_only=True):
    """The list as it is shown."""

    products: Listed[ProductRow]
    query: CatalogQuery
    heads: tuple[Head, ...]
    filters: tuple[Filter, ...]
    pager: Pager


def read_catalog(view: View, query: CatalogQuery) -> CatalogData:
    """Read a page of the list."""
    unit, environment = view.unit, view.environment.id
    where = ProductFilter(active={"active": True, "archived": False, "all": None}[query.status])
    read = stretch(lambda cursor: unit.products.page(environment, cursor, where), query.after)
    wanted = query.q.strip().casefold()
    prices = prices_by_product(view)
    found = [one for one in read.items if _matches(one, prices[one.id], wanted)]
    page = listed(
        found,
        sort=query.sort,
        by={
            "created": lambda one: (one.created, one.id),
            "name": lambda one: (one.name.casefold(), one.id),
            "status": lambda one: (one.active, one.id),
        },
        page=query.page,
        row=lambda one: _row(one, prices[one.id]),
    )
    return CatalogData(
        products=page,
        query=query,
        heads=heads(COLUMNS, query),
        filters=choices_of(query, "status", STATUSES),
        pager=pager(query, page, read),
    )


def prices_by_product(view: View, where: PriceFilter | None = None) -> dict[str, list[Price]]:
    """Return the newest prices by the product that they are for."""
    asked = where or PriceFilter()
    read = stretch(lambda cursor: view.unit.prices.page(view.environment.id, cursor, asked), "")
    found: dict[str, list[Price]] = defaultdict(list)
    for price in read.items:
        found[price.product].append(price)
    return found


def _matches(product: Product, prices: list[Price], wanted: str) -> bool:
    texts = [product.id, product.name, product.description or ""]
    for price in prices:
        texts += [price.id, price.nickname or "", price.lookup_key or ""]
    return not wanted or any(wanted in text.casefold() for text in texts)


def price_row(price: Price) -> PriceRow:
    """Return a price in brief."""
    return PriceRow(
        id=price.id,
        label=price_label(price),
        says=price_says(price),
        active=price.active,
        meter=None if price.recurring is None else price.recurring.meter,
        created=price.created,
    )


def _row(product: Product, prices: list[Price]) -> ProductRow:
    return ProductRow(
        id=product.id,
        name=product.name,
        active=product.active,
        created=product.created,
        prices=tuple(price_row(one) for one in prices),
    )


def catalog_table(data: CatalogData) -> Table:
    """Return the page's products, a row for each price."""
    return Table(
        name="catalog",
        columns=("product", "name", "active", "price", "price_label", "price_says", "price_active"),
        rows=[
            (product.id, product.name, str(product.active), *price)
            for product in data.products.rows
            for price in (
                [(one.id, one.label, one.says, str(one.active)) for one in product.prices]
                or [("", "", "", "")]
            )
        ],
    )


PAGE = Page(
    path="catalog",
    area="catalog",
    query=CatalogQuery,
    read=read_catalog,
    template="catalog.html",
    title=lambda _: "Catalog",
    table=catalog_table,
)

"""A product: what it is called, and its prices."""

from typing import Annotated

import msgspec

from taximeter.api.wire.product import ProductObject, product_object
from taximeter.dashboard.page import Change, Done, NoQuery, Page, View
from taximeter.dashboard.pages.catalog import PriceRow, price_row, prices_by_product
from taximeter.dashboard.table import Table
from taximeter.pricing.catalog.products import (
    ProductChange,
    delete_product,
    retrieve_product,
    update_product,
)
from taximeter.pricing.price import PriceFilter


class ProductData(msgspec.Struct, frozen=True, kw_only=True):
    """A product as it is shown."""

    product: ProductObject
    prices: tuple[PriceRow, ...]


def read_product(view: View, query: NoQuery) -> ProductData:
    """Read a product. Raises NotFound."""
    product = retrieve_product(
        products=view.unit.products, environment=view.environment, id=view.path_params["product"]
    )
    prices = prices_by_product(view, PriceFilter(product=product.id))[product.id]
    return ProductData(
        product=product_object(product, view.environment),
        prices=tuple(price_row(one) for one in prices),
    )


def product_table(data: ProductData) -> Table:
    """Return the prices."""
    columns = PriceRow.__struct_fields__
    return Table(
        name=f"prices-{data.product.id}",
        columns=columns,
        rows=[
            ["" if (value := getattr(one, name)) is None else str(value) for name in columns]
            for one in data.prices
        ],
    )


PAGE = Page(
    path="catalog/products/{product}",
    area="catalog",
    query=NoQuery,
    read=read_product,
    template="product.html",
    title=lambda data: data.product.name,
    table=product_table,
)


class ProductName(msgspec.Struct, frozen=True, kw_only=True):
    """What renaming a product takes."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=250)]


def _changed(view: View, change: ProductChange, message: str) -> Done:
    product = update_product(
        products=view.unit.products,
        prices=view.unit.prices,
        environment=view.environment,
        now=view.now(),
        id=view.path_params["product"],
        change=change,
    )
    return Done(location=view.url(f"catalog/products/{product.id}"), message=message)


def _rename(view: View, form: ProductName) -> Done:
    return _changed(view, ProductChange(name=form.name), "The product has its new name.")


def _archive(view: View, _: NoQuery) -> Done:
    return _changed(
        view, ProductChange(active=False), "Archived. What is subscribed to goes on being billed."
    )


def _restore(view: View, _: NoQuery) -> Done:
    return _changed(view, ProductChange(active=True), "The product is active again.")


def _delete(view: View, _: NoQuery) -> Done:
    product = delete_product(
        products=view.unit.products,
        prices=view.unit.prices,
        environment=view.environment,
        id=view.path_params["product"],
    )
    return Done(location=view.url("catalog"), message=f"Deleted the product {product.name}.")


CHANGES = (
    Change(path="catalog/products/{product}/rename", form=ProductName, run=_rename, page=PAGE),
    Change(path="catalog/products/{product}/archive", form=NoQuery, run=_archive, page=PAGE),
    Change(path="catalog/products/{product}/restore", form=NoQuery, run=_restore, page=PAGE),
    Change(path="catalog/products/{product}/delete", form=NoQuery, run=_delete, page=PAGE),
)

"""What every store of products promises."""

from typing import Any

import msgspec
import pytest

from taximeter.kit.paging import CreatedRange, Cursor, Page, UnknownCursor
from taximeter.pricing.product import Product, ProductFilter
from taximeter.storage.records.database import RecordsDatabase


def a_product(name: str, **fields: Any) -> Product:
    plain: dict[str, Any] = {"environment": 2, "created": 100, "updated": 100, "name": name}
    return Product(id=f"prod_{name}", **{**plain, **fields})


FIVE = [a_product(name, created=100 + index) for index, name in enumerate("abcde")]


def add(records: RecordsDatabase, *products: Product) -> None:
    with records.writing() as unit:
        for product in products:
            unit.products.add(product)


def page(
    records: RecordsDatabase, where: ProductFilter | None = None, **cursor: Any
) -> Page[Product]:
    with records.reading() as unit:
        return unit.products.page(2, Cursor(**cursor), where or ProductFilter())


def test_a_product_comes_back_as_it_was_added_and_as_it_was_saved(
    records: RecordsDatabase,
) -> None:
    product = a_product("a", images=("https://example.com/ä.png",), metadata={"a": "1"})
    add(records, product)
    changed = msgspec.structs.replace(product, active=False, default_price="price_1")
    with records.writing() as unit:
        before = unit.products.get(2, "prod_a")
        unit.products.save(changed)
    with records.reading() as unit:
        assert (before, unit.products.get(2, "prod_a")) == (product, changed)


def test_environments_may_have_products_of_the_same_id(records: RecordsDatabase) -> None:
    here, there = a_product("a"), a_product("a", environment=1)
    add(records, here, there)
    with records.writing() as unit:
        unit.products.delete(1, "prod_a")
    with records.reading() as unit:
        assert (unit.products.get(2, "prod_a"), unit.products.get(1, "prod_a")) == (here, None)


def test_many_are_found_by_id_and_missing_ones_are_left_out(records: RecordsDatabase) -> None:
    add(records, *FIVE)
    with records.reading() as unit:
        found = unit.products.many(2, ["prod_b", "prod_x", "prod_a", "prod_b"])
    assert found == {"prod_a": FIVE[0], "prod_b": FIVE[1]}


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (ProductFilter(), "cba"),
        (ProductFilter(active=True), "ca"),
        (ProductFilter(shippable=False), "b"),
        (ProductFilter(url="https://example.com"), "c"),
        (ProductFilter(ids=("prod_a", "prod_c")), "ca"),
        (ProductFilter(created=CreatedRange(gt=100, lt=102)), "b"),
    ],
)
def test_products_are_listed_newest_first_by_what_they_are(
    records: RecordsDatabase, where: ProductFilter, expected: str
) -> None:
    add(
        records,
        a_product("a"),
        a_product("b", created=101, active=False, shippable=False),
        a_product("c", created=102, url="https://example.com"),
        a_product("other", environment=1),
    )
    assert "".join(one.name for one in page(records, where).data) == expected


def test_pages_walk_in_both_directions(records: RecordsDatabase) -> None:
    add(records, *FIVE)
    forth = page(records, limit=2, starting_after=FIVE[3].id)
    back = page(records, limit=2, ending_before=FIVE[0].id)
    assert forth == back == Page(data=[FIVE[2], FIVE[1]], has_more=True)


def test_a_cursor_of_no_product_is_unknown(records: RecordsDatabase) -> None:
    with pytest.raises(UnknownCursor, match="prod_a"):
        page(records, starting_after="prod_a")

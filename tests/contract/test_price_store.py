"""What every store of prices promises."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from taximeter.kit.paging import CreatedRange, Cursor, Page, UnknownCursor
from taximeter.pricing.price import (
    CurrencyOption,
    LookupKeyTaken,
    Price,
    PriceFilter,
    Recurring,
    Tier,
    TransformQuantity,
)
from taximeter.storage.records.database import RecordsDatabase

USD = {"usd": CurrencyOption(unit_amount=Decimal("0.5"))}
METERED = Recurring(
    interval="month",
    usage_type="metered",
    meter="mtr_1",
    dimension_filters=(("model", ("opus", "haiku")),),
)


def a_price(name: str, **fields: Any) -> Price:
    plain: dict[str, Any] = {
        "environment": 2,
        "created": 100,
        "product": "prod_1",
        "currency": "usd",
        "currency_options": USD,
    }
    return Price(id=f"price_{name}", **{**plain, **fields})


FIVE = [a_price(name, created=100 + index) for index, name in enumerate("abcde")]


def add(records: RecordsDatabase, *prices: Price) -> None:
    with records.writing() as unit:
        for price in prices:
            unit.prices.add(price)


def page(records: RecordsDatabase, where: PriceFilter | None = None, **cursor: Any) -> Page[Price]:
    with records.reading() as unit:
        return unit.prices.page(2, Cursor(**cursor), where or PriceFilter())


@pytest.mark.parametrize(
    "price",
    [
        a_price("a", recurring=METERED, lookup_key="tokens", metadata={"a": "1"}),
        a_price("a", transform_quantity=TransformQuantity(divide_by=1_000, round="up")),
        a_price(
            "a",
            billing_scheme="tiered",
            tiers_mode="graduated",
            currency_options={
                "jpy": CurrencyOption(
                    tiers=(
                        Tier(up_to=10, unit_amount=Decimal("0.000000000001")),
                        Tier(up_to=None, flat_amount=Decimal(300)),
                    )
                )
            },
        ),
    ],
)
def test_a_price_comes_back_as_it_was_added(records: RecordsDatabase, price: Price) -> None:
    add(records, price)
    with records.reading() as unit:
        assert unit.prices.get(2, price.id) == price
        assert unit.prices.get(1, price.id) is None


def test_many_are_found_by_id_and_missing_ones_are_left_out(records: RecordsDatabase) -> None:
    add(records, *FIVE)
    with records.reading() as unit:
        found = unit.prices.many(2, ["price_b", "price_x", "price_a", "price_b"])
    assert found == {"price_a": FIVE[0], "price_b": FIVE[1]}


def test_a_lookup_key_has_one_price_in_an_environment(records: RecordsDatabase) -> None:
    add(records, a_price("a", lookup_key="k"), a_price("b"), a_price("c", environment=1))
    with records.writing() as unit:
        with pytest.raises(LookupKeyTaken):
            unit.prices.add(a_price("d", lookup_key="k"))
        with pytest.raises(LookupKeyTaken):
            unit.prices.save(a_price("b", lookup_key="k"))
        unit.prices.save(a_price("c", environment=1, lookup_key="k"))
    assert [one.id for one in page(records, PriceFilter(lookup_keys=("k", "l"))).data] == [
        "price_a"
    ]


def test_a_lookup_key_moves_on_once_it_was_given_up(records: RecordsDatabase) -> None:
    add(records, a_price("a", lookup_key="k"), a_price("b"))
    with records.writing() as unit:
        unit.prices.save(a_price("a"))
        unit.prices.save(a_price("b", lookup_key="k"))
    assert page(records).data == [a_price("b", lookup_key="k"), a_price("a")]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (PriceFilter(), "cba"),
        (PriceFilter(active=False), "c"),
        (PriceFilter(currency="jpy"), "c"),
        (PriceFilter(product="prod_2"), "b"),
        (PriceFilter(type="recurring"), "ba"),
        (PriceFilter(type="one_time"), "c"),
        (PriceFilter(usage_type="metered"), "a"),
        (PriceFilter(usage_type="licensed"), "b"),
        (PriceFilter(meter="mtr_1"), "a"),
        (PriceFilter(interval="year"), "b"),
        (PriceFilter(created=CreatedRange(gte=101)), "cb"),
    ],
)
def test_prices_are_listed_newest_first_by_what_they_are(
    records: RecordsDatabase, where: PriceFilter, expected: str
) -> None:
    add(
        records,
        a_price("a", recurring=METERED),
        a_price("b", created=101, product="prod_2", recurring=Recurring(interval="year")),
        a_price("c", created=102, active=False, currency="jpy"),
        a_price("other", environment=1),
    )
    found = page(records, where).data
    assert "".join(one.id.removeprefix("price_") for one in found) == expected


def test_pages_walk_in_both_directions(records: RecordsDatabase) -> None:
    add(records, *FIVE)
    forth = page(records, limit=2, starting_after=FIVE[3].id)
    back = page(records, limit=2, ending_before=FIVE[0].id)
    assert forth == back == Page(data=[FIVE[2], FIVE[1]], has_more=True)


def test_a_saved_price_does_not_reach_into_another_environment(records: RecordsDatabase) -> None:
    add(records, FIVE[0])
    with records.writing() as unit:
        unit.prices.save(msgspec.structs.replace(FIVE[0], environment=1, active=False))
    with records.reading() as unit:
        assert unit.prices.get(2, FIVE[0].id) == FIVE[0]


def test_a_cursor_of_no_price_is_unknown(records: RecordsDatabase) -> None:
    with pytest.raises(UnknownCursor, match="price_a"):
        page(records, starting_after="price_a")

"""What every store of invoice items promises."""

from decimal import Decimal
from typing import Any

import pytest

from taximeter.invoicing.invoice import InvoiceItem, InvoiceItemFilter
from taximeter.kit.paging import CreatedRange, Cursor, UnknownCursor
from taximeter.storage.records.database import RecordsDatabase


def an_item(name: str, **fields: Any) -> InvoiceItem:
    plain: dict[str, Any] = {
        "environment": 2,
        "created": 100,
        "customer": "cus_1",
        "currency": "usd",
        "amount": -5,
        "description": None,
        "period_start": 0,
        "period_end": 100,
        "quantity": Decimal("0.5"),
    }
    return InvoiceItem(id=f"ii_{name}", **{**plain, **fields})


def add(records: RecordsDatabase, *items: InvoiceItem) -> None:
    with records.writing() as unit:
        unit.invoice_items.add(items)


def listed(
    records: RecordsDatabase, where: InvoiceItemFilter | None = None, **cursor: Any
) -> list[str]:
    with records.reading() as unit:
        page = unit.invoice_items.page(2, Cursor(**cursor), where or InvoiceItemFilter())
    return [one.id[-1] for one in page.data]


def test_an_item_comes_back_as_it_was_added(records: RecordsDatabase) -> None:
    add(records, an_item("a"))
    with records.reading() as unit:
        assert unit.invoice_items.get(2, "ii_a") == an_item("a")
        assert unit.invoice_items.get(1, "ii_a") is None


def test_pending_items_are_those_of_customers_on_no_invoice_newest_first(
    records: RecordsDatabase,
) -> None:
    add(
        records,
        an_item("a"),
        an_item("b", customer="cus_2"),
        an_item("c", invoice="in_1"),
        an_item("d", customer="cus_3"),
        an_item("e"),
        an_item("f", environment=1),
    )
    with records.reading() as unit:
        found = unit.invoice_items.pending(2, ["cus_1", "cus_2"])
    assert [one.id[-1] for one in found] == ["e", "b", "a"]


def test_an_item_put_on_an_invoice_pends_no_more(records: RecordsDatabase) -> None:
    add(records, an_item("a"), an_item("b"))
    with records.writing() as unit:
        unit.invoice_items.save([an_item("a", invoice="in_1")])
        unit.invoice_items.save([])
    with records.reading() as unit:
        assert unit.invoice_items.pending(2, ["cus_1"]) == [an_item("b")]


def test_a_deleted_item_is_gone(records: RecordsDatabase) -> None:
    add(records, an_item("a"), an_item("b"))
    with records.writing() as unit:
        unit.invoice_items.delete(1, "ii_a")
        unit.invoice_items.delete(2, "ii_b")
    assert listed(records) == ["a"]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (InvoiceItemFilter(), "ba"),
        (InvoiceItemFilter(customer="cus_1"), "ca"),
        (InvoiceItemFilter(invoice="in_1"), "b"),
        (InvoiceItemFilter(pending=True), "a"),
        (InvoiceItemFilter(pending=False), "b"),
        (InvoiceItemFilter(created=CreatedRange(gte=101)), "b"),
    ],
)
def test_items_are_listed_by_what_they_are(
    where: InvoiceItemFilter, expected: str, records: RecordsDatabase
) -> None:
    add(
        records,
        an_item("a"),
        an_item("b", created=101, customer="cus_2", invoice="in_1"),
        an_item("c", test_clock="clock_1"),
    )
    assert listed(records, where) == list(expected)


def test_a_cursor_of_no_item_is_unknown(records: RecordsDatabase) -> None:
    with pytest.raises(UnknownCursor, match="ii_x"):
        listed(records, starting_after="ii_x")

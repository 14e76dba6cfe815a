"""What every store of invoices promises."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from taximeter.invoicing.invoice import Invoice, InvoiceFilter, Line, LineCredit, MeteredUsage
from taximeter.kit.paging import CreatedRange, Cursor, Page, UnknownCursor
from taximeter.storage.records.database import RecordsDatabase
from tests.contract.backends import OpenRecords

LINE = Line(
    id="il_1",
    kind="units",
    amount=7,
    currency="usd",
    description="Tokens",
    period_start=0,
    period_end=100,
    quantity=Decimal("12345678901234567890.123456789012345"),
    usage=MeteredUsage(
        meter="mtr_1",
        start=0,
        end=100,
        dimension_filters=(("model", ("a", "b")),),
        as_of_us=5,
        value=Decimal("0.000000000000001"),
    ),
    credits=(LineCredit(amount=3, credit_grant="credgr_1"),),
)


def an_invoice(name: str, **fields: Any) -> Invoice:
    plain: dict[str, Any] = {
        "environment": 2,
        "created": 100,
        "customer": "cus_1",
        "currency": "usd",
        "billing_reason": "subscription_cycle",
        "period_start": 0,
        "period_end": 100,
        "lines": (LINE,),
    }
    return Invoice(id=f"in_{name}", **{**plain, **fields})


def add(records: RecordsDatabase, *invoices: Invoice) -> None:
    with records.writing() as unit:
        unit.invoices.add(invoices)


def page(
    records: RecordsDatabase, where: InvoiceFilter | None = None, **cursor: Any
) -> Page[Invoice]:
    with records.reading() as unit:
        return unit.invoices.page(2, Cursor(**cursor), where or InvoiceFilter())


def test_an_invoice_comes_back_to_the_last_digit(records: RecordsDatabase) -> None:
    add(records, an_invoice("a"))
    with records.reading() as unit:
        assert unit.invoices.get(2, "in_a") == an_invoice("a")


def test_many_are_found_in_their_environment_only(records: RecordsDatabase) -> None:
    add(records, an_invoice("a"), an_invoice("b"), an_invoice("c", environment=1))
    with records.reading() as unit:
        found = unit.invoices.many(2, ["in_a", "in_a", "in_b", "in_c", "in_d"])
    assert sorted(found) == ["in_a", "in_b"]


def test_drafts_of_customers_are_found_newest_first(records: RecordsDatabase) -> None:
    add(
        records,
        an_invoice("a"),
        an_invoice("b", customer="cus_2", test_clock="clock_1"),
        an_invoice("c", status="open"),
        an_invoice("d", environment=1),
        an_invoice("e", customer="cus_3"),
    )
    with records.reading() as unit:
        found = unit.invoices.drafts_of(2, ["cus_1", "cus_2", "cus_z"])
    assert [one.id for one in found] == ["in_b", "in_a"]


def test_changes_are_kept_and_do_not_reach_into_another_environment(
    records: RecordsDatabase,
) -> None:
    add(records, an_invoice("a"), an_invoice("b"))
    with records.writing() as unit:
        unit.invoices.save([an_invoice("a", status="open"), an_invoice("b", environment=1)])
    assert [one.status for one in page(records).data] == ["draft", "open"]
    assert page(records, InvoiceFilter(status="open")).data == [an_invoice("a", status="open")]


def test_a_deleted_draft_is_gone(records: RecordsDatabase) -> None:
    add(records, an_invoice("a"), an_invoice("b"))
    with records.writing() as unit:
        unit.invoices.delete(1, "in_a")
        unit.invoices.delete(2, "in_b")
    assert page(records).data == [an_invoice("a")]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (InvoiceFilter(), "ba"),
        (InvoiceFilter(customer="cus_2"), "cb"),
        (InvoiceFilter(subscription="sub_1"), "c"),
        (InvoiceFilter(collection_method="send_invoice"), "b"),
        (InvoiceFilter(created=CreatedRange(gt=100)), "b"),
        (InvoiceFilter(due_date=CreatedRange(lte=500)), "b"),
        (InvoiceFilter(due_date=CreatedRange(gt=500)), ""),
    ],
)
def test_invoices_are_listed_by_what_they_are(
    where: InvoiceFilter, expected: str, records: RecordsDatabase
) -> None:
    add(
        records,
        an_invoice("a"),
        an_invoice(
            "b",
            created=101,
            customer="cus_2",
            collection_method="send_invoice",
            due_date=500,
        ),
        an_invoice("c", customer="cus_2", subscription="sub_1", test_clock="clock_1"),
    )
    assert [one.id[-1] for one in page(records, where).data] == list(expected)


def test_recent_invoices_are_those_whose_period_ended_after_a_moment(
    records: RecordsDatabase,
) -> None:
    add(
        records,
        an_invoice("a", subscription="sub_1", period_end=10),
        an_invoice("b", subscription="sub_1", period_end=11),
        an_invoice("c", subscription="sub_2", period_end=12),
        an_invoice("d", subscription="sub_3", period_end=12),
    )
    with records.reading() as unit:
        found = unit.invoices.recent(2, ["sub_1", "sub_2"], period_end_gt=10)
    assert [one.id for one in found] == ["in_b", "in_c"]


def test_pages_walk_in_both_directions(records: RecordsDatabase) -> None:
    five = [an_invoice(name) for name in "abcde"]
    add(records, *five)
    middle = Page(data=[five[2], five[1]], has_more=True)
    assert page(records, limit=2, starting_after="in_d") == middle
    assert page(records, limit=2, ending_before="in_a") == middle
    with pytest.raises(UnknownCursor, match="in_x"):
        page(records, starting_after="in_x")


def test_invoices_outlast_a_restart(open_records: OpenRecords, tmp_path: Path) -> None:
    with open_records(tmp_path) as records:
        add(records, an_invoice("a"))
    with open_records(tmp_path) as records:
        assert page(records).data == [an_invoice("a")]


def test_nothing_to_write_writes_nothing(records: RecordsDatabase) -> None:
    with records.writing() as unit:
        unit.invoices.add([])
        unit.invoices.save([])
    assert page(records).data == []

"""What every ledger of credits promises."""

from pathlib import Path
from typing import Any

import pytest

from taximeter.credits.grant import CreditBalanceTransaction
from taximeter.kit.paging import Cursor, Page, UnknownCursor
from taximeter.storage.records.database import RecordsDatabase
from tests.contract.backends import OpenRecords
from tests.credits.world import an_entry


def add(records: RecordsDatabase, *entries: CreditBalanceTransaction) -> None:
    with records.writing() as unit:
        unit.credit_ledger.add(entries)


def page(
    records: RecordsDatabase, credit_grant: str | None = None, **cursor: Any
) -> Page[CreditBalanceTransaction]:
    with records.reading() as unit:
        return unit.credit_ledger.page(2, Cursor(**cursor), "cus_1", credit_grant)


APPLIED = an_entry(
    "applied",
    type="credits_applied",
    amount=-30,
    invoice="in_1",
    invoice_line_item="il_1",
    test_clock="clock_1",
)


def test_an_entry_comes_back_as_it_was_added(records: RecordsDatabase) -> None:
    add(records, an_entry("a"), APPLIED)
    with records.reading() as unit:
        found = [unit.credit_ledger.get(2, id) for id in ("cbtxn_applied", "cbtxn_b")]
        elsewhere = unit.credit_ledger.get(1, "cbtxn_applied")
    assert (found, elsewhere) == ([APPLIED, None], None)


def test_nothing_to_add_adds_nothing(records: RecordsDatabase) -> None:
    add(records)
    assert page(records).data == []


def test_a_balance_is_the_sum_of_a_grants_entries(records: RecordsDatabase) -> None:
    add(
        records,
        an_entry("a", amount=100),
        an_entry("b", amount=-30, type="credits_applied", invoice="in_1"),
        an_entry("c", amount=7, credit_grant="credgr_2"),
        an_entry("d", amount=5_000, environment=1),
    )
    with records.reading() as unit:
        found = unit.credit_ledger.balances(2, ["credgr_1", "credgr_2", "credgr_3"])
    assert found == {"credgr_1": 70, "credgr_2": 7, "credgr_3": 0}


def test_the_balances_of_thousands_of_grants_are_added_up_at_once(
    records: RecordsDatabase,
) -> None:
    ids = [f"credgr_{number:04}" for number in range(2_001)]
    add(records, *(an_entry(id, credit_grant=id, amount=number) for number, id in enumerate(ids)))
    with records.reading() as unit:
        found = unit.credit_ledger.balances(2, ids)
    assert found == {id: number for number, id in enumerate(ids)}


def test_the_entries_of_an_invoice_are_found_oldest_first(records: RecordsDatabase) -> None:
    back = an_entry(
        "back",
        type="credits_application_invoice_voided",
        amount=30,
        invoice="in_1",
        invoice_line_item="il_1",
    )
    other = an_entry("other", type="credits_applied", amount=-1, invoice="in_2")
    add(records, an_entry("a"), APPLIED, other, back, an_entry("e", environment=1, invoice="in_1"))
    with records.reading() as unit:
        assert list(unit.credit_ledger.of_invoice(2, "in_1")) == [APPLIED, back]


def test_a_grant_was_applied_once_an_invoice_has_used_it(records: RecordsDatabase) -> None:
    add(records, an_entry("a"), APPLIED, an_entry("b", credit_grant="credgr_2"))
    with records.reading() as unit:
        asked = [(2, "credgr_1"), (2, "credgr_2"), (1, "credgr_1")]
        found = [unit.credit_ledger.was_applied(*one) for one in asked]
    assert found == [True, False, False]


def test_entries_are_listed_by_customer_and_by_grant(records: RecordsDatabase) -> None:
    mine, other = an_entry("a"), an_entry("b", credit_grant="credgr_2")
    add(records, mine, other, an_entry("c", customer="cus_2"), an_entry("d", environment=1))
    assert page(records).data == [other, mine]
    assert page(records, "credgr_1").data == [mine]


def test_pages_walk_in_both_directions(records: RecordsDatabase) -> None:
    five = [an_entry(name) for name in "abcde"]
    add(records, *five)
    middle = [five[2], five[1]]
    assert page(records, limit=2, starting_after=five[3].id) == Page(data=middle, has_more=True)
    assert page(records, limit=2, ending_before=five[0].id) == Page(data=middle, has_more=True)


def test_a_cursor_of_no_entry_is_unknown(records: RecordsDatabase) -> None:
    with pytest.raises(UnknownCursor, match="cbtxn_x"):
        page(records, starting_after="cbtxn_x")


def test_entries_outlast_a_restart(open_records: OpenRecords, tmp_path: Path) -> None:
    with open_records(tmp_path) as records:
        add(records, APPLIED)
    with open_records(tmp_path) as records:
        assert page(records).data == [APPLIED]

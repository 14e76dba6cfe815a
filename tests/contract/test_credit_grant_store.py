"""What every store of credit grants promises."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from taximeter.credits.grant import CreditGrant
from taximeter.kit.paging import Cursor, Page, UnknownCursor
from taximeter.storage.records.database import RecordsDatabase
from tests.contract.backends import OpenRecords
from tests.credits.world import a_grant


def add(records: RecordsDatabase, *grants: CreditGrant) -> None:
    with records.writing() as unit:
        for grant in grants:
            unit.credit_grants.add(grant)


def page(records: RecordsDatabase, customer: str | None = None, **cursor: Any) -> Page[CreditGrant]:
    with records.reading() as unit:
        return unit.credit_grants.page(2, Cursor(**cursor), customer)


ALL_SET = a_grant(
    "all",
    test_clock="clock_1",
    prices=("price_1", "price_2"),
    category="promotional",
    expires_at=900,
    priority=0,
    name="Début",
    metadata={"a": "1"},
)


def test_a_grant_comes_back_as_it_was_added_and_as_it_was_saved(records: RecordsDatabase) -> None:
    add(records, ALL_SET, a_grant("b"))
    changed = msgspec.structs.replace(ALL_SET, expires_at=None, metadata={}, updated=7)
    with records.writing() as unit:
        unit.credit_grants.save(changed)
    with records.reading() as unit:
        found = [unit.credit_grants.get(2, id) for id in ("credgr_all", "credgr_b", "credgr_c")]
    assert found == [changed, a_grant("b"), None]


def test_a_grant_of_another_environment_is_neither_there_nor_saved(
    records: RecordsDatabase,
) -> None:
    add(records, ALL_SET)
    with records.writing() as unit:
        unit.credit_grants.save(msgspec.structs.replace(ALL_SET, environment=1, amount=1))
    with records.reading() as unit:
        assert unit.credit_grants.get(1, ALL_SET.id) is None
        assert unit.credit_grants.get(2, ALL_SET.id) == ALL_SET


def test_the_grants_of_customers_leave_out_the_ended_unless_asked(
    records: RecordsDatabase,
) -> None:
    kept = [a_grant("a"), a_grant("b", customer="cus_2"), a_grant("c")]
    ended = [a_grant("v", voided_at=5), a_grant("x", expired_at=5)]
    add(records, *kept, *ended, a_grant("o", customer="cus_3"), a_grant("e", environment=1))
    with records.reading() as unit:
        usable = unit.credit_grants.of_customers(2, {"cus_1", "cus_2"})
        every = unit.credit_grants.of_customers(2, {"cus_1"}, ended=True)
    assert list(usable) == kept
    assert list(every) == [kept[0], kept[2], *ended]


def test_a_grant_that_ends_is_no_longer_among_the_usable(records: RecordsDatabase) -> None:
    add(records, a_grant("a"), a_grant("b"))
    with records.writing() as unit:
        unit.credit_grants.save(a_grant("a", voided_at=9))
    with records.reading() as unit:
        assert list(unit.credit_grants.of_customers(2, ["cus_1"])) == [a_grant("b")]


def test_the_grants_of_thousands_of_customers_are_found_at_once(records: RecordsDatabase) -> None:
    grants = [a_grant(f"{number:04}", customer=f"cus_{number:04}") for number in range(2_001)]
    add(records, *grants)
    with records.reading() as unit:
        found = unit.credit_grants.of_customers(2, [grant.customer for grant in grants])
    assert list(found) == grants


def test_a_list_without_a_customer_leaves_out_those_of_test_clocks(
    records: RecordsDatabase,
) -> None:
    other = a_grant("b", customer="cus_2")
    add(records, a_grant("a"), other, ALL_SET)
    assert page(records).data == [other, a_grant("a")]
    assert page(records, "cus_1").data == [ALL_SET, a_grant("a")]


def test_pages_walk_in_both_directions(records: RecordsDatabase) -> None:
    five = [a_grant(name) for name in "abcde"]
    add(records, *five)
    middle = [five[2], five[1]]
    assert page(records, limit=2, starting_after=five[3].id) == Page(data=middle, has_more=True)
    assert page(records, limit=2, ending_before=five[0].id) == Page(data=middle, has_more=True)


def test_a_cursor_of_no_grant_is_unknown(records: RecordsDatabase) -> None:
    add(records, a_grant("a", environment=1))
    with pytest.raises(UnknownCursor, match="credgr_a"):
        page(records, starting_after="credgr_a")


def test_grants_outlast_a_restart(open_records: OpenRecords, tmp_path: Path) -> None:
    with open_records(tmp_path) as records:
        add(records, ALL_SET)
    with open_records(tmp_path) as records:
        assert page(records, "cus_1").data == [ALL_SET]

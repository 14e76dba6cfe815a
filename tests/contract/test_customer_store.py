"""What every store of customers promises."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from taximeter.customers import Customer, CustomerDetails, CustomerFilter
from taximeter.kit.paging import CreatedRange, Cursor, Page, UnknownCursor
from taximeter.storage.records.database import RecordsDatabase
from tests.contract.backends import OpenRecords


def a_customer(name: str, **fields: Any) -> Customer:
    plain: dict[str, Any] = {"environment": 2, "created": 100, "details": CustomerDetails()}
    return Customer(id=f"cus_{name}", **{**plain, **fields})


def add(records: RecordsDatabase, *customers: Customer) -> None:
    with records.writing() as unit:
        for customer in customers:
            unit.customers.add(customer)


def page(
    records: RecordsDatabase, where: CustomerFilter | None = None, **cursor: Any
) -> Page[Customer]:
    with records.reading() as unit:
        return unit.customers.page(2, Cursor(**cursor), where or CustomerFilter())


FIVE = [a_customer(name, created=100 + index) for index, name in enumerate("abcde")]


def test_a_customer_comes_back_as_it_was_added(records: RecordsDatabase) -> None:
    details = CustomerDetails(
        email="ä@b", balance=-5, metadata={"a": "1"}, preferred_locales=("de",)
    )
    customer = a_customer("a", details=details)
    add(records, customer)
    with records.reading() as unit:
        assert unit.customers.get(2, "cus_a") == customer


def test_a_customer_of_another_environment_is_not_there(records: RecordsDatabase) -> None:
    add(records, a_customer("a"))
    with records.reading() as unit:
        assert unit.customers.get(1, "cus_a") is None


def test_a_saved_customer_does_not_reach_into_another_environment(
    records: RecordsDatabase,
) -> None:
    add(records, a_customer("a"))
    with records.writing() as unit:
        unit.customers.save(a_customer("a", environment=1, created=7))
    with records.reading() as unit:
        assert unit.customers.get(2, "cus_a") == a_customer("a")


def test_a_deleted_customer_is_kept_but_not_listed(records: RecordsDatabase) -> None:
    add(records, *FIVE)
    deleted = msgspec.structs.replace(FIVE[2], deleted_at=9)
    with records.writing() as unit:
        unit.customers.save(deleted)
    with records.reading() as unit:
        kept = unit.customers.get(2, deleted.id)
    assert (kept, page(records).data) == (deleted, [FIVE[4], FIVE[3], FIVE[1], FIVE[0]])


def test_a_deleted_customer_still_marks_a_place(records: RecordsDatabase) -> None:
    add(records, *FIVE)
    with records.writing() as unit:
        unit.customers.save(msgspec.structs.replace(FIVE[2], deleted_at=9))
    found = page(records, starting_after=FIVE[2].id, limit=1)
    assert found == Page(data=[FIVE[1]], has_more=True)


def test_customers_are_found_by_their_exact_email(records: RecordsDatabase) -> None:
    emails = ["a@b.c", "A@b.c", None, "a@b.c"]
    customers = [
        a_customer(str(index), details=CustomerDetails(email=email))
        for index, email in enumerate(emails)
    ]
    add(records, *customers)
    assert page(records, CustomerFilter(email="a@b.c")).data == [customers[3], customers[0]]


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ({"gt": 102}, [103, 104]),
        ({"gte": 102}, [102, 103, 104]),
        ({"lt": 102}, [100, 101]),
        ({"lte": 102}, [100, 101, 102]),
        ({"gte": 102, "lte": 102}, [102]),
    ],
)
def test_customers_are_found_by_when_they_were_created(
    records: RecordsDatabase, bounds: dict[str, int], expected: list[int]
) -> None:
    add(records, *FIVE)
    found = page(records, CustomerFilter(created=CreatedRange(**bounds)))
    assert [one.created for one in found.data] == expected[::-1]


def test_pages_walk_in_both_directions(records: RecordsDatabase) -> None:
    add(records, *FIVE)
    forth = page(records, limit=2, starting_after=FIVE[3].id)
    back = page(records, limit=2, ending_before=FIVE[0].id)
    assert forth == Page(data=[FIVE[2], FIVE[1]], has_more=True)
    assert back == Page(data=[FIVE[2], FIVE[1]], has_more=True)


def test_a_cursor_of_no_customer_is_unknown(records: RecordsDatabase) -> None:
    add(records, a_customer("a", environment=1))
    with pytest.raises(UnknownCursor, match="cus_a"):
        page(records, starting_after="cus_a")


def test_customers_outlast_a_restart(open_records: OpenRecords, tmp_path: Path) -> None:
    with open_records(tmp_path) as records:
        add(records, *FIVE)
    with open_records(tmp_path) as records:
        assert page(records).data == FIVE[::-1]


def test_customers_are_read_and_written_many_at_once(records: RecordsDatabase) -> None:
    with records.writing() as unit:
        for name in "abc":
            unit.customers.add(a_customer(name))
        deleted = [msgspec.structs.replace(a_customer(name), deleted_at=9) for name in "ab"]
        unit.customers.save_many(deleted)
        found = unit.customers.many(2, ["cus_a", "cus_c", "cus_x"])
    assert found == {"cus_a": deleted[0], "cus_c": a_customer("c")}

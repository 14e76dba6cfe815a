"""What a transaction notes of its changes: before it, and at its end."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import event

from taximeter.api.snapshots.write import Snapshots
from taximeter.changes import Change
from taximeter.customers import Customer, CustomerDetails
from taximeter.events import EventFilter
from taximeter.kit.clock import SteppingClock
from taximeter.kit.paging import Cursor
from taximeter.storage.records.database import RecordsDatabase


class Interrupted(Exception):
    """Whatever may happen in the middle of a transaction."""


def customer(number: int, name: str = "Ada") -> Customer:
    details = CustomerDetails(name=name)
    return Customer(id=f"cus_{number}", environment=2, created=0, details=details)


def renamed(one: Customer) -> Customer:
    return msgspec.structs.replace(one, details=CustomerDetails(name="Bo"))


def change(before: Customer | None, after: Customer | None) -> Change:
    one = after or before
    assert one is not None
    return Change(kind="customer", id=one.id, environment=2, before=before, after=after)


@pytest.fixture
def records(tmp_path: Path) -> Iterator[RecordsDatabase]:
    database = RecordsDatabase.open_sqlite(tmp_path / "records.sqlite3")
    yield database
    database.close()


def test_before_is_what_stood_when_the_transaction_began(records: RecordsDatabase) -> None:
    with records.writing() as unit:
        unit.customers.add(customer(1))
        unit.customers.save(renamed(customer(1)))
        assert unit.changes.all() == [change(None, renamed(customer(1)))]
    with records.writing() as unit:
        unit.customers.save(customer(1, "Cy"))
        assert unit.customers.get(2, "cus_1") == customer(1, "Cy")
        unit.customers.save(customer(1, "Di"))
        assert unit.changes.all() == [change(renamed(customer(1)), customer(1, "Di"))]
        unit.customers.save(renamed(customer(1)))
        assert unit.changes.all() == []


def test_what_was_not_read_is_read_with_one_query_for_all(records: RecordsDatabase) -> None:
    before = [customer(number) for number in range(200)]
    with records.writing() as unit:
        for one in before:
            unit.customers.add(one)
    asked: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        asked.append(statement)

    with records.writing() as unit:
        event.listen(records._engine, "before_cursor_execute", note)
        unit.customers.save_many(list(map(renamed, before)))
        event.remove(records._engine, "before_cursor_execute", note)
        assert unit.changes.all() == [change(one, renamed(one)) for one in before]
    assert len([one for one in asked if one.startswith("SELECT")]) == 1


def test_reading_notes_nothing(records: RecordsDatabase) -> None:
    with records.writing() as unit:
        unit.customers.add(customer(1))
    with records.reading() as unit:
        assert unit.customers.many(2, ["cus_1"]) == {"cus_1": customer(1)}
        assert unit.changes.all() == []


def test_transaction_that_fails_leaves_no_event(records: RecordsDatabase) -> None:
    records.finish_with(Snapshots(SteppingClock(0)).write)

    def told() -> list[str]:
        with records.reading() as unit:
            return [
                one.type for one in unit.events.page(2, "snapshot", Cursor(), EventFilter()).data
            ]

    with suppress(Interrupted), records.writing() as unit:
        unit.customers.add(customer(1))
        raise Interrupted
    assert told() == []
    with records.writing() as unit:
        unit.customers.add(customer(1))
    assert told() == ["customer.created"]

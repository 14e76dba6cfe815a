"""What every store of test clocks promises."""

from typing import Any

import msgspec
import pytest

from taximeter import test_clocks
from taximeter.customers import Customer, CustomerDetails
from taximeter.due import Due
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.paging import Cursor, UnknownCursor
from taximeter.storage.records.database import RecordsDatabase


def a_clock(letter: str, **fields: Any) -> test_clocks.TestClock:
    plain: dict[str, Any] = {
        "environment": 2,
        "created": 100,
        "deletes_after": 200,
        "frozen_time": 1_000,
    }
    return test_clocks.TestClock(id=f"clock_{letter}", **{**plain, **fields})


def a_customer(name: str, **fields: Any) -> Customer:
    plain: dict[str, Any] = {"environment": 2, "created": 100, "details": CustomerDetails()}
    return Customer(id=f"cus_{name}", **{**plain, **fields})


def add(records: RecordsDatabase, *things: test_clocks.TestClock | Customer | Due) -> None:
    with records.writing() as unit:
        for thing in things:
            match thing:
                case Customer():
                    unit.customers.add(thing)
                case Due():
                    unit.due.schedule([thing])
                case _:
                    unit.test_clocks.add(thing)


def ids(records: RecordsDatabase, **cursor: Any) -> str:
    with records.reading() as unit:
        page = unit.test_clocks.page(2, Cursor(**cursor))
    found = "".join(one.id.removeprefix("clock_") for one in page.data)
    return found + ("+" if page.has_more else "")


def test_a_clock_comes_back_as_it_was_kept(records: RecordsDatabase) -> None:
    clock = a_clock("a", name="ä")
    moved = msgspec.structs.replace(clock, status="advancing", target_frozen_time=2_000)
    add(records, clock)
    with records.writing() as unit:
        assert unit.test_clocks.get(2, clock.id) == clock
        unit.test_clocks.save(moved)
    with records.reading() as unit:
        assert unit.test_clocks.get(2, clock.id) == moved


def test_a_clock_of_another_environment_is_neither_there_nor_changed(
    records: RecordsDatabase,
) -> None:
    clock, other = a_clock("a"), a_clock("a", environment=1, frozen_time=5)
    add(records, clock)
    with records.writing() as unit:
        assert unit.test_clocks.get(1, clock.id) is None
        unit.test_clocks.save(other)
        unit.test_clocks.delete(1, clock.id)
        assert unit.test_clocks.get(2, clock.id) == clock


def test_the_clocks_on_their_way_are_those_of_every_environment(records: RecordsDatabase) -> None:
    clocks = [a_clock("a", status="advancing"), a_clock("b"), a_clock("c", environment=3)]
    clocks += [a_clock("d", status="internal_failure")]
    add(records, *clocks)
    going = msgspec.structs.replace(clocks[2], status="advancing")
    with records.writing() as unit:
        unit.test_clocks.save(going)
        assert unit.test_clocks.advancing() == [clocks[0], going]


def test_clocks_are_paged_in_both_directions(records: RecordsDatabase) -> None:
    add(records, *map(a_clock, "abcde"), a_clock("x", environment=1))
    assert ids(records, limit=2) == "ed+"
    assert ids(records, limit=2, starting_after="clock_b") == "a"
    assert ids(records, limit=2, ending_before="clock_a") == "cb+"
    with pytest.raises(UnknownCursor):
        ids(records, starting_after="clock_x")


def test_customers_of_clocks_have_the_time_of_theirs(records: RecordsDatabase) -> None:
    add(records, a_clock("a"), a_clock("b", frozen_time=7))
    add(records, a_clock("c", environment=3, status="advancing"))
    add(
        records,
        a_customer("1", test_clock="clock_a"),
        a_customer("2", test_clock="clock_b"),
        a_customer("3"),
        a_customer("4", test_clock="clock_a", deleted_at=9),
        a_customer("5", test_clock="clock_c", environment=3),
    )
    with records.reading() as unit:
        found = [unit.test_clocks.times(environment) for environment in (1, 2, 3)]
    second = MICROSECONDS
    assert found == [
        test_clocks.ClockTimes({}, advancing=False),
        test_clocks.ClockTimes({"cus_1": 1_000 * second, "cus_2": 7 * second}, advancing=False),
        test_clocks.ClockTimes({"cus_5": 1_000 * second}, advancing=True),
    ]


def test_a_deleted_clock_takes_its_customers_and_their_work_along(
    records: RecordsDatabase,
) -> None:
    gone, kept = a_customer("gone", test_clock="clock_a"), a_customer("kept", test_clock="clock_b")
    works = [
        Due(kind="subscription", subject=name, environment=2, test_clock=clock, due_at=1)
        for name, clock in (("a", "clock_a"), ("b", "clock_b"), ("c", None))
    ]
    add(records, a_clock("a"), a_clock("b"), gone, kept, a_customer("real"), *works)
    with records.writing() as unit:
        unit.test_clocks.delete(2, "clock_a")
    with records.reading() as unit:
        assert unit.customers.get(2, gone.id) == msgspec.structs.replace(gone, deleted_at=1_000)
        assert unit.customers.existing(2, ["cus_gone", "cus_kept", "cus_real"]) == {
            "cus_kept",
            "cus_real",
        }
        clocks = ("clock_a", "clock_b", None)
        assert [unit.due.next_at(test_clock=clock) for clock in clocks] == [None, 1, 1]
    assert ids(records) == "b"


def test_a_clock_that_sets_out_wakes_whoever_waits(records: RecordsDatabase) -> None:
    woken: list[int] = []
    add(records, a_clock("a"))
    records.watch_due(woken.append)
    with records.writing() as unit:
        unit.test_clocks.save(a_clock("a", name="still"))
    assert woken == []
    with records.writing() as unit:
        unit.test_clocks.save(a_clock("a", status="advancing"))
    assert woken == [0]

"""What every store of meters promises."""

from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from taximeter.kit.paging import Cursor, Page, UnknownCursor
from taximeter.meters import Meter, NameTaken
from taximeter.storage.records.database import RecordsDatabase
from tests.contract.backends import OpenRecords
from tests.oracle.worked import a_meter


def add(records: RecordsDatabase, *meters: Meter) -> None:
    with records.writing() as unit:
        for meter in meters:
            unit.meters.add(meter)


def named(name: str, **fields: object) -> Meter:
    return a_meter(**{"id": f"mtr_test_{name}", "event_name": name, **fields})


def page(records: RecordsDatabase, *, environment: int = 2, **cursor: object) -> Page[Meter]:
    with records.reading() as unit:
        return unit.meters.page(environment, msgspec.convert(cursor, Cursor), None)


class Interrupted(Exception):
    """Whatever may happen in the middle of a transaction."""


FIVE = [named(name) for name in "abcde"]


def test_a_meter_comes_back_as_it_was_added(records: RecordsDatabase) -> None:
    meter = named("a", event_time_window="day", formula="last", dimension_keys=("x", "ä"))
    add(records, meter)
    with records.reading() as unit:
        assert unit.meters.get(2, meter.id) == meter


def test_a_meter_of_another_environment_is_not_there(records: RecordsDatabase) -> None:
    add(records, named("a"))
    with records.reading() as unit:
        assert unit.meters.get(1, "mtr_test_a") is None
        assert unit.meters.with_event_name(1, "a") == []


def test_a_second_active_meter_with_an_event_name_is_refused(records: RecordsDatabase) -> None:
    add(records, named("a"))
    with records.writing() as unit, pytest.raises(NameTaken):
        unit.meters.add(named("a", id="mtr_test_second"))
    with records.reading() as unit:
        assert unit.meters.all() == [named("a")]


def test_an_event_name_may_be_held_once_in_each_environment(records: RecordsDatabase) -> None:
    both = [named("a"), named("a", id="mtr_live", environment=1)]
    add(records, *both)
    with records.reading() as unit:
        assert unit.meters.all() == both


def test_a_refusal_leaves_the_rest_of_the_transaction_whole(records: RecordsDatabase) -> None:
    with records.writing() as unit:
        unit.meters.add(named("a"))
        with pytest.raises(NameTaken):
            unit.meters.add(named("a", id="mtr_test_second"))
        unit.meters.add(named("b"))
    with records.reading() as unit:
        assert unit.meters.all() == [named("a"), named("b")]


def test_an_inactive_meter_frees_its_event_name(records: RecordsDatabase) -> None:
    old = named("a", status="inactive", deactivated_at=7)
    new = named("a", id="mtr_test_new")
    add(records, old, new)
    with records.reading() as unit:
        assert unit.meters.with_event_name(2, "a") == [new, old]


def test_reactivation_into_a_taken_name_is_refused(records: RecordsDatabase) -> None:
    old = named("a", status="inactive", deactivated_at=7)
    add(records, old, named("a", id="mtr_test_new"))
    back = msgspec.structs.replace(old, status="active", deactivated_at=None)
    with records.writing() as unit, pytest.raises(NameTaken):
        unit.meters.save(back)
    with records.reading() as unit:
        assert unit.meters.get(2, old.id) == old


def test_the_active_meter_comes_first_then_the_newest(records: RecordsDatabase) -> None:
    first, second, active = (
        named("a", id=f"mtr_test_{index}", status=status)
        for index, status in enumerate(("inactive", "inactive", "active"))
    )
    add(records, active, first, second)
    with records.reading() as unit:
        assert unit.meters.with_event_name(2, "a") == [active, second, first]


def test_a_saved_meter_keeps_its_place(records: RecordsDatabase) -> None:
    add(records, *FIVE)
    changed = msgspec.structs.replace(FIVE[1], display_name="New", updated=9)
    with records.writing() as unit:
        unit.meters.save(changed)
    assert page(records).data == [FIVE[4], FIVE[3], FIVE[2], changed, FIVE[0]]


def test_pages_walk_from_the_newest_to_the_oldest(records: RecordsDatabase) -> None:
    add(records, *FIVE)
    first = page(records, limit=2)
    second = page(records, limit=2, starting_after=first.data[-1].id)
    third = page(records, limit=2, starting_after=second.data[-1].id)
    assert [first, second, third] == [
        Page(data=[FIVE[4], FIVE[3]], has_more=True),
        Page(data=[FIVE[2], FIVE[1]], has_more=True),
        Page(data=[FIVE[0]], has_more=False),
    ]


def test_pages_walk_back_in_the_same_order(records: RecordsDatabase) -> None:
    add(records, *FIVE)
    first = page(records, limit=2, ending_before=FIVE[0].id)
    second = page(records, limit=2, ending_before=first.data[0].id)
    third = page(records, limit=2, ending_before=second.data[0].id)
    assert [first, second, third] == [
        Page(data=[FIVE[2], FIVE[1]], has_more=True),
        Page(data=[FIVE[4], FIVE[3]], has_more=False),
        Page(data=[], has_more=False),
    ]


def test_a_page_of_one_status_leaves_the_others_out(records: RecordsDatabase) -> None:
    inactive = named("c", status="inactive", deactivated_at=7)
    add(records, named("a"), inactive, named("b"))
    with records.reading() as unit:
        found = unit.meters.page(2, Cursor(), "inactive")
        rest = unit.meters.page(2, Cursor(limit=1, starting_after=inactive.id), "active")
    assert found == Page(data=[inactive], has_more=False)
    assert rest == Page(data=[named("a")], has_more=False)


@pytest.mark.parametrize("direction", ["starting_after", "ending_before"])
def test_a_cursor_of_another_environment_is_unknown(
    records: RecordsDatabase, direction: str
) -> None:
    add(records, named("a"))
    with pytest.raises(UnknownCursor, match="mtr_test_a"):
        page(records, environment=1, **{direction: "mtr_test_a"})


def test_nothing_stays_of_a_transaction_that_fails(records: RecordsDatabase) -> None:
    with suppress(Interrupted), records.writing() as unit:
        unit.meters.add(named("a"))
        raise Interrupted
    with records.reading() as unit:
        assert unit.meters.all() == []


def test_meters_outlast_a_restart(open_records: OpenRecords, tmp_path: Path) -> None:
    with open_records(tmp_path) as records:
        add(records, *FIVE)
    with open_records(tmp_path) as records, records.reading() as unit:
        assert unit.meters.all() == FIVE

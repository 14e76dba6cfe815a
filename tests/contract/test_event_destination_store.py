"""What every store of event destinations promises."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from taximeter.kit.paging import Cursor, Page, UnknownCursor
from taximeter.storage.records.database import RecordsDatabase
from taximeter.webhooks.destination import DestinationApi, EventDestination
from tests.contract.backends import OpenRecords
from tests.webhooks.examples import a_destination

ALL_SET = a_destination(
    "all",
    name="Thin",
    description="Début",
    api_version="2026-10-28.endive",
    events_from=("@self",),
    metadata={"a": "1"},
    status="disabled",
    disabled_by="failures",
    failing_since_us=7,
)


def add(records: RecordsDatabase, *destinations: EventDestination) -> None:
    with records.writing() as unit:
        for one in destinations:
            unit.event_destinations.add(one)


def page(
    records: RecordsDatabase, api: DestinationApi = "webhook_endpoint", **cursor: Any
) -> Page[EventDestination]:
    with records.reading() as unit:
        return unit.event_destinations.page(2, Cursor(**cursor), api)


def test_a_destination_comes_back_as_it_was_added_and_as_it_was_saved(
    records: RecordsDatabase,
) -> None:
    add(records, ALL_SET, a_destination("b"))
    changed = msgspec.structs.replace(ALL_SET, status="enabled", metadata={})
    with records.writing() as unit:
        unit.event_destinations.save(changed)
    with records.reading() as unit:
        found = [unit.event_destinations.get(2, id) for id in ("we_all", "we_b", "we_c")]
    assert found == [changed, a_destination("b"), None]


def test_a_destination_of_another_environment_is_neither_there_nor_saved_nor_deleted(
    records: RecordsDatabase,
) -> None:
    add(records, ALL_SET)
    with records.writing() as unit:
        unit.event_destinations.save(msgspec.structs.replace(ALL_SET, environment=1, name="x"))
        unit.event_destinations.delete(1, ALL_SET.id)
    with records.reading() as unit:
        assert unit.event_destinations.get(1, ALL_SET.id) is None
        assert unit.event_destinations.get(2, ALL_SET.id) == ALL_SET


def test_all_are_of_one_environment_or_of_every_one(records: RecordsDatabase) -> None:
    live, test = a_destination("live", environment=1), a_destination("test")
    add(records, live, test)
    with records.reading() as unit:
        assert list(unit.event_destinations.all()) == [live, test]
        assert list(unit.event_destinations.all(2)) == [test]


def test_a_deleted_destination_is_gone(records: RecordsDatabase) -> None:
    add(records, a_destination("a"), a_destination("b"))
    with records.writing() as unit:
        unit.event_destinations.delete(2, "we_a")
    assert page(records).data == [a_destination("b")]


def test_each_api_lists_its_own_in_both_directions(records: RecordsDatabase) -> None:
    ours = [a_destination(name) for name in "abcd"]
    add(records, *ours[:2], a_destination("x", api="event_destination"), *ours[2:])
    middle = [ours[2], ours[1]]
    assert page(records, limit=2, starting_after="we_d") == Page(data=middle, has_more=True)
    assert page(records, limit=2, ending_before="we_a") == Page(data=middle, has_more=True)
    assert [one.id for one in page(records, "event_destination").data] == ["we_x"]
    with pytest.raises(UnknownCursor, match="we_nobody"):
        page(records, starting_after="we_nobody")


def test_destinations_outlast_a_restart(open_records: OpenRecords, tmp_path: Path) -> None:
    with open_records(tmp_path) as records:
        add(records, ALL_SET)
    with open_records(tmp_path) as records:
        assert page(records).data == [ALL_SET]

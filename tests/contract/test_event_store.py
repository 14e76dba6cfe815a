"""What every store of events, and of how far readers have got, promises."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert

from taximeter.events import Event, EventFilter, RelatedObject
from taximeter.kit.paging import Cursor, UnknownCursor
from taximeter.storage.records.database import RecordsDatabase
from taximeter.storage.records.webhook_tables import deliveries
from tests.contract.backends import OpenRecords


class Interrupted(Exception):
    """Whatever may happen in the middle of a transaction."""


STATUSES = {"s": "succeeded", "p": "pending", "f": "failed", "c": "canceled"}
METER = RelatedObject(id="mtr_1", type="billing.meter", url="/v1/billing/meters/mtr_1")


def event(number: int, **others: Any) -> Event:
    fields: dict[str, Any] = {
        "id": f"evt_{number}",
        "environment": 2,
        "event_payload": "thin",
        "type": "v1.billing.meter.error_report_triggered",
        "created_us": 1_000 + number,
        "related_object": METER,
        "data": '{"ä":1}',
        **others,
    }
    return Event(**fields)


def add(records: RecordsDatabase, *events: Event) -> None:
    with records.writing() as unit:
        unit.events.add(events)


def ids(records: RecordsDatabase, cursor: Cursor | None = None, **where: Any) -> str:
    """The numbers of the events that are found, and a + when there are more."""
    with records.reading() as unit:
        page = unit.events.page(2, "thin", cursor or Cursor(), EventFilter(**where))
    found = "".join(one.id.removeprefix("evt_") for one in page.data)
    return found + ("+" if page.has_more else "")


def test_event_is_read_back_as_it_was_added(records: RecordsDatabase) -> None:
    whole = [event(1), event(2, related_object=None, type="v1.billing.meter.no_meter_found")]
    add(records, *whole)
    with records.reading() as unit:
        assert [unit.events.get(2, "thin", one.id) for one in whole] == whole
        page = unit.events.page(2, "thin", Cursor(), EventFilter())
    assert page.data == whole[::-1]


def test_event_belongs_to_its_environment_and_its_kind(records: RecordsDatabase) -> None:
    add(records, event(1, environment=1), event(2, event_payload="snapshot"))
    with records.reading() as unit:
        assert unit.events.get(2, "thin", "evt_1") is None
        assert unit.events.get(2, "thin", "evt_2") is None
    assert ids(records) == ""


def test_what_happened_is_listed_once_without_a_payload(records: RecordsDatabase) -> None:
    snapshot = event(1, event_payload="snapshot", type="customer.created")
    twin = event(2, type="v1.customer.created", snapshot_event="evt_1")
    add(records, snapshot, twin, event(3), event(4, environment=1))
    with records.reading() as unit:
        every = unit.events.page(2, None, Cursor(), EventFilter())
        twins = unit.events.page(2, "thin", Cursor(), EventFilter(snapshot_event="evt_1"))
    assert [one.id for one in every.data] == ["evt_3", "evt_1"]
    assert twins.data == [twin]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({}, "4321"),
        ({"object_id": "mtr_1"}, "421"),
        ({"types": ("b",)}, "3"),
        ({"types": ("b", "c")}, "43"),
        ({"created_gt_us": 1_002}, "43"),
        ({"created_gte_us": 1_002}, "432"),
        ({"created_lt_us": 1_002}, "1"),
        ({"created_lte_us": 1_002}, "21"),
        ({"created_gt_us": 1_001, "created_lt_us": 1_003}, "2"),
    ],
    ids=str,
)
def test_events_are_filtered(where: dict[str, Any], found: str, records: RecordsDatabase) -> None:
    add(records, event(1), event(2), event(3, type="b", related_object=None), event(4, type="c"))
    assert ids(records, **where) == found


def test_events_are_paged_in_both_directions(records: RecordsDatabase) -> None:
    add(records, *(event(number) for number in range(1, 6)))
    assert ids(records, Cursor(limit=2)) == "54+"
    assert ids(records, Cursor(limit=2, starting_after="evt_4")) == "32+"
    assert ids(records, Cursor(limit=2, starting_after="evt_2")) == "1"
    assert ids(records, Cursor(limit=2, ending_before="evt_2")) == "43+"
    with pytest.raises(UnknownCursor):
        ids(records, Cursor(starting_after="evt_9"))


def test_star_in_a_type_stands_for_anything_and_nothing_else_does(
    records: RecordsDatabase,
) -> None:
    types = ("invoice.paid", "invoice.payment_x", "invoiceitem.created", "invoice%")
    add(records, *(event(number, type=type) for number, type in enumerate(types)))
    assert ids(records, types=("invoice.*",)) == "10"
    assert ids(records, types=("invoice.paid", "*created")) == "20"
    assert ids(records, types=("invoice.pay_ent*",)) == ""
    assert ids(records, types=("invoice%", "%")) == "3"


def test_events_are_read_by_their_ids_whatever_they_are(records: RecordsDatabase) -> None:
    one, other = event(1), event(2, environment=1, event_payload="snapshot", snapshot_event=None)
    add(records, one, other, event(3, snapshot_event="evt_1", request_id="req_1"))
    with records.reading() as unit:
        assert unit.events.many({"evt_1", "evt_2", "evt_9"}) == {"evt_1": one, "evt_2": other}
        assert unit.events.many(set()) == {}


def test_what_was_added_is_known_until_the_transaction_ends(records: RecordsDatabase) -> None:
    with records.writing() as unit:
        unit.events.add([event(1)])
        unit.events.add([event(2)])
        assert unit.events.added == [event(1), event(2)]
    with records.writing() as unit:
        assert list(unit.events.added) == []


def test_old_events_are_forgotten_the_oldest_first(records: RecordsDatabase) -> None:
    add(records, *(event(number) for number in range(1, 6)))
    with records.writing() as unit:
        unit.events.forget(created_before_us=1_005, limit=3)
    assert ids(records) == "54"
    with records.writing() as unit:
        unit.events.forget(created_before_us=1_005, limit=3)
    assert ids(records) == "5"


def deliver(records: RecordsDatabase, **statuses: str) -> None:
    """Put deliveries of events down as they stand, with as many as a word has letters."""
    with records.writing() as unit:
        rows = [
            {
                "id": f"del_{event}_{number}",
                "environment": 2,
                "destination": "we_1",
                "event": event,
                "event_type": "x",
                "created_us": 0,
                "status": STATUSES[letter],
                "attempts": 0,
            }
            for event, letters in statuses.items()
            for number, letter in enumerate(letters)
        ]
        unit.events._connection.execute(insert(deliveries), rows)


def test_event_that_is_still_to_be_delivered_is_not_forgotten(records: RecordsDatabase) -> None:
    add(records, *(event(number) for number in range(1, 5)))
    deliver(records, evt_1="sp", evt_2="s", evt_3="f")
    with records.writing() as unit:
        unit.events.forget(created_before_us=2_000, limit=9)
    assert ids(records) == "1"


def test_events_are_filtered_by_the_success_of_their_deliveries(records: RecordsDatabase) -> None:
    add(records, *(event(number) for number in range(1, 6)))
    deliver(records, evt_1="s", evt_2="sp", evt_3="sf", evt_4="sc")
    assert ids(records, delivery_success=False) == "32"
    assert ids(records, delivery_success=True) == "541"


def test_reader_has_got_nowhere_before_it_begins(records: RecordsDatabase) -> None:
    with records.writing() as unit:
        before = unit.cursors.get("reports")
        unit.cursors.set("reports", 2**53)
        unit.cursors.set("others", 1)
        unit.cursors.set("reports", 2**53 + 1)
        found = [unit.cursors.get(name) for name in ("reports", "others", "nobody")]
    assert (before, found) == (0, [2**53 + 1, 1, 0])


def test_events_and_cursor_are_kept_together_or_not_at_all(
    open_records: OpenRecords, tmp_path: Path
) -> None:
    with open_records(tmp_path) as records:
        with suppress(Interrupted), records.writing() as unit:
            unit.events.add([event(1)])
            unit.cursors.set("reports", 1)
            raise Interrupted
        with records.writing() as unit:
            unit.events.add([event(2)])
            unit.cursors.set("reports", 2)
    with open_records(tmp_path) as records, records.reading() as unit:
        assert unit.cursors.get("reports") == 2
        kept = unit.events.page(2, "thin", Cursor(), EventFilter()).data
    assert kept == [event(2)]
    assert msgspec.json.decode(kept[0].data) == {"ä": 1}

"""What every store of deliveries promises."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from taximeter.kit.paging import Cursor, UnknownCursor
from taximeter.storage.records.database import RecordsDatabase
from taximeter.webhooks.delivery import Attempt, Delivery, DeliveryFilter
from tests.contract.backends import OpenRecords
from tests.webhooks.examples import a_delivery, a_destination


def add(records: RecordsDatabase, *deliveries: Delivery) -> None:
    with records.writing() as unit:
        unit.deliveries.add(deliveries)


def ids(records: RecordsDatabase, cursor: Cursor | None = None, **where: Any) -> str:
    """The names of the deliveries that are listed, and a + when there are more."""
    with records.reading() as unit:
        page = unit.deliveries.page(2, cursor or Cursor(), DeliveryFilter(**where))
    return "".join(one.id.removeprefix("whd_") for one in page.data) + "+" * page.has_more


def due(records: RecordsDatabase, until_us: int, *without: str, limit: int = 10) -> str:
    """The names of what is due to we_1."""
    with records.reading() as unit:
        found = unit.deliveries.due("we_1", until_us=until_us, without=without, limit=limit)
    return "".join(one.id.removeprefix("whd_") for one in found)


def attempt(delivery: str, number: int, **others: Any) -> Attempt:
    return Attempt(delivery=delivery, number=number, started_us=5, duration_us=7, **others)


def test_a_delivery_comes_back_as_it_was_added_and_as_it_was_saved(
    records: RecordsDatabase,
) -> None:
    add(records, a_delivery("a"), a_delivery("b"))
    changed = msgspec.structs.replace(
        a_delivery("a"),
        status="failed",
        attempts=2,
        first_attempt_us=3,
        next_attempt_us=None,
        response_status=500,
    )
    with records.writing() as unit:
        unit.deliveries.save([changed])
    with records.reading() as unit:
        found = [unit.deliveries.get(2, id) for id in ("whd_a", "whd_b", "whd_c")]
        assert unit.deliveries.get(1, "whd_a") is None
        assert unit.deliveries.many(["whd_a", "whd_c"]) == {"whd_a": changed}
    assert found == [changed, a_delivery("b"), None]


def test_attempts_come_back_in_their_order(records: RecordsDatabase) -> None:
    made = [
        attempt("whd_a", 1, error="No answer came in time."),
        attempt("whd_a", 2, response_status=200, response_body="ök"),
    ]
    with records.writing() as unit:
        unit.deliveries.save([], [made[1], attempt("whd_b", 1), made[0]])
        assert list(unit.deliveries.attempts("whd_a")) == made


def test_due_are_those_of_a_destination_by_a_moment_the_earliest_first(
    records: RecordsDatabase,
) -> None:
    add(
        records,
        a_delivery("a", next_attempt_us=30),
        a_delivery("b", next_attempt_us=10),
        a_delivery("c", next_attempt_us=None, status="succeeded"),
        a_delivery("d", next_attempt_us=10),
        a_delivery("e", next_attempt_us=10, destination="we_2"),
    )
    assert due(records, 9) == ""
    assert due(records, 29) == "bd"
    assert due(records, 30) == "bda"
    assert due(records, 30, limit=2) == "bd"
    assert due(records, 30, "whd_b", limit=2) == "da"
    with records.reading() as unit:
        assert unit.deliveries.next_attempt_us("we_1", after_us=9) == 10
        assert unit.deliveries.next_attempt_us("we_1", after_us=10) == 30
        assert unit.deliveries.next_attempt_us("we_1", after_us=30) is None


def test_canceling_takes_what_is_pending_of_one_destination(records: RecordsDatabase) -> None:
    done = a_delivery("b", next_attempt_us=None, status="succeeded")
    add(records, a_delivery("a"), done, a_delivery("c", destination="we_2"))
    with records.writing() as unit:
        unit.deliveries.cancel("we_1")
    assert due(records, 100) == ""
    assert [ids(records, status=one) for one in ("canceled", "succeeded", "pending")] == [
        "a",
        "b",
        "c",
    ]


def test_pending_counts_by_event(records: RecordsDatabase) -> None:
    add(
        records,
        a_delivery("a", event="evt_1"),
        a_delivery("b", event="evt_1", destination="we_2"),
        a_delivery("c", event="evt_1", status="failed", next_attempt_us=None),
        a_delivery("d", event="evt_2", status="succeeded", next_attempt_us=None),
    )
    with records.reading() as unit:
        assert unit.deliveries.pending(["evt_1", "evt_2", "evt_3"]) == {"evt_1": 2}
        assert unit.deliveries.pending([f"evt_{number}" for number in range(2_001)]) == {"evt_1": 2}


def test_deliveries_are_filtered_and_paged_in_both_directions(records: RecordsDatabase) -> None:
    add(
        records,
        a_delivery("a"),
        a_delivery("b", destination="we_2"),
        a_delivery("c", event="evt_a"),
        a_delivery("d", event_type="customer.updated"),
        a_delivery("x", environment=1),
    )
    assert ids(records) == "dcba"
    assert ids(records, destination="we_1") == "dca"
    assert ids(records, event="evt_a") == "ca"
    assert ids(records, event="evt_a", destination="we_2") == ""
    assert ids(records, event_type="customer.updated") == "d"
    assert ids(records, Cursor(limit=2, starting_after="whd_d")) == "cb+"
    assert ids(records, Cursor(limit=2, ending_before="whd_a")) == "cb+"
    with pytest.raises(UnknownCursor):
        ids(records, Cursor(starting_after="whd_x"))


def test_what_is_old_is_forgotten_unless_an_enabled_destination_waits_for_it(
    records: RecordsDatabase,
) -> None:
    over: dict[str, Any] = {"status": "succeeded", "next_attempt_us": None}
    add(
        records,
        a_delivery("a", created_us=1, **over),
        a_delivery("b", created_us=1),
        a_delivery("c", created_us=2, **over),
        a_delivery("d", created_us=1, destination="we_2"),
        a_delivery("e", created_us=1, destination="we_gone"),
    )
    with records.writing() as unit:
        unit.event_destinations.add(a_destination("1"))
        unit.event_destinations.add(a_destination("2", status="disabled"))
        unit.deliveries.save([], [attempt(f"whd_{name}", 1) for name in "abc"])
        unit.deliveries.forget(created_before_us=2, limit=10)
        assert [len(unit.deliveries.attempts(f"whd_{name}")) for name in "abc"] == [0, 1, 1]
    assert ids(records) == "cb"


def test_so_many_are_forgotten_the_oldest_first(records: RecordsDatabase) -> None:
    add(records, *(a_delivery(f"{one}", created_us=one, destination="gone") for one in (3, 1, 2)))
    with records.writing() as unit:
        unit.deliveries.forget(created_before_us=9, limit=2)
    assert ids(records) == "3"


def test_deliveries_outlast_a_restart(open_records: OpenRecords, tmp_path: Path) -> None:
    with open_records(tmp_path) as records:
        add(records, a_delivery("a"))
    with open_records(tmp_path) as records:
        assert due(records, 1) == "a"

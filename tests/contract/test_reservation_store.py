"""What every store of reservations promises."""

from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from taximeter.authorizations.reservation import Reservation, ReservationFilter
from taximeter.kit.paging import Cursor, UnknownCursor
from taximeter.storage.records.database import RecordsDatabase
from tests.contract.backends import OpenRecords

RESERVATION = Reservation(
    id="rsv_1",
    environment=2,
    created=100,
    customer="cus_1",
    meter="mtr_1",
    event_name="tokens",
    value=Decimal("0.000000000000001"),
    dimensions='["ä"]',
    expires_at=160,
)


def another(id: str, **fields: object) -> Reservation:
    return msgspec.structs.replace(RESERVATION, id=id, **fields)


def add(records: RecordsDatabase, *reservations: Reservation) -> None:
    with records.writing() as unit:
        unit.reservations.add(reservations)


def test_a_reservation_is_found_in_its_environment(records: RecordsDatabase) -> None:
    add(records, RESERVATION)
    with records.reading() as unit:
        found = [unit.reservations.get(*asked) for asked in ((2, "rsv_1"), (1, "rsv_1"), (2, "r"))]
    assert found == [RESERVATION, None, None]


def test_none_at_all_may_be_added_and_ended(records: RecordsDatabase) -> None:
    with records.writing() as unit:
        unit.reservations.add(())
        unit.reservations.end({})
    with records.reading() as unit:
        assert unit.reservations.held() == []


def test_a_reservation_ends_once(records: RecordsDatabase) -> None:
    add(records, RESERVATION, another("rsv_2"))
    with records.writing() as unit:
        unit.reservations.end({"rsv_1": "released"})
        unit.reservations.end({"rsv_1": "settled", "rsv_2": "settled"})
    with records.reading() as unit:
        found = [unit.reservations.get(2, id) for id in ("rsv_1", "rsv_2")]
    assert [one and one.status for one in found] == ["released", "settled"]


def test_those_held_are_of_every_environment_oldest_first(records: RecordsDatabase) -> None:
    add(records, RESERVATION, another("rsv_2", environment=1), another("rsv_3"))
    with records.writing() as unit:
        unit.reservations.end({"rsv_3": "expired"})
    with records.reading() as unit:
        assert [one.id for one in unit.reservations.held()] == ["rsv_1", "rsv_2"]


def test_pages_are_of_one_environment_and_customer_newest_first(records: RecordsDatabase) -> None:
    add(records, *(another(f"rsv_{index}") for index in range(3)))
    add(records, another("rsv_live", environment=1), another("rsv_other", customer="cus_2"))
    with records.reading() as unit:
        of_one = unit.reservations.page(2, Cursor(limit=2), ReservationFilter(customer="cus_1"))
        of_all = unit.reservations.page(2, Cursor(starting_after="rsv_2"), ReservationFilter())
        with pytest.raises(UnknownCursor):
            unit.reservations.page(2, Cursor(starting_after="rsv_live"), ReservationFilter())
    assert ([one.id for one in of_one.data], of_one.has_more) == (["rsv_2", "rsv_1"], True)
    assert ([one.id for one in of_all.data], of_all.has_more) == (["rsv_1", "rsv_0"], False)


def test_only_what_ended_is_forgotten(records: RecordsDatabase) -> None:
    add(records, RESERVATION, another("rsv_2"), another("rsv_3", expires_at=161))
    with records.writing() as unit:
        unit.reservations.end({"rsv_2": "settled", "rsv_3": "settled"})
        unit.reservations.forget(expired_before_us=161_000_000)
    with records.reading() as unit:
        page = unit.reservations.page(2, Cursor(), ReservationFilter())
    assert [one.id for one in page.data] == ["rsv_3", "rsv_1"]


def test_reservations_outlast_a_restart(open_records: OpenRecords, tmp_path: Path) -> None:
    with open_records(tmp_path) as records:
        add(records, RESERVATION)
    with open_records(tmp_path) as records, records.reading() as unit:
        assert unit.reservations.held() == [RESERVATION]

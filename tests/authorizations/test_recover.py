"""What is held when a server starts follows from the records and the log."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from taximeter.authorizations.books import Books
from taximeter.authorizations.recover import recover
from taximeter.authorizations.reservation import Reservation
from taximeter.kit.clock import SteppingClock
from taximeter.storage.records.database import RecordsDatabase
from tests.oracle.memory import Memory, MemoryLog
from tests.oracle.worked import MIDNIGHT, MIDNIGHT_US, SECOND_US, a_meter, an_event, logged

METER = a_meter()
RESERVATION = Reservation(
    id="rsv_1",
    environment=2,
    created=MIDNIGHT,
    customer="cus_1",
    meter=METER.id,
    event_name=METER.event_name,
    value=Decimal(3),
    dimensions="[]",
    expires_at=MIDNIGHT + 10,
)


@pytest.fixture
def records(tmp_path: Path) -> Iterator[RecordsDatabase]:
    database = RecordsDatabase.open_sqlite(tmp_path / "records.sqlite3")
    with database.writing() as unit:
        unit.reservations.add([RESERVATION])
    yield database
    database.close()


def recovered(records: RecordsDatabase, memory: Memory, *, seconds: int) -> tuple[int, str]:
    """How many reservations are held after a start, and what the store says of the one."""
    clock = SteppingClock(MIDNIGHT_US + seconds * SECOND_US)
    books = Books(clock=clock, totals_max=10)
    recover(records=records, log=MemoryLog(memory), books=books, clock=clock)
    with records.reading() as unit:
        found = unit.reservations.get(2, RESERVATION.id)
    assert found is not None
    return books.held_count, found.status


def settling(*, seconds: int, customer: str = "cus_1", meter: str = METER.id) -> Memory:
    """A log with an event that carries the reservation's id."""
    memory = Memory()
    event = an_event(METER, "2", at_us=MIDNIGHT_US, identifier=RESERVATION.id, customer=customer)
    event = msgspec.structs.replace(event, meter=meter)
    at = MIDNIGHT_US + seconds * SECOND_US
    memory.add([logged(event, seq=1, received_at_us=at)], [])
    return memory


def test_what_has_no_event_is_held_until_it_expires(records: RecordsDatabase) -> None:
    assert recovered(records, Memory(), seconds=9) == (1, "held")
    assert recovered(records, Memory(), seconds=10) == (0, "expired")


def test_an_event_of_the_last_run_has_settled_it(records: RecordsDatabase) -> None:
    assert recovered(records, settling(seconds=9), seconds=9) == (0, "settled")


def test_it_stays_settled_past_its_expiry(records: RecordsDatabase) -> None:
    assert recovered(records, settling(seconds=9), seconds=99) == (0, "settled")


def test_an_event_that_came_too_late_settles_nothing(records: RecordsDatabase) -> None:
    assert recovered(records, settling(seconds=10), seconds=11) == (0, "expired")


def test_an_event_of_another_customer_or_meter_settles_nothing(records: RecordsDatabase) -> None:
    assert recovered(records, settling(seconds=1, customer="cus_2"), seconds=2) == (1, "held")
    assert recovered(records, settling(seconds=1, meter="mtr_2"), seconds=2) == (1, "held")

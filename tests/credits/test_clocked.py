"""Credits of a test clock's customer: made at its time, and left alone while it advances."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from taximeter import test_clocks
from taximeter.credits import change
from taximeter.credits.create import NewGrant, create
from taximeter.credits.grant import CreditGrant
from taximeter.customers import Customer, CustomerDetails
from taximeter.environments import Environment
from taximeter.errors import Locked
from taximeter.kit.clock import SteppingClock
from taximeter.storage.records.database import RecordsDatabase

HERE = Environment(id=2, name="test", livemode=False)
FROZEN = 5_000
REAL = SteppingClock(1_000_000)
NEW = NewGrant(customer="cus_1", currency="usd", amount=10)


def a_clock(status: test_clocks.Status) -> test_clocks.TestClock:
    return test_clocks.TestClock(
        id="clock_1", environment=2, created=1, deletes_after=9, frozen_time=FROZEN, status=status
    )


@pytest.fixture
def records(tmp_path: Path) -> Iterator[RecordsDatabase]:
    opened = RecordsDatabase.open_sqlite(tmp_path / "records.sqlite3")
    customer = Customer(
        id="cus_1", environment=2, created=1, details=CustomerDetails(), test_clock="clock_1"
    )
    with opened.writing() as unit:
        unit.test_clocks.add(a_clock("ready"))
        unit.customers.add(customer)
    yield opened
    opened.close()


def granted(records: RecordsDatabase) -> CreditGrant:
    with records.writing() as unit:
        return create(unit=unit, environment=HERE, clock=REAL, new=NEW)


def test_credits_are_granted_and_ended_at_the_clocks_time(records: RecordsDatabase) -> None:
    made = granted(records)
    with records.writing() as unit:
        voided = change.void(unit=unit, environment=HERE, clock=REAL, id=made.id)
    assert (made.created, made.effective_at, made.test_clock) == (FROZEN, FROZEN, "clock_1")
    assert voided.voided_at == FROZEN


def test_while_the_clock_advances_nothing_is_granted_or_ended(records: RecordsDatabase) -> None:
    made = granted(records)
    with records.writing() as unit:
        unit.test_clocks.save(a_clock("advancing"))
    with pytest.raises(Locked, match="clock_1"):
        granted(records)
    with records.reading() as unit:
        for use_case in (change.expire, change.void, change.update):
            with pytest.raises(Locked):
                use_case(unit=unit, environment=HERE, clock=REAL, id=made.id)

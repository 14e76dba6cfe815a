"""A subscription is not changed while something that is due on it waits to be done."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from taximeter import test_clocks
from taximeter.errors import Locked, NotFound
from taximeter.invoicing.billing import Billing
from taximeter.invoicing.current import find_current
from taximeter.kit.clock import MICROSECONDS, SteppingClock
from taximeter.settings import Settings
from taximeter.storage.records.database import RecordsDatabase
from tests.contract.test_subscription_store import a_subscription

START, END = 100, 200


@pytest.fixture
def records(tmp_path: Path) -> Iterator[RecordsDatabase]:
    database = RecordsDatabase.open_sqlite(tmp_path / "records.sqlite3")
    yield database
    database.close()


def found(records: RecordsDatabase, *, now: int) -> tuple[str, int]:
    unused: Any = None  # nothing here reads usage
    with records.reading() as unit:
        subscription, present = find_current(
            "sub_a",
            billing=Billing(
                unit=unit,
                environment=2,
                reader=unused,
                barrier=unused,
                clock=SteppingClock(now * MICROSECONDS),
                settings=Settings(),
            ),
        )
    return subscription.id, present


def test_within_its_period_it_is_found_with_the_time(records: RecordsDatabase) -> None:
    with records.writing() as unit:
        unit.subscriptions.add(a_subscription("a"))
    assert found(records, now=END - 1) == ("sub_a", END - 1)
    with pytest.raises(Locked, match="being invoiced"):
        found(records, now=END)


def test_on_a_clock_that_is_on_its_way_it_waits(records: RecordsDatabase) -> None:
    clock = test_clocks.TestClock(
        id="clock_a",
        environment=2,
        created=1,
        deletes_after=999,
        frozen_time=START,
        target_frozen_time=END,
        status="advancing",
    )
    with records.writing() as unit:
        unit.test_clocks.add(clock)
        unit.subscriptions.add(a_subscription("a", test_clock="clock_a"))
    with pytest.raises(Locked, match="advancement underway"):
        found(records, now=1)


def test_what_is_not_there_is_not_found(records: RecordsDatabase) -> None:
    with pytest.raises(NotFound, match="No such subscription: 'sub_a'"):
        found(records, now=START)

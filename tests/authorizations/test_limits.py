"""Limits are remembered until something changes that they rest on, and no longer."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from taximeter.authorizations.authorization import Question
from taximeter.authorizations.limits import LimitDirectory
from taximeter.changes import Change, ChangedKind
from taximeter.kit.clock import SteppingClock
from taximeter.settings import Settings
from taximeter.storage.records.database import RecordsDatabase, Unit
from tests.oracle.worked import MIDNIGHT_US, a_meter, an_event
from tests.simulation.reserving import ALERTS


class Changed(msgspec.Struct, frozen=True):
    """A record of a customer."""

    customer: str


def change(kind: ChangedKind, customer: str = "", environment: int = 2) -> Change:
    return Change(kind=kind, id="id", environment=environment, before=None, after=Changed(customer))


def question(customer: str = "cus_1") -> Question:
    meter = a_meter(dimension_keys=("model",))
    event = an_event(
        meter, "1", at_us=MIDNIGHT_US, identifier="", customer=customer, dimensions={"model": "x"}
    )
    return Question(event=event, meter=meter)


class Reading:
    """Opens the records, and lets something happen while they are read."""

    def __init__(self, records: RecordsDatabase) -> None:
        self.records = records
        self.meanwhile: Callable[[], None] | None = None

    @contextmanager
    def __call__(self) -> Iterator[Unit]:
        with self.records.reading() as unit:
            yield unit
        if self.meanwhile is not None:
            self.meanwhile()


@pytest.fixture
def reading(tmp_path: Path) -> Iterator[Reading]:
    records = RecordsDatabase.open_sqlite(tmp_path / "records.sqlite3")
    with records.writing() as unit:
        for alert in ALERTS:
            unit.alerts.add(alert)
    yield Reading(records)
    records.close()


@pytest.fixture
def directory(reading: Reading) -> LimitDirectory:
    return LimitDirectory(
        reading=reading,
        clock=SteppingClock(MIDNIGHT_US),
        settings=Settings(limited_customers_max=2),
    )


def test_a_customer_has_the_limits_of_everyone_and_of_its_own(directory: LimitDirectory) -> None:
    seen = [
        sorted(one.alert for one in directory.read(question(customer)).usage)
        for customer in ("cus_1", "cus_2")
    ]
    assert seen == [["alrt_1", "alrt_2", "alrt_3", "alrt_4"], ["alrt_1", "alrt_2", "alrt_4"]]


@pytest.mark.parametrize(
    ("changes", "remembered"),
    [
        ([], True),
        ([change("subscription", "cus_2")], True),
        ([change("price", environment=1)], True),
        ([change("subscription", "cus_1")], False),
        ([change("invoice", "cus_2"), change("credit_grant", "cus_1")], False),
        ([change("price")], False),
        ([change("alert")], False),
    ],
)
def test_a_change_is_looked_up_anew_whether_it_comes_afterwards_or_meanwhile(
    changes: Sequence[Change], remembered: bool, directory: LimitDirectory, reading: Reading
) -> None:
    limits = directory.read(question())
    directory.forget(changes)
    afterwards = directory.holds(limits, question())
    reading.meanwhile = lambda: directory.forget(changes)
    limits = directory.read(question())
    assert (afterwards, directory.holds(limits, question())) == (remembered, remembered)


def test_those_remembered_longest_make_room(directory: LimitDirectory) -> None:
    asked = [question(f"cus_{number}") for number in range(3)]
    limits = [directory.read(one) for one in asked]
    held = [directory.holds(one, of) for one, of in zip(limits, asked, strict=True)]
    assert held == [False, True, True]


def test_a_hard_limit_that_is_no_longer_active_is_gone(
    directory: LimitDirectory, reading: Reading
) -> None:
    directory.read(question())
    with reading() as unit:
        alert = unit.alerts.get(2, "alrt_1")
    assert alert is not None
    archived = msgspec.structs.replace(alert, status="archived")
    with reading.records.writing() as unit:
        unit.alerts.save(archived)
    directory.forget([change("alert")])
    assert "alrt_1" not in [one.alert for one in directory.read(question()).usage]

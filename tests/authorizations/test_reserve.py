"""The thread that makes reservations durable, one turn at a time."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from taximeter.authorizations.authorization import Question
from taximeter.authorizations.check_before_use import CheckBeforeUse
from taximeter.authorizations.reservation import Reservation
from taximeter.authorizations.reserve import Asked
from taximeter.errors import StorageFailed
from taximeter.kit.clock import SteppingClock
from taximeter.settings import Settings
from taximeter.storage.records.database import RecordsDatabase
from tests.authorizations.test_recover import RESERVATION
from tests.oracle.memory import Memory, MemoryReader
from tests.oracle.worked import MIDNIGHT_US, a_meter, an_event, logged


class NoWriter:
    """Nothing is recorded here."""

    def settle(self, *, until_us: int = 0) -> None:
        raise AssertionError("nothing here settles")

    def cut(self, *, now_us: int) -> int:
        return now_us


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[CheckBeforeUse]:
    """The parts over empty stores; their thread does not run."""
    records = RecordsDatabase.open_sqlite(tmp_path / "records.sqlite3")
    yield CheckBeforeUse.over(
        records=records,
        reader=MemoryReader(Memory()),
        barrier=NoWriter(),
        clock=SteppingClock(MIDNIGHT_US),
        settings=Settings(reservation_batch_max=2),
    )
    records.close()


def asked(number: int, key: str | None = None) -> Asked:
    meter = a_meter()
    event = an_event(meter, "3", at_us=MIDNIGHT_US, identifier="")
    return Asked(
        question=Question(event=event, meter=meter),
        reservation=msgspec.structs.replace(RESERVATION, id=f"rsv_{number}"),
        key=key,
        fingerprint="",
        request_id=f"req_{number}",
        render=msgspec.json.encode,
    )


def kept(parts: CheckBeforeUse) -> list[Reservation]:
    with parts.records.reading() as unit:
        return list(unit.reservations.held())


def test_those_that_wait_share_a_commit_up_to_a_batch(parts: CheckBeforeUse) -> None:
    plan = parts.authorizer.prepare(asked(0).question)
    outcomes = [parts.reservations.submit(asked(number), plan) for number in range(3)]
    assert parts.reservations.turn()
    assert [one.done() for one in outcomes] == [True, True, False]
    assert [one.id for one in kept(parts)] == ["rsv_0", "rsv_1"]


def test_for_a_caller_who_has_gone_nothing_is_held(parts: CheckBeforeUse) -> None:
    plan = parts.authorizer.prepare(asked(0).question)
    outcomes = [parts.reservations.submit(asked(number), plan) for number in range(2)]
    assert outcomes[0].cancel()
    assert parts.reservations.turn()
    assert [one.id for one in kept(parts)] == ["rsv_1"]
    assert parts.books.held_count == 1


def test_one_key_reserves_once_within_a_batch(parts: CheckBeforeUse) -> None:
    plan = parts.authorizer.prepare(asked(0).question)
    outcomes = [parts.reservations.submit(asked(number, key="k"), plan) for number in range(2)]
    assert parts.reservations.turn()
    first, second = (one.result(timeout=0) for one in outcomes)
    assert first is not None
    assert second is not None
    assert (first.body, first.original, second.original) == (second.body, None, "req_0")
    assert [one.id for one in kept(parts)] == ["rsv_0"]


def test_what_waits_when_the_server_stops_is_answered(parts: CheckBeforeUse) -> None:
    plan = parts.authorizer.prepare(asked(0).question)
    outcome = parts.reservations.submit(asked(0), plan)
    parts.reservations.close()
    assert not parts.reservations.turn()
    assert outcome.result(timeout=0) is not None
    with pytest.raises(StorageFailed):
        parts.reservations.submit(asked(1), plan)


def test_ends_are_written_down_by_the_way(parts: CheckBeforeUse) -> None:
    plan = parts.authorizer.prepare(asked(0).question)
    parts.reservations.submit(asked(0), plan)
    assert parts.reservations.turn()
    event = an_event(a_meter(), "2", at_us=MIDNIGHT_US, identifier="rsv_0")
    parts.books.enter([logged(event, seq=1)], [])
    parts.reservations.submit(asked(1), plan)
    assert parts.reservations.turn()
    assert [one.id for one in kept(parts)] == ["rsv_1"]

"""Credits expire when their time has come, once, and not while a draft awaits them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from taximeter import test_clocks
from taximeter.credits import ledger
from taximeter.credits.expire import Expiries, expiry
from taximeter.credits.grant import CreditGrant
from taximeter.due import Due
from taximeter.kit.clock import MICROSECONDS, SteppingClock
from taximeter.kit.paging import Cursor
from taximeter.storage.records.database import RecordsDatabase, Unit
from tests.credits.world import a_grant

EXPIRES = 1_000
HOUR = 3_600


class Sweep:
    """Records with grants in them, and the expiries of those."""

    def __init__(self, folder: Path, now: int) -> None:
        self.records = RecordsDatabase.open_sqlite(folder / "records.sqlite3")
        self.clock = SteppingClock(now * MICROSECONDS)

    def add(self, grant: CreditGrant) -> tuple[Due, ...]:
        with self.records.writing() as unit:
            unit.credit_grants.add(grant)
            unit.credit_ledger.add(ledger.granted(grant))
            unit.due.schedule(expiry(grant))
        return expiry(grant)

    def run(
        self, works: tuple[Due, ...], awaited: Callable[[Unit, CreditGrant], bool] | None = None
    ) -> None:
        expiries = Expiries(
            records=self.records,
            clock=self.clock,
            awaited=awaited or (lambda unit, grant: False),
        )
        expiries.run(works)

    def state(self, grant: CreditGrant) -> tuple[int, int | None, int | None]:
        """What is left, when it expired, and when the next work on it is due."""
        with self.records.reading() as unit:
            found = unit.credit_grants.get(grant.environment, grant.id)
            assert found is not None
            left = unit.credit_ledger.balances(grant.environment, [grant.id])[grant.id]
            return left, found.expired_at, unit.due.next_at(test_clock=grant.test_clock)


@pytest.fixture
def sweep(tmp_path: Path) -> Iterator[Sweep]:
    made = Sweep(tmp_path, EXPIRES)
    yield made
    made.records.close()


GRANT = a_grant("a", expires_at=EXPIRES)


def test_what_is_left_goes_and_the_work_with_it(sweep: Sweep) -> None:
    works = sweep.add(GRANT)
    assert sweep.state(GRANT) == (100, None, EXPIRES)
    sweep.run(works)
    assert sweep.state(GRANT) == (0, EXPIRES, None)


def test_the_ledger_says_when_credits_expired_even_if_it_is_told_later(sweep: Sweep) -> None:
    works = sweep.add(GRANT)
    sweep.clock.advance(seconds=60)
    sweep.run(works)
    with sweep.records.reading() as unit:
        entry = unit.credit_ledger.page(2, Cursor(limit=1), "cus_1", GRANT.id).data[0]
    assert (entry.effective_at, entry.created) == (EXPIRES, EXPIRES + 60)


def test_work_that_is_done_twice_is_done_once(sweep: Sweep) -> None:
    works = sweep.add(GRANT)
    sweep.run(works)
    sweep.clock.advance(seconds=60)
    sweep.run(works)
    assert sweep.state(GRANT) == (0, EXPIRES, None)


def test_a_grant_that_lasts_longer_by_now_is_looked_at_again_then(sweep: Sweep) -> None:
    works = sweep.add(GRANT)
    with sweep.records.writing() as unit:
        unit.credit_grants.save(msgspec.structs.replace(GRANT, expires_at=EXPIRES + 5))
    sweep.run(works)
    assert sweep.state(GRANT) == (100, None, EXPIRES + 5)


@pytest.mark.parametrize("fields", [{"expires_at": None}, {"voided_at": 7}])
def test_a_grant_that_does_not_expire_any_more_is_left_alone(
    fields: dict[str, Any], sweep: Sweep
) -> None:
    works = sweep.add(GRANT)
    with sweep.records.writing() as unit:
        unit.credit_grants.save(msgspec.structs.replace(GRANT, **fields))
    sweep.run(works)
    assert sweep.state(GRANT) == (100, None, None)


def test_credits_that_a_draft_awaits_wait_for_it(sweep: Sweep) -> None:
    works = sweep.add(GRANT)
    sweep.run(works, awaited=lambda unit, grant: grant == GRANT)
    assert sweep.state(GRANT) == (100, None, EXPIRES + HOUR)
    sweep.clock.advance(seconds=10 * 24 * HOUR)
    sweep.run(works, awaited=lambda unit, grant: True)
    assert sweep.state(GRANT) == (100, None, EXPIRES + 11 * 24 * HOUR)
    sweep.run(works)
    assert sweep.state(GRANT) == (0, EXPIRES + 10 * 24 * HOUR, None)


def test_a_grant_of_a_test_clock_expires_by_that(sweep: Sweep) -> None:
    clocked = a_grant("b", expires_at=EXPIRES + 500, test_clock="clock_1")
    clock = test_clocks.TestClock(
        id="clock_1", environment=2, created=1, deletes_after=9, frozen_time=EXPIRES + 499
    )
    with sweep.records.writing() as unit:
        unit.test_clocks.add(clock)
    works = sweep.add(clocked)
    sweep.run(works)
    assert sweep.state(clocked) == (100, None, EXPIRES + 500)
    with sweep.records.writing() as unit:
        unit.test_clocks.save(msgspec.structs.replace(clock, frozen_time=EXPIRES + 500))
    sweep.run(works)
    assert sweep.state(clocked) == (0, EXPIRES + 500, None)

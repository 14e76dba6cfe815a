"""The expiry of credits when their time has come."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import msgspec

from taximeter.credits import ledger
from taximeter.credits.grant import CreditGrant
from taximeter.credits.stores import CreditRecords, CreditUnit
from taximeter.due import Due
from taximeter.kit.clock import Clock
from taximeter.kit.periods import DAY_SECONDS, HOUR_SECONDS
from taximeter.test_clocks import present

_CLOSE_LOOKS_SECONDS = 4 * DAY_SECONDS

Unit = TypeVar("Unit", bound=CreditUnit)


def expiry(grant: CreditGrant) -> tuple[Due, ...]:
    """Return the work that a grant's expiry is; none where it never expires."""
    if grant.expires_at is None:
        return ()
    return (_due(grant, grant.expires_at),)


def unscheduled(grant: CreditGrant) -> tuple[Due, ...]:
    """Return the work to forget when a grant no longer expires by itself."""
    return (_due(grant, 0),)


def _due(grant: CreditGrant, at: int) -> Due:
    return Due(
        kind="credit_grant",
        subject=grant.id,
        environment=grant.environment,
        test_clock=grant.test_clock,
        due_at=at,
    )


class Expiries(Generic[Unit]):
    """Enters in the ledger that credits have expired, once for each grant.

    Credits pay for a period that ended before they expired, and its draft may be finalized only
    after. So the entry waits while there is such a draft; nothing else can use them meanwhile, and
    they no longer count as available.
    """

    def __init__(
        self,
        *,
        records: CreditRecords[Unit],
        clock: Clock,
        awaited: Callable[[Unit, CreditGrant], bool],
    ) -> None:
        """Work on the records, at the time of each grant's clock.

        `awaited` says whether a draft may still use a grant whose time has come.
        """
        self._records = records
        self._clock = clock
        self._awaited = awaited

    def run(self, works: Sequence[Due]) -> None:
        """Expire what is due, in one transaction with the work's removal."""
        with self._records.writing() as unit:
            for work in works:
                self._run_one(unit, work)

    def _run_one(self, unit: Unit, work: Due) -> None:
        unit.due.drop((work,))
        grant = unit.credit_grants.get(work.environment, work.subject)
        if grant is None or grant.expires_at is None:
            return
        if grant.voided_at is not None or grant.expired_at is not None:
            return
        now = present(
            store=unit.test_clocks,
            environment=grant.environment,
            test_clock=grant.test_clock,
            clock=self._clock,
        )
        if now < grant.expires_at:
            unit.due.schedule(expiry(grant))
            return
        balance = unit.credit_ledger.balances(grant.environment, (grant.id,))[grant.id]
        if balance > 0 and self._awaited(unit, grant):
            unit.due.schedule((_due(grant, _next_look(grant.expires_at, now)),))
            return
        unit.credit_ledger.add(ledger.expired(grant, balance=balance, now=now, at=grant.expires_at))
        unit.credit_grants.save(msgspec.structs.replace(grant, expired_at=now, updated=now))


def _next_look(expires_at: int, now: int) -> int:
    """Return when to look again: every hour while a grace period can last, then every day."""
    step = HOUR_SECONDS if now - expires_at < _CLOSE_LOOKS_SECONDS else DAY_SECONDS
    return now + step

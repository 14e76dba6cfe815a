"""Due work as rows: what has to happen at a moment, written with the change that calls for it.

One loop runs it (`jobs/`). A row is taken on a lease, so that nobody else takes it meanwhile; what
it does is written in the transaction that drops or moves the row. A crash in between leaves the row
as it was, and the loop that starts next takes it again.
"""

from collections.abc import Sequence
from typing import Literal, Protocol, get_args

import msgspec

DueKind = Literal[
    "credit_grant",
    "invoice",
    "subscription",
    "thresholds",
    "upcoming_invoice",
    "trial_will_end",
    "invoice_due",
    "test_clock",
]
"""The expiry of credits; the finalization of a draft; a subscription's next boundary; the next look
at its thresholds; notice of its next invoice, of the end of its trial, of an invoice's due date;
the end of a test clock that nobody deleted."""

KINDS: tuple[DueKind, ...] = get_args(DueKind)
"""The order in which the work of one moment is done.

Credits that expire at a moment pay nothing any more at it. A draft of an earlier period is
finalized before the next one is made, and so has the lower number and the first claim on credits.
"""


class Due(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Work on one subject at a moment, in Unix seconds of its clock: the test clock's, or real.

    `failures` counts how often it was tried in vain.
    """

    kind: DueKind
    subject: str
    environment: int
    test_clock: str | None = None
    due_at: int
    failures: int = 0


def by_environment(work: Sequence[Due]) -> dict[int, list[Due]]:
    """Return work by the environment that its subjects belong to, each in the order given."""
    parted: dict[int, list[Due]] = {}
    for one in work:
        parted.setdefault(one.environment, []).append(one)
    return parted


class DueStore(Protocol):
    """Keeps due work, at most one row for a kind and subject."""

    def schedule(self, work: Sequence[Due]) -> None:
        """Keep work, in place of what stands for the same kind and subject."""
        ...

    def drop(self, work: Sequence[Due]) -> None:
        """Forget the work of these kinds and subjects."""
        ...

    def standing(self, work: Sequence[Due]) -> Sequence[Due]:
        """Return what stands as it was leased, neither dropped nor scheduled anew."""
        ...


class DueQueue(DueStore, Protocol):
    """Hands due work out; every moment of a lease is real, whatever clock the work is on."""

    def next_at(self, *, test_clock: str | None) -> int | None:
        """Return when the first work of a clock can be taken, or None.

        Without a test clock, work that is leased counts from the end of its lease; on a test clock,
        leases are not looked at.
        """
        ...

    def lease(
        self, *, until: int, test_clock: str | None, now: int, leased_until: int, limit: int
    ) -> Sequence[Due]:
        """Take work of one clock due up to `until`: of its earliest moment, of the first kind.

        `now` and `leased_until` are real time: a lease that has run out is taken again.
        """
        ...

    def fail(self, work: Due, *, error: str, retry_at: int) -> None:
        """Note why work failed; it is not taken again before a real moment."""
        ...

    def reclaim(self) -> None:
        """End every lease: for a loop that starts, when nobody else runs."""
        ...

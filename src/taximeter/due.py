"""Due work as rows: what has to happen at a moment, written with the change that calls for it.

One loop runs it (`jobs/`). A row is taken on a lease, so that after a crash another loop takes it
once the lease has run out; what it does is written in the transaction that drops or moves the row.
"""

from collections.abc import Sequence
from typing import Literal, Protocol

import msgspec

DueKind = Literal["subscription", "thresholds", "invoice", "credit_grant"]
"""A subscription's next boundary, the next look at its thresholds; the finalization of a draft; the
expiry of credits."""


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """Work on one subject at a moment, in Unix seconds of its clock: the test clock's, or real."""

    kind: DueKind
    subject: str
    environment: int
    test_clock: str | None = None
    due_at: int


class DueStore(Protocol):
    """Keeps due work, at most one row for a kind and subject."""

    def schedule(self, work: Sequence[Due]) -> None:
        """Keep work, in place of what stands for the same kind and subject."""
        ...

    def drop(self, work: Sequence[Due]) -> None:
        """Forget the work of these kinds and subjects."""
        ...

    def next_at(self, *, test_clock: str | None) -> int | None:
        """Return when the first work of a clock that is not leased is due, or None."""
        ...

    def lease(
        self, *, until: int, test_clock: str | None, now: int, leased_until: int, limit: int
    ) -> Sequence[Due]:
        """Take work of one clock due up to `until`, the earliest moment of it alone, in order.

        `now` and `leased_until` are real time: a lease that has run out is taken again.
        """
        ...

    def fail(self, work: Due, *, error: str, retry_at: int) -> None:
        """Note why work failed; it is not taken again before a real moment."""
        ...

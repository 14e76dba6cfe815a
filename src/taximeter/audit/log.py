"""The usage log as the audit reads it: whole, in order, and without trusting it."""

from collections.abc import Iterator, Sequence
from typing import Literal, Protocol

import msgspec

from taximeter.ingest.event import LoggedEvent
from taximeter.ingest.log import Cancellation

Claim = Literal["identifier", "idempotency_key"]


class Entry(msgspec.Struct, frozen=True):
    """The number and the date of a row, an event's or a cancellation's."""

    seq: int
    received_at_us: int


class Canceled(msgspec.Struct, frozen=True):
    """A cancellation and the event that it names, or None where there is none."""

    cancellation: Cancellation
    event: LoggedEvent | None


class Doubled(msgspec.Struct, frozen=True, kw_only=True):
    """Two neighbouring claims of one text, both received within the window."""

    environment: int
    text: str
    seq: int
    earlier_seq: int


class RollupDifference(msgspec.Struct, frozen=True, kw_only=True):
    """A rolled-up hour or day that the log does not bear out, or that it holds and rollups lack."""

    kind: str
    environment: int
    meter: str
    customer: str
    start_us: int
    dimensions: str


class AuditLog(Protocol):
    """Reads the whole log in batches, so that no reader holds it all.

    Every method may raise LogFailed, also while its batches are read.
    """

    def entries(self) -> Iterator[Sequence[Entry]]:
        """Yield the entries of events and cancellations together, by number."""
        ...

    def doubled(self, claim: Claim, *, window_us: int) -> Iterator[Sequence[Doubled]]:
        """Yield the claims that were made again within the window after the one before."""
        ...

    def cancellations(self) -> Iterator[Sequence[Canceled]]:
        """Yield the cancellations with their events, by the number of the event, then their own."""
        ...

    def events(self) -> Iterator[Sequence[LoggedEvent]]:
        """Yield the events one customer of one meter after the other, each one's by number.

        `canceled_at_us` is set where a cancellation of the event's environment names it.
        """
        ...

    def rollup_differences(
        self, *, examples_max: int
    ) -> tuple[int, int, Sequence[RollupDifference]]:
        """Recompute all rollups: how many rows there are, how many differ, and some of those."""
        ...

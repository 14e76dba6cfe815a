"""The usage log as ingestion sees it: rows are added, never changed."""

from collections.abc import Iterator, Sequence
from typing import Protocol, TypeAlias

import msgspec

from taximeter.ingest.event import LoggedEvent

Identity: TypeAlias = tuple[int, str]
"""An environment and a text that is unique in it: an identifier or an idempotency key."""


class Cancellation(msgspec.Struct, frozen=True, kw_only=True):
    """A row that takes an event out of every total from `received_at` on."""

    seq: int
    received_at_us: int
    environment: int
    event_seq: int
    identifier: str
    meter: str
    customer: str
    timestamp_us: int


class Head(msgspec.Struct, frozen=True):
    """The last row of the log; zeros when it is empty."""

    seq: int = 0
    received_at_us: int = 0


class Seen(msgspec.Struct, frozen=True):
    """What an event claims: its identifier, and the idempotency key that brought it, if any."""

    environment: int
    identifier: str
    idempotency_key: str | None
    received_at_us: int


class LogFailed(Exception):
    """The log could not be written or read.

    What was being appended is not in it, unless the log failed for good, right after the commit;
    every later call then fails too, until the log is opened again.
    """


class UsageLog(Protocol):
    """An append-only log of events and cancellations, numbered without gaps by one `seq`.

    One thread appends. Every method may raise LogFailed; after a failed `append` the log is as it
    was before, or can no longer be used.
    """

    def head(self) -> Head:
        """Return the number and the date of the last row."""
        ...

    def append(self, events: Sequence[LoggedEvent], cancellations: Sequence[Cancellation]) -> None:
        """Add rows in one transaction; when this returns they are on disk."""
        ...

    def with_identifiers(
        self, wanted: Sequence[Identity], *, since_us: int
    ) -> dict[Identity, LoggedEvent]:
        """Return the last event of each identifier received at `since_us` or later."""
        ...

    def with_idempotency_keys(
        self, wanted: Sequence[Identity], *, since_us: int
    ) -> dict[Identity, LoggedEvent]:
        """Return the last event of each idempotency key received at `since_us` or later."""
        ...

    def cancellations_of(self, event_seqs: Sequence[int]) -> dict[int, Cancellation]:
        """Return the cancellations of these events, by the event's seq."""
        ...

    def seen_since(self, since_us: int) -> Iterator[Sequence[Seen]]:
        """Yield, in batches, what the events received at `since_us` or later claim."""
        ...

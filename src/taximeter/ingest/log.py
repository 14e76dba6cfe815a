"""The usage log as ingestion sees it: rows are added, never changed."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Protocol, TypeAlias

import msgspec

from taximeter.ingest.columns import LoggedRun
from taximeter.ingest.event import LoggedEvent
from taximeter.ingest.fingerprints import Hashes
from taximeter.ingest.rejections import DuplicateCount, RejectedEvent
from taximeter.meters import RollupRule

Identity: TypeAlias = tuple[int, str]
"""An environment and a text that is unique in it: an identifier or an idempotency key."""

Rows: TypeAlias = tuple[int, int | None]
"""The numbers of the first and the last row of a stretch of the log; None means to its end."""

EVERY_ROW: Rows = (0, None)


class Cancellation(msgspec.Struct, frozen=True, kw_only=True):
    """A row that takes an event out of every total from `received_at` on.

    It repeats what the event counted, so that sums can take it back without finding the event.
    """

    seq: int
    received_at_us: int
    environment: int
    event_seq: int
    identifier: str
    meter: str
    customer: str
    timestamp_us: int
    value: Decimal | None
    value_text: str | None
    dimensions: str
    rollup: RollupRule


def cancel_event(target: LoggedEvent, *, seq: int, received_at_us: int) -> Cancellation:
    """Return the row that cancels an event."""
    event = target.event
    return Cancellation(
        seq=seq,
        received_at_us=received_at_us,
        environment=event.environment,
        event_seq=target.seq,
        identifier=event.identifier,
        meter=event.meter,
        customer=event.customer,
        timestamp_us=event.timestamp_us,
        value=event.value,
        value_text=event.value_text,
        dimensions=event.dimensions,
        rollup=event.rollup,
    )


class Head(msgspec.Struct, frozen=True):
    """The last row of the log; zeros when it is empty."""

    seq: int = 0
    received_at_us: int = 0


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What a stretch of rows claims, hashed: identifiers, and the idempotency keys there are."""

    hashes: Hashes
    first_seq: int
    last_seq: int
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

    def append(
        self,
        events: Sequence[LoggedEvent | LoggedRun],
        cancellations: Sequence[Cancellation],
        rejections: Sequence[RejectedEvent] = (),
        duplicates: Sequence[DuplicateCount] = (),
    ) -> None:
        """Add rows in one transaction; when this returns they are on disk.

        Rejections, and counts of duplicates dated like the rest, are kept beside the log: they
        have no number and count towards nothing.
        """
        ...

    def with_identifiers(
        self, wanted: Sequence[Identity], *, since_us: int, rows: Rows = EVERY_ROW
    ) -> dict[Identity, LoggedEvent]:
        """Return the last event of each identifier received at `since_us` or later.

        `rows` may be narrower than the log where it is known that they can lie nowhere else.
        """
        ...

    def with_idempotency_keys(
        self, wanted: Sequence[Identity], *, since_us: int, rows: Rows = EVERY_ROW
    ) -> dict[Identity, LoggedEvent]:
        """Return the last event of each idempotency key received at `since_us` or later."""
        ...

    def cancellations_of(self, event_seqs: Sequence[int]) -> dict[int, Cancellation]:
        """Return the cancellations of these events, by the event's seq."""
        ...

    def count_since(self, since_us: int) -> int:
        """Return about how many claims there are since this moment; may be more, never fewer."""
        ...

    def seen_since(self, since_us: int) -> Iterator[Seen]:
        """Yield, stretch by stretch in order, what the events received since a moment claim."""
        ...

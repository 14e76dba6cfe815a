"""What is asked of a store of usage about events that were not counted."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from taximeter.ingest.rejections import RejectedEvent
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.periods import MINUTE_SECONDS
from taximeter.reports.report import Fault


class MinuteQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Counts by minute of receipt and meter within `[start, end)`; the newest minute first.

    `window_us` asks for longer windows than minutes, which begin at multiples of their length.
    `after` and `before` name the row to go on from: its minute's start and its meter ("" for
    none). With `before` the rows come in the opposite order, the one next to it first.
    """

    environment: int
    start_us: int
    end_us: int
    meter: str | None = None
    after: tuple[int, str] | None = None
    before: tuple[int, str] | None = None
    window_us: int = MINUTE_SECONDS * MICROSECONDS
    limit: int


class MinuteCount(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the events that one meter was sent in one minute; `meter` None: met none."""

    start_us: int
    meter: str | None
    accepted: int
    duplicate: int
    rejected: tuple[tuple[str, int], ...]


RejectedPlace = tuple[int, int, int]
"""Where a rejected event stands: its receipt, the hash of what it is, and which of its equals."""


class RejectedQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Rejected events, the one received last first; None does not restrict.

    `after` and `before` name the row to go on from. With `before` the rows come in the opposite
    order, the one next to it first.
    """

    environment: int
    meter: str | None = None
    code: str | None = None
    start_us: int | None = None
    end_us: int | None = None
    after: RejectedPlace | None = None
    before: RejectedPlace | None = None
    limit: int


class PlacedRejection(msgspec.Struct, frozen=True):
    """A rejected event and its place, by which a page goes on from it."""

    place: RejectedPlace
    rejected: RejectedEvent


class RejectionReader(Protocol):
    """Reads what is kept beside the log; sees everything that was durable before the call.

    Every method may raise LogFailed.
    """

    def first_rejection_us(self, since_us: int) -> int | None:
        """Return when the first rejected event at this moment or later was received, or None."""
        ...

    def faults(
        self, start_us: int, end_us: int, *, window_us: int, samples_max: int
    ) -> Sequence[Fault]:
        """Count the rejected events received in `[start, end)`, in no particular order.

        There is a count for each environment, meter, window and code, with the first few events.
        """
        ...

    def minutes(self, query: MinuteQuery) -> Sequence[MinuteCount]:
        """Return the minutes in which a meter was sent anything."""
        ...

    def rejected(self, query: RejectedQuery) -> Sequence[PlacedRejection]:
        """Return rejected events."""
        ...

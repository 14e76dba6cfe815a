"""What totals and events are asked of a store of usage."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

import msgspec

from taximeter.ingest.event import LoggedEvent
from taximeter.kit.periods import Window
from taximeter.meters import Meter


class UsageQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Totals of one meter over `[start, end)`, in microseconds since the Unix epoch.

    `customer` None means all of them, added up, or one by one with `by_customer`. The range is
    divided into UTC hours or days by `window`, or at any moments by `cuts_us`, which lie within it
    in ascending order. `dimension_filters` keep what has one of the values under each key;
    filters and `group_by` name keys of the meter. `as_of_us` asks for the answer as it stood at
    that moment: rows received before it, and nothing later. `until_seq` asks for it as it stood
    after that row instead.
    """

    meter: Meter
    start_us: int
    end_us: int
    customer: str | None = None
    by_customer: bool = False
    window: Window | None = None
    cuts_us: tuple[int, ...] = ()
    dimension_filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    group_by: tuple[str, ...] = ()
    as_of_us: int | None = None
    until_seq: int | None = None


class Total(msgspec.Struct, frozen=True, kw_only=True):
    """The value of one window and group; `dimensions` stand in the order of `group_by`."""

    start_us: int
    end_us: int
    value: Decimal
    customer: str | None = None
    dimensions: tuple[str, ...] = ()


class EventQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which events to list, by what they carry; None does not restrict.

    `payload` compares payload keys with texts. `before_seq` and `after_seq` walk the log from a
    row, backwards or forwards. `as_of_us` asks for the list as it stood at that moment.
    """

    environment: int
    event_name: str | None = None
    meter: str | None = None
    customer: str | None = None
    start_us: int | None = None
    end_us: int | None = None
    payload: tuple[tuple[str, str], ...] = ()
    canceled: bool | None = None
    before_seq: int | None = None
    after_seq: int | None = None
    as_of_us: int | None = None
    limit: int = 10


class UsageReader(Protocol):
    """Reads the usage log; sees everything that was durable before the call.

    Every method may raise LogFailed.
    """

    def totals(self, query: UsageQuery) -> Sequence[Total]:
        """Return a total for each window and group that has events, in no particular order."""
        ...

    def events(self, query: EventQuery) -> Sequence[LoggedEvent]:
        """Return up to `limit` events, newest first; with `after_seq`, oldest first."""
        ...

    def event(self, environment: int, identifier: str) -> LoggedEvent | None:
        """Return the last event with the identifier, however old, or None."""
        ...

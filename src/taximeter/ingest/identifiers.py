"""Exactly once by identifier: a compact filter that errs only towards "maybe", settled by the log.

A Bloom filter per UTC day of receipt answers "never seen" for nearly every new identifier without
touching the log. Every "maybe" is looked up in the log, within the writer's transaction, so the
answer is exact. Until the filter has been rebuilt after a start, everything is "maybe".
"""

import threading
from collections.abc import Hashable, Sequence
from itertools import groupby

from rbloom import Bloom

from taximeter.ingest.event import LoggedEvent, MeterEvent
from taximeter.ingest.log import Identity, UsageLog
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.periods import DAY_SECONDS, HOUR_SECONDS
from taximeter.settings import Settings

_DAY_US = DAY_SECONDS * MICROSECONDS
_FIRST_SEGMENT_ITEMS = 50_000
_SEGMENT_ITEMS_MAX = 20_000_000
_FALSE_POSITIVES = 1e-9


class DayFilter:
    """A Bloom filter that grows: each full segment is followed by one of four times its size."""

    def __init__(self) -> None:
        """Start with one small, empty segment."""
        self._room = _FIRST_SEGMENT_ITEMS
        self._capacity = _FIRST_SEGMENT_ITEMS
        self._segments = [Bloom(self._room, _FALSE_POSITIVES)]

    def __contains__(self, item: Hashable) -> bool:
        """Say whether the item may have been added; False is certain."""
        return any(item in segment for segment in self._segments)

    def maybe(self, items: Sequence[Hashable]) -> list[Hashable]:
        """Return the items that may have been added; one segment after the other is fastest."""
        return [item for segment in list(self._segments) for item in items if item in segment]

    def add(self, items: Sequence[Hashable]) -> None:
        """Add items."""
        start = 0
        while start < len(items):
            taken = items[start : start + self._room]
            self._segments[-1].update(taken)
            self._room -= len(taken)
            start += len(taken)
            if not self._room:
                self._capacity = min(self._capacity * 4, _SEGMENT_ITEMS_MAX)
                self._room = self._capacity
                self._segments.append(Bloom(self._capacity, _FALSE_POSITIVES))


class SeenFilter:
    """What was claimed within a window of days, each day dropped whole when it leaves."""

    def __init__(self, *, window_us: int) -> None:
        """Remember for at least `window_us`, rounded up to whole days."""
        self.window_us = window_us
        self._days: dict[int, DayFilter] = {}
        self._changing = threading.Lock()

    def add(self, items: Sequence[Identity], *, received_at_us: int) -> None:
        """Remember items received at this moment."""
        if not items:
            return
        day = received_at_us // _DAY_US
        with self._changing:
            if day not in self._days:
                self._days[day] = DayFilter()
            self._days[day].add(list(map(hash, items)))

    def maybe(self, items: Sequence[Identity]) -> list[Identity]:
        """Return the items that may have been added; each is hashed once for all days."""
        hashes = list(map(hash, items))
        found = {one for day in list(self._days.values()) for one in day.maybe(hashes)}
        return [item for item, one in zip(items, hashes, strict=True) if one in found]

    def forget(self, *, now_us: int) -> None:
        """Drop the days that lie wholly before the window."""
        first = (now_us - self.window_us) // _DAY_US
        with self._changing:
            for day in [day for day in self._days if day < first]:
                del self._days[day]


class Deduplicator:
    """Knows which identifiers and idempotency keys have been claimed, exactly."""

    def __init__(self, *, log: UsageLog, settings: Settings) -> None:
        """Start empty; until `rebuild` has run, every question goes to the log."""
        self._log = log
        self._identifiers = SeenFilter(window_us=settings.identifier_window_days * _DAY_US)
        self._keys = SeenFilter(
            window_us=settings.idempotency_window_hours * HOUR_SECONDS * MICROSECONDS
        )
        self._stopping = False
        self.ready = False

    def rebuild(self, *, now_us: int) -> None:
        """Read what the log's window claims into the filter; may run beside the writer."""
        for batch in self._log.seen_since(now_us - self._identifiers.window_us):
            if self._stopping:
                return
            for day, group in groupby(batch, key=lambda row: row.received_at_us // _DAY_US):
                rows, at = list(group), day * _DAY_US
                self._identifiers.add(
                    [(row.environment, row.identifier) for row in rows], received_at_us=at
                )
                self._keys.add(
                    [
                        (row.environment, row.idempotency_key)
                        for row in rows
                        if row.idempotency_key is not None
                    ],
                    received_at_us=at,
                )
        self.ready = True

    def stop(self) -> None:
        """End a rebuild that is under way."""
        self._stopping = True

    def by_identifier(
        self, wanted: Sequence[Identity], *, now_us: int
    ) -> dict[Identity, LoggedEvent]:
        """Return the logged events that hold these identifiers."""
        maybe = self._identifiers.maybe(wanted) if self.ready else wanted
        if not maybe:
            return {}
        return self._log.with_identifiers(maybe, since_us=now_us - self._identifiers.window_us)

    def by_idempotency_key(
        self, wanted: Sequence[Identity], *, now_us: int
    ) -> dict[Identity, LoggedEvent]:
        """Return the logged events that these idempotency keys brought."""
        maybe = self._keys.maybe(wanted) if self.ready else wanted
        if not maybe:
            return {}
        return self._log.with_idempotency_keys(maybe, since_us=now_us - self._keys.window_us)

    def remember(self, events: Sequence[MeterEvent], *, received_at_us: int) -> None:
        """Note what these events claim, and forget what has left the window."""
        for seen in (self._identifiers, self._keys):
            seen.forget(now_us=received_at_us)
        self._identifiers.add(
            [(event.environment, event.identifier) for event in events],
            received_at_us=received_at_us,
        )
        self._keys.add(
            [
                (event.environment, event.origin.idempotency_key)
                for event in events
                if event.origin is not None
            ],
            received_at_us=received_at_us,
        )

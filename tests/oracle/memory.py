"""The usage store in memory: lists, looked through from end to end.

A backend as far as the protocols go, and slow enough to be obviously right; what other backends
answer is compared with it.
"""

import json
import threading
from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from taximeter.ingest.columns import LoggedRun
from taximeter.ingest.event import LoggedEvent
from taximeter.ingest.identifiers import idempotency_key_hash, identifier_hash
from taximeter.ingest.log import EVERY_ROW, Cancellation, Head, Identity, Rows, Seen
from taximeter.ingest.rejections import DuplicateCount, RejectedEvent
from taximeter.usage.reader import EventQuery, Total, UsageQuery
from tests.oracle.totals import brute_totals

SEEN_BATCH = 3


class Memory:
    """The rows of a log."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.events: list[LoggedEvent] = []
        self.cancellations: list[Cancellation] = []
        self.rejections: list[RejectedEvent] = []
        self.duplicates: list[DuplicateCount] = []

    def add(self, events: Sequence[LoggedEvent], cancellations: Sequence[Cancellation]) -> None:
        """Add rows, all of them or none."""
        new_events, new_cancellations = list(events), list(cancellations)
        with self.lock:
            self.events += new_events
            self.cancellations += new_cancellations

    def rows(self) -> tuple[list[LoggedEvent], list[Cancellation]]:
        """The rows of one moment."""
        with self.lock:
            return list(self.events), list(self.cancellations)

    def current(self) -> list[LoggedEvent]:
        """The events in their order, each cancelled or not."""
        events, cancellations = self.rows()
        at = {one.event_seq: one.received_at_us for one in cancellations}
        return [msgspec.structs.replace(one, canceled_at_us=at.get(one.seq)) for one in events]


class MemoryLog:
    """See `taximeter.ingest.log.UsageLog`."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def head(self) -> Head:
        events, cancellations = self._memory.rows()
        rows = [(one.seq, one.received_at_us) for one in events]
        rows += [(one.seq, one.received_at_us) for one in cancellations]
        return Head(*max(rows)) if rows else Head()

    def append(
        self,
        events: Sequence[LoggedEvent | LoggedRun],
        cancellations: Sequence[Cancellation],
        rejections: Sequence[RejectedEvent] = (),
        duplicates: Sequence[DuplicateCount] = (),
    ) -> None:
        singles: list[LoggedEvent] = []
        for one in events:
            singles += one.events() if isinstance(one, LoggedRun) else [one]
        self._memory.add(singles, cancellations)
        self._memory.rejections += rejections
        self._memory.duplicates += duplicates

    def _between(self, rows: Rows) -> list[LoggedEvent]:
        first, last = rows
        return [
            one
            for one in self._memory.current()
            if first <= one.seq and (last is None or one.seq <= last)
        ]

    def with_identifiers(
        self, wanted: Sequence[Identity], *, since_us: int, rows: Rows = EVERY_ROW
    ) -> dict[Identity, LoggedEvent]:
        found = {}
        for one in self._between(rows):
            identity = (one.event.environment, one.event.identifier)
            if identity in wanted and one.received_at_us >= since_us:
                found[identity] = one
        return found

    def with_idempotency_keys(
        self, wanted: Sequence[Identity], *, since_us: int, rows: Rows = EVERY_ROW
    ) -> dict[Identity, LoggedEvent]:
        found = {}
        for one in self._between(rows):
            if one.event.origin is None or one.received_at_us < since_us:
                continue
            identity = (one.event.environment, one.event.origin.idempotency_key)
            if identity in wanted:
                found[identity] = one
        return found

    def cancellations_of(self, event_seqs: Sequence[int]) -> dict[int, Cancellation]:
        _, cancellations = self._memory.rows()
        return {one.event_seq: one for one in cancellations if one.event_seq in event_seqs}

    def count_since(self, since_us: int) -> int:
        return 2 * sum(one.received_at_us >= since_us for one in self._memory.current())

    def seen_since(self, since_us: int) -> Iterator[Seen]:
        rows = [one for one in self._memory.current() if one.received_at_us >= since_us]
        for start in range(0, len(rows), SEEN_BATCH):
            some = rows[start : start + SEEN_BATCH]
            hashes = [identifier_hash(one.event.environment, one.event.identifier) for one in some]
            hashes += [
                idempotency_key_hash(one.event.environment, one.event.origin.idempotency_key)
                for one in some
                if one.event.origin is not None
            ]
            yield Seen(
                hashes=np.array(hashes, dtype=np.uint64),
                first_seq=some[0].seq,
                last_seq=some[-1].seq,
                received_at_us=some[-1].received_at_us,
            )


class MemoryReader:
    """See `taximeter.usage.reader.UsageReader`."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def totals(self, query: UsageQuery) -> Sequence[Total]:
        return brute_totals(*self._memory.rows(), query)

    def events(self, query: EventQuery) -> Sequence[LoggedEvent]:
        found = [one for one in self._memory.current() if _matches(one, query)]
        found.sort(key=lambda one: one.seq, reverse=query.after_seq is None)
        return found[: query.limit]

    def event(self, environment: int, identifier: str) -> LoggedEvent | None:
        found = None
        for one in self._memory.current():
            if (one.event.environment, one.event.identifier) == (environment, identifier):
                found = one
        return found


def _matches(one: LoggedEvent, query: EventQuery) -> bool:
    event, payload = one.event, json.loads(one.event.payload)
    return (
        event.environment == query.environment
        and query.event_name in (None, event.event_name)
        and query.meter in (None, event.meter)
        and query.customer in (None, event.customer)
        and (query.start_us is None or query.start_us <= event.timestamp_us)
        and (query.end_us is None or event.timestamp_us < query.end_us)
        and all(payload.get(key) == value for key, value in query.payload)
        and query.canceled in (None, one.canceled_at_us is not None)
        and (query.before_seq is None or one.seq < query.before_seq)
        and (query.after_seq is None or one.seq > query.after_seq)
    )

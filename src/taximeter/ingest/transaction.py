"""What is asked of the writer, what it answers, and how one commit decides between them."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

import msgspec

from taximeter.ingest.event import LoggedEvent, MeterEvent, Origin
from taximeter.ingest.identifiers import Deduplicator
from taximeter.ingest.log import Cancellation, Head, Identity, UsageLog


class CancelEvent(msgspec.Struct, frozen=True):
    """A request to take a logged event out of the totals."""

    target: LoggedEvent


class FindRequest(msgspec.Struct, frozen=True):
    """A question: has an event with this idempotency key been recorded?"""

    environment: int
    origin: Origin


class Recorded(msgspec.Struct, frozen=True):
    """The event is in the log."""

    logged: LoggedEvent


class Taken(msgspec.Struct, frozen=True):
    """Another event, already in the log, holds the identifier or the idempotency key."""

    by: Literal["identifier", "idempotency_key"]
    holder: LoggedEvent


class Canceled(msgspec.Struct, frozen=True):
    """The event is cancelled, by this request or by an earlier one."""

    cancellation: Cancellation


class Unclaimed(msgspec.Struct, frozen=True):
    """No event was recorded with the idempotency key."""


Entry: TypeAlias = MeterEvent | CancelEvent | FindRequest
Outcome: TypeAlias = Recorded | Taken | Canceled | Unclaimed


class Transaction:
    """Decides, entry by entry and in order, what one commit adds to the log."""

    def __init__(
        self,
        entries: Sequence[Entry],
        *,
        log: UsageLog,
        deduplicator: Deduplicator,
        head: Head,
        now_us: int,
    ) -> None:
        self._entries = entries
        self._now_us = now_us
        self.seq = head.seq
        self.events: list[LoggedEvent] = []
        self.cancellations: list[Cancellation] = []
        events = [entry for entry in entries if isinstance(entry, MeterEvent)]
        self._identifiers = deduplicator.by_identifier(
            [(event.environment, event.identifier) for event in events], now_us=now_us
        )
        self._keys = deduplicator.by_idempotency_key(
            [
                (entry.environment, entry.origin.idempotency_key)
                for entry in entries
                if not isinstance(entry, CancelEvent) and entry.origin is not None
            ],
            now_us=now_us,
        )
        canceled = [entry.target.seq for entry in entries if isinstance(entry, CancelEvent)]
        self._canceled = log.cancellations_of(canceled) if canceled else {}

    def decide(self) -> list[Outcome]:
        """Return an outcome for each entry; what is to be appended is then in the attributes."""
        return [self._outcome(entry) for entry in self._entries]

    def _outcome(self, entry: Entry) -> Outcome:
        match entry:
            case MeterEvent():
                return self._record(entry)
            case CancelEvent(target):
                return self._cancel(target)
            case FindRequest(environment, origin):
                holder = self._keys.get((environment, origin.idempotency_key))
                return Unclaimed() if holder is None else Taken("idempotency_key", holder)

    def _record(self, event: MeterEvent) -> Outcome:
        key: Identity | None = None
        if event.origin is not None:
            key = (event.environment, event.origin.idempotency_key)
            holder = self._keys.get(key)
            if holder is not None:
                return Taken("idempotency_key", holder)
        identity = (event.environment, event.identifier)
        holder = self._identifiers.get(identity)
        if holder is not None:
            return Taken("identifier", holder)
        self.seq += 1
        logged = LoggedEvent(seq=self.seq, received_at_us=self._now_us, event=event)
        self.events.append(logged)
        self._identifiers[identity] = logged
        if key is not None:
            self._keys[key] = logged
        return Recorded(logged)

    def _cancel(self, target: LoggedEvent) -> Outcome:
        existing = self._canceled.get(target.seq)
        if existing is not None:
            return Canceled(existing)
        self.seq += 1
        cancellation = Cancellation(
            seq=self.seq,
            received_at_us=self._now_us,
            environment=target.event.environment,
            event_seq=target.seq,
            identifier=target.event.identifier,
            meter=target.event.meter,
            customer=target.event.customer,
            timestamp_us=target.event.timestamp_us,
        )
        self.cancellations.append(cancellation)
        self._canceled[target.seq] = cancellation
        return Canceled(cancellation)

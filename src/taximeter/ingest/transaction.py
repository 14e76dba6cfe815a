"""What is asked of the writer, what it answers, and how one commit decides between them."""

from collections import Counter
from collections.abc import Sequence
from typing import Literal, TypeAlias

import msgspec
import numpy as np

from taximeter.ingest.batch import Batch
from taximeter.ingest.columns import LoggedRun, Run
from taximeter.ingest.event import LoggedEvent, MeterEvent, Origin
from taximeter.ingest.fingerprints import Hashes, Mask
from taximeter.ingest.identifiers import (
    Deduplicator,
    idempotency_key_hash,
    identifier_hash,
    repeated,
)
from taximeter.ingest.log import Cancellation, Head, Identity, UsageLog, cancel_event
from taximeter.ingest.rejections import DuplicateCount, RejectedEvent


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


class BatchRecorded(msgspec.Struct, frozen=True, kw_only=True):
    """Of a batch, how many events are in the log now, and which ones had been before."""

    recorded: int
    duplicates: Sequence[int] = ()


Entry: TypeAlias = MeterEvent | Batch | CancelEvent | FindRequest
Outcome: TypeAlias = Recorded | Taken | BatchRecorded | Canceled | Unclaimed


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
        clock_us: int,
    ) -> None:
        """Look up what the decisions need.

        New rows are dated `now_us`; windows end at `clock_us`, which is earlier after the clock
        was set back.
        """
        self._entries = entries
        self._now_us = now_us
        self._clock_us = clock_us
        self.seq = head.seq
        self.events: list[LoggedEvent | LoggedRun] = []
        self.cancellations: list[Cancellation] = []
        self.rejections: list[RejectedEvent] = []
        self._duplicates: Counter[tuple[int, str]] = Counter()
        self._hashes = _identifiers_claimed(entries)
        self._fresh: Mask = np.ones(self._hashes.size, dtype=np.bool_)
        self._next = 0
        self._key_hashes: list[int] = []
        self._suspect = self._look_up_identifiers(deduplicator)
        self._look_up_keys(deduplicator)
        canceled = [entry.target.seq for entry in entries if isinstance(entry, CancelEvent)]
        self._canceled = log.cancellations_of(canceled) if canceled else {}

    def _look_up_identifiers(self, deduplicator: Deduplicator) -> Mask:
        """Settle every identifier that may be known; the others are certainly new."""
        maybe = deduplicator.suspects(self._hashes)
        wanted: list[Identity] = []
        if maybe.mask.any():
            wanted = _identities_at(self._entries, maybe.mask)
        self._identifiers = deduplicator.by_identifier(wanted, now_us=self._clock_us, among=maybe)
        suspect: Mask = maybe.mask | repeated(self._hashes)
        return suspect

    def _look_up_keys(self, deduplicator: Deduplicator) -> None:
        keys = [
            (entry.environment, entry.origin.idempotency_key)
            for entry in self._entries
            if isinstance(entry, MeterEvent | FindRequest) and entry.origin is not None
        ]
        hashes = np.array([idempotency_key_hash(*key) for key in keys], dtype=np.uint64)
        maybe = deduplicator.suspects(hashes)
        wanted = [keys[index] for index in np.flatnonzero(maybe.mask)]
        self._keys = deduplicator.by_idempotency_key(wanted, now_us=self._clock_us, among=maybe)

    @property
    def adds_rows(self) -> bool:
        """Say whether there is anything to be kept."""
        return bool(self.events or self.cancellations or self.rejections or self._duplicates)

    @property
    def duplicates(self) -> list[DuplicateCount]:
        """Return how many events of batches were not counted again, by meter."""
        return [
            DuplicateCount(
                received_at_us=self._now_us, environment=environment, meter=meter, count=count
            )
            for (environment, meter), count in self._duplicates.items()
        ]

    def claimed(self) -> tuple[Hashes, Hashes]:
        """Return what the recorded events claim: identifiers, and idempotency keys."""
        return self._hashes[self._fresh], np.array(self._key_hashes, dtype=np.uint64)

    def decide(self) -> list[Outcome]:
        """Return an outcome for each entry; what is to be appended is then in the attributes."""
        return [self._outcome(entry) for entry in self._entries]

    def _outcome(self, entry: Entry) -> Outcome:
        match entry:
            case MeterEvent():
                return self._record(entry)
            case Batch():
                return self._record_batch(entry)
            case CancelEvent(target):
                return self._cancel(target)
            case FindRequest(environment, origin):
                holder = self._keys.get((environment, origin.idempotency_key))
                return Unclaimed() if holder is None else Taken("idempotency_key", holder)

    def _record(self, event: MeterEvent) -> Outcome:
        place, self._next = self._next, self._next + 1
        key: Identity | None = None
        if event.origin is not None:
            key = (event.environment, event.origin.idempotency_key)
            holder = self._keys.get(key)
            if holder is not None:
                self._fresh[place] = False
                return Taken("idempotency_key", holder)
        identity = (event.environment, event.identifier)
        holder = self._identifiers.get(identity)
        if holder is not None:
            self._fresh[place] = False
            return Taken("identifier", holder)
        self.seq += 1
        logged = LoggedEvent(seq=self.seq, received_at_us=self._now_us, event=event)
        self.events.append(logged)
        self._identifiers[identity] = logged
        if key is not None:
            self._keys[key] = logged
            self._key_hashes.append(idempotency_key_hash(*key))
        return Recorded(logged)

    def _record_batch(self, batch: Batch) -> BatchRecorded:
        recorded = 0
        duplicates: list[int] = []
        for run in batch.runs:
            again = self._again(run)
            if again:
                self._duplicates[run.environment, run.meter] += len(again)
                duplicates += [run.positions[index] for index in again]
                known = set(again)
                run = run.take([index for index in range(len(run)) if index not in known])
            if len(run):
                logged = LoggedRun(first_seq=self.seq + 1, received_at_us=self._now_us, run=run)
                self.events.append(logged)
                self.seq += len(run)
                recorded += len(run)
        for one in batch.refused:
            fields = msgspec.structs.asdict(one)
            del fields["position"]
            fields["payload"] = one.payload.decode()
            self.rejections.append(RejectedEvent(received_at_us=self._now_us, **fields))
        return BatchRecorded(recorded=recorded, duplicates=duplicates)

    def _again(self, run: Run) -> list[int]:
        """Return the indexes of a run's events that had been recorded; claim the others."""
        start, self._next = self._next, self._next + len(run)
        again: list[int] = []
        for index in map(int, np.flatnonzero(self._suspect[start : self._next])):
            identity = (run.environment, run.identifiers[index])
            if identity in self._identifiers:
                again.append(index)
                self._fresh[start + index] = False
            else:
                seq = self.seq + 1 + index - len(again)
                self._identifiers[identity] = LoggedEvent(
                    seq=seq, received_at_us=self._now_us, event=run.event(index)
                )
        return again

    def _cancel(self, target: LoggedEvent) -> Outcome:
        existing = self._canceled.get(target.seq)
        if existing is not None:
            return Canceled(existing)
        self.seq += 1
        cancellation = cancel_event(target, seq=self.seq, received_at_us=self._now_us)
        self.cancellations.append(cancellation)
        self._canceled[target.seq] = cancellation
        return Canceled(cancellation)


def _identifiers_claimed(entries: Sequence[Entry]) -> Hashes:
    """Return the hashes of all identifiers, in the order of the entries."""
    pieces: list[Hashes] = []
    singles: list[int] = []
    for entry in entries:
        if isinstance(entry, MeterEvent):
            singles.append(identifier_hash(entry.environment, entry.identifier))
        elif isinstance(entry, Batch):
            pieces += [np.array(singles, dtype=np.uint64)]
            pieces += [run.identifier_hashes for run in entry.runs]
            singles = []
    return np.concatenate([*pieces, np.array(singles, dtype=np.uint64)])


def _identities_at(entries: Sequence[Entry], mask: Mask) -> list[Identity]:
    """Return the identities at the marked places among all identifiers claimed."""
    found: list[Identity] = []
    start = 0
    for entry in entries:
        if isinstance(entry, MeterEvent):
            if mask[start]:
                found.append((entry.environment, entry.identifier))
            start += 1
        elif isinstance(entry, Batch):
            for run in entry.runs:
                marked = np.flatnonzero(mask[start : start + len(run)])
                found += [(run.environment, run.identifiers[int(index)]) for index in marked]
                start += len(run)
    return found

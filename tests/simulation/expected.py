"""What a server must know after each call: kept by hand, and asked by brute force."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from taximeter.ingest.event import LoggedEvent, MeterEvent, Origin
from taximeter.meters import Meter
from tests.oracle.memory import Memory, MemoryLog
from tests.oracle.worked import DAY_US, HOUR_US, cancellation
from tests.simulation.faults import payload_faults

IDENTIFIER_WINDOW_US = 36 * DAY_US
KEY_WINDOW_US = 30 * DAY_US
CANCEL_WINDOW_US = 24 * HOUR_US
AGE_SECONDS_MAX = 35 * 86_400
FUTURE_SECONDS_MAX = 300


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it was sent."""

    event_name: str
    payload: Mapping[str, str]
    identifier: str | None = None
    timestamp: int | None = None
    idempotency_key: str | None = None


Verdict = Literal["recorded", "replayed", "key reused", "duplicate", "refused"]


class Environment(msgspec.Struct, kw_only=True):
    """One environment's records; its usage lies in the log that all of them share."""

    id: int
    key: str
    meters: list[Meter] = []
    customers: dict[str, bool] = {}
    usage: Memory
    bodies: dict[int, object] = {}
    fingerprints: dict[str, int] = {}

    def holder_of_name(self, event_name: str) -> Meter | None:
        """The active meter with the name, else the newest inactive one."""
        named = [meter for meter in self.meters if meter.event_name == event_name]
        active = [meter for meter in named if meter.status == "active"]
        return [*named, *active][-1] if named else None

    def replace(self, meter: Meter) -> None:
        """Keep a changed meter in its place."""
        self.meters = [meter if one.id == meter.id else one for one in self.meters]

    def faults(self, sent: Sent, now_us: int) -> set[str]:
        """The codes with which an event may be refused; none means that it counts."""
        meter = self.holder_of_name(sent.event_name)
        if meter is None:
            return {"no_meter"}
        if meter.status == "inactive":
            return {"archived_meter"}
        found = payload_faults(sent.payload, meter)
        now = now_us // 1_000_000
        if sent.timestamp is not None and sent.timestamp < now - AGE_SECONDS_MAX:
            found.add("timestamp_too_far_in_past")
        if sent.timestamp is not None and sent.timestamp > now + FUTURE_SECONDS_MAX:
            found.add("timestamp_in_future")
        customer = sent.payload.get(meter.customer_key)
        if customer and not self.customers.get(customer, False):
            found.add("resource_missing")
        return found

    def verdict(self, sent: Sent, now_us: int) -> tuple[Verdict, LoggedEvent | None]:
        """What becomes of an event, and which earlier one decides it."""
        log = MemoryLog(self.usage)
        holder = None
        if sent.idempotency_key is not None:
            wanted = (self.id, sent.idempotency_key)
            found = log.with_idempotency_keys([wanted], since_us=now_us - KEY_WINDOW_US)
            holder = found.get(wanted)
        same = holder is not None and holder.event.origin == self.origin_of(sent)
        if self.faults(sent, now_us):
            return ("replayed", holder) if same else ("refused", None)
        if holder is not None:
            return ("replayed" if same else "key reused", holder)
        if sent.identifier is not None:
            identity = (self.id, sent.identifier)
            taken = log.with_identifiers([identity], since_us=now_us - IDENTIFIER_WINDOW_US)
            if taken:
                return "duplicate", taken[identity]
        return "recorded", None

    def origin_of(self, sent: Sent) -> Origin | None:
        """A key and a number for what was sent with it, the same for the same parameters."""
        if sent.idempotency_key is None:
            return None
        asked = (sent.event_name, sorted(sent.payload.items()), sent.identifier, sent.timestamp)
        number = self.fingerprints.setdefault(repr(asked), len(self.fingerprints))
        return Origin(sent.idempotency_key, number)

    def record(self, sent: Sent, *, body: dict[str, object], now_us: int) -> LoggedEvent:
        """Add the event that an answer speaks of to the log."""
        meter = self.holder_of_name(sent.event_name)
        assert meter is not None, "a recorded event has a meter"
        event = MeterEvent(
            environment=self.id,
            meter=meter.id,
            event_name=sent.event_name,
            customer=sent.payload[meter.customer_key],
            identifier=str(body["identifier"]),
            timestamp_us=int(str(body["timestamp"])) * 1_000_000,
            value=None,
            value_text=None,
            dimensions="",
            rollup=meter.rollup,
            payload=msgspec.json.encode(sent.payload).decode(),
            origin=self.origin_of(sent),
        )
        row = LoggedEvent(seq=self.next_seq(), received_at_us=now_us, event=event)
        self.usage.add([row], [])
        self.bodies[row.seq] = body
        return row

    def cancel(self, target: LoggedEvent, *, now_us: int) -> None:
        """Add a cancellation to the log."""
        row = cancellation(target, seq=self.next_seq(), received_at_us=now_us)
        self.usage.add([], [row])

    def next_seq(self) -> int:
        """The number of the next row."""
        return MemoryLog(self.usage).head().seq + 1

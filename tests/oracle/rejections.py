"""What became of events, counted in memory: see `taximeter.reports.reader.RejectionReader`."""

import zlib
from collections import Counter, defaultdict
from collections.abc import Sequence

import msgspec

from taximeter.ingest.rejections import RejectedEvent
from taximeter.reports.reader import (
    MinuteCount,
    MinuteQuery,
    PlacedRejection,
    RejectedQuery,
)
from taximeter.reports.report import Fault, Sample
from tests.oracle.memory import Memory

Key = tuple[int, str]


class MemoryRejections:
    """Looks through everything, each time."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def first_rejection_us(self, since_us: int) -> int | None:
        found = [one.received_at_us for one in self._memory.rejections]
        return min((one for one in found if one >= since_us), default=None)

    def faults(
        self, start_us: int, end_us: int, *, window_us: int, samples_max: int
    ) -> Sequence[Fault]:
        groups: defaultdict[tuple[object, ...], list[RejectedEvent]] = defaultdict(list)
        for one in self._memory.rejections:
            if start_us <= one.received_at_us < end_us:
                window = one.received_at_us // window_us * window_us
                groups[one.environment, one.meter or "", window, one.code].append(one)
        return [_fault(group, window_us, samples_max) for group in groups.values()]

    def minutes(self, query: MinuteQuery) -> Sequence[MinuteCount]:
        accepted: Counter[Key] = Counter()
        duplicate: Counter[Key] = Counter()
        rejected: defaultdict[Key, Counter[str]] = defaultdict(Counter)

        def key(environment: int, received_at_us: int, meter: str | None) -> Key | None:
            if environment != query.environment:
                return None
            if not query.start_us <= received_at_us < query.end_us:
                return None
            return received_at_us // query.window_us * query.window_us, meter or ""

        for logged in self._memory.current():
            event = logged.event
            if found := key(event.environment, logged.received_at_us, event.meter):
                accepted[found] += 1
        for double in self._memory.duplicates:
            if found := key(double.environment, double.received_at_us, double.meter):
                duplicate[found] += double.count
        for one in self._memory.rejections:
            if found := key(one.environment, one.received_at_us, one.meter):
                rejected[found][one.code] += 1
        rows = sorted(
            place
            for place in {*accepted, *duplicate, *rejected}
            if query.meter in (None, place[1])
            and (query.after is None or place < query.after)
            and (query.before is None or place > query.before)
        )
        return [
            MinuteCount(
                start_us=minute,
                meter=meter or None,
                accepted=accepted[minute, meter],
                duplicate=duplicate[minute, meter],
                rejected=tuple(sorted(rejected[minute, meter].items())),
            )
            for minute, meter in (rows[::-1] if query.before is None else rows)[: query.limit]
        ]

    def rejected(self, query: RejectedQuery) -> Sequence[PlacedRejection]:
        twins: Counter[tuple[int, int]] = Counter()
        placed: list[PlacedRejection] = []
        for one in self._memory.rejections:
            fingerprint = zlib.crc32(msgspec.json.encode(one))
            twins[one.received_at_us, fingerprint] += 1
            place = (one.received_at_us, fingerprint, twins[one.received_at_us, fingerprint])
            if _matches(one, query):
                placed.append(PlacedRejection(place, one))
        placed = [
            one
            for one in sorted(placed, key=lambda one: one.place, reverse=query.before is None)
            if (query.after is None or one.place < query.after)
            and (query.before is None or one.place > query.before)
        ]
        return placed[: query.limit]


def _fault(group: Sequence[RejectedEvent], window_us: int, samples_max: int) -> Fault:
    first = group[0]
    ordered = sorted(group, key=lambda one: (one.received_at_us, one.identifier))
    return Fault(
        environment=first.environment,
        meter=first.meter,
        window_start_us=first.received_at_us // window_us * window_us,
        code=first.code,
        count=len(group),
        samples=tuple(
            Sample(identifier=one.identifier, message=one.message) for one in ordered[:samples_max]
        ),
    )


def _matches(one: RejectedEvent, query: RejectedQuery) -> bool:
    return (
        one.environment == query.environment
        and query.meter in (None, one.meter)
        and query.code in (None, one.code)
        and (query.start_us is None or query.start_us <= one.received_at_us)
        and (query.end_us is None or one.received_at_us < query.end_us)
    )

"""Totals recomputed from the payloads by the formulas themselves, one customer at a time."""

from decimal import Decimal
from typing import Any

from taximeter.audit.payload import Reread
from taximeter.ingest.event import LoggedEvent
from taximeter.kit.periods import floor_us
from taximeter.meters import Meter
from taximeter.usage.aggregate import FORMULAS, Counted


class Running:
    """A formula over a stream of events.

    States are merged like the digits of a binary counter, each with one of its own size, which is
    allowed because merging is associative: sets of texts are so copied log n times, not n times.
    """

    def __init__(self, meter: Meter) -> None:
        """Start with no event."""
        self._formula = FORMULAS[meter.formula]
        self._levels: list[Any] = []

    def add(self, event: Counted) -> None:
        """Take one more event in."""
        state = self._formula.state_of(event)
        for level, other in enumerate(self._levels):
            if other is None:
                self._levels[level] = state
                return
            state = self._formula.merge(other, state)
            self._levels[level] = None
        self._levels.append(state)

    def result(self) -> Decimal | None:
        """Return the total, or None where there was no event."""
        total: Any = None
        for state in self._levels:
            if state is not None:
                total = state if total is None else self._formula.merge(state, total)
        return None if total is None else self._formula.result(total)


class Recount:
    """The total of one customer on one meter; events are added by number."""

    def __init__(self, meter: Meter) -> None:
        """Start with no event."""
        self._meter = meter
        self._running = Running(meter)
        self._survivors: dict[tuple[str, int], Counted] = {}

    def add(self, logged: LoggedEvent, again: Reread) -> None:
        """Count an event that is not cancelled; on a pre-aggregated meter it replaces others."""
        event = Counted(
            seq=logged.seq,
            timestamp_us=logged.event.timestamp_us,
            value=again.reading.value,
            text=again.reading.text,
        )
        window = self._meter.event_time_window
        if window is None:
            self._running.add(event)
        else:
            self._survivors[again.dimensions, floor_us(event.timestamp_us, window)] = event

    def result(self) -> Decimal | None:
        """Return the total, or None where nothing counts."""
        for event in self._survivors.values():
            self._running.add(event)
        self._survivors = {}
        return self._running.result()

"""Time is an argument: every part that needs to know the time is handed a clock."""

import time
from typing import Protocol

MICROSECONDS = 1_000_000


class Clock(Protocol):
    """Tells the time in microseconds since the Unix epoch."""

    def now_us(self) -> int:
        """Return the present moment, in microseconds since the Unix epoch."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now_us(self) -> int:
        """Return the machine's time, in microseconds since the Unix epoch."""
        return time.time_ns() // 1_000


class SteppingClock:
    """A clock that stands still until it is told to move; simulations run on it."""

    def __init__(self, now_us: int) -> None:
        """Start at `now_us`."""
        self._now_us = now_us

    def now_us(self) -> int:
        """Return the moment at which the clock was last set."""
        return self._now_us

    def advance(self, *, seconds: float) -> None:
        """Move forward; time never runs backwards."""
        assert seconds >= 0, "a clock only moves forward"
        self._now_us += round(seconds * MICROSECONDS)


def now_s(clock: Clock) -> int:
    """Return the present moment in whole Unix seconds, the unit of Stripe's v1 API."""
    return clock.now_us() // MICROSECONDS

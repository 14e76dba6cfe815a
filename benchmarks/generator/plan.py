"""What the load generator is asked to do, and what it saw: both travel as JSON."""

from collections.abc import Sequence

import msgspec

EVENTS_A_REQUEST = 100


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """What the events look like; every one has an identifier that nobody has sent before."""

    customers: int
    dimensions: bool = False
    """With the model and the kind of token, on a meter that keeps both."""
    timestamps: bool = True
    """Each with its own moment; without, the server's moment counts."""

    def __str__(self) -> str:
        more = [
            *(["2 dimensions"] if self.dimensions else []),
            *([] if self.timestamps else ["no timestamps"]),
        ]
        return ", ".join([f"{self.customers:,} customers", *more])


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """One run: warm up, then measure for so many seconds.

    Without `events_per_second` the loop is closed: each connection sends as soon as it has its
    answer. With it the loop is open: requests are due at even intervals, whatever the answers do.
    """

    address: str
    key: str
    shape: Shape
    connections: int
    seconds: float
    warm_up_seconds: float
    events_per_second: float | None = None


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a run. Times are in seconds; all but `sent` leave the warm-up out.

    In an open loop a latency begins when its request was due, not when a connection was free.
    `seconds` ends with the last answer, so that nobody is credited with what he still owes.
    """

    sent: int
    """Events answered in the whole run, warm-up included."""
    events: int
    refused: int
    """Requests answered with anything but 200."""
    seconds: float
    p50: float
    p95: float
    p99: float
    longest: float
    longest_gap: float
    """The longest time without an answer."""
    cpu_seconds: float
    """What the generator itself used of the processor."""
    by_second: Sequence[int]
    """Events answered in each second."""

    @property
    def per_second(self) -> float:
        """Return the events answered in a second."""
        return self.events / self.seconds

    @property
    def cpu_us_per_event(self) -> float:
        """Return the generator's own microseconds for an event."""
        return self.cpu_seconds * 1e6 / max(1, self.events)

"""How large a run is: `quick` only shows that everything still works."""

from typing import NamedTuple


class Scale(NamedTuple):
    """The sizes that all benchmarks share."""

    name: str
    repeats: int
    """Runs of each measurement; the median is what counts."""
    load_seconds: float
    warm_up_seconds: float
    stored_events: tuple[int, ...]
    customers: int
    busy_customers: int
    """Few enough for each of them to have sent something within the warm-up."""
    reads: int
    """Single reads of which the percentiles are taken."""
    writer_seconds: float
    identifiers: int


FULL = Scale("full", 3, 20.0, 2.0, (1_000_000, 10_000_000), 20_000, 1_000, 200, 3.0, 4_000_000)
QUICK = Scale("quick", 1, 0.5, 0.1, (2_000,), 20, 10, 5, 0.1, 20_000)

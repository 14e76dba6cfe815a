"""How large a run is: `quick` only shows that everything still works."""

from typing import NamedTuple


class Scale(NamedTuple):
    """The sizes that all benchmarks share."""

    name: str
    repeats: int
    """Runs of each measurement; the median is what counts."""
    load_seconds: float
    sustained_seconds: float
    """For what has to hold for long, and for what happens only now and then."""
    warm_up_seconds: float
    stored_events: tuple[int, ...]
    baseline_events: int
    """What both sides hold beforehand in the second half of their comparison."""
    customers: int
    busy_customers: int
    """Few enough for each of them to have sent something within the warm-up."""
    connections: int
    """Of the load on the stream; each has one request of 100 events under way."""
    beside_per_second: int
    """Events a second that are sent while totals are read."""
    reads: int
    """Single reads of which the percentiles are taken."""
    trials: int
    """Times that something is written and looked for."""
    tail_events: int
    """After so many events a tail is moved, where moves are what is measured."""
    writer_seconds: float
    identifiers: int
    import_rows: int


FULL = Scale(
    name="full",
    repeats=3,
    load_seconds=20.0,
    sustained_seconds=60.0,
    warm_up_seconds=2.0,
    stored_events=(10_000_000, 100_000_000),
    baseline_events=10_000_000,
    customers=20_000,
    busy_customers=1_000,
    connections=64,
    beside_per_second=20_000,
    reads=300,
    trials=2_000,
    tail_events=250_000,
    writer_seconds=3.0,
    identifiers=4_000_000,
    import_rows=3_000_000,
)
QUICK = Scale(
    name="quick",
    repeats=1,
    load_seconds=0.2,
    sustained_seconds=0.3,
    warm_up_seconds=0.05,
    stored_events=(2_000,),
    baseline_events=1_000,
    customers=200,
    busy_customers=100,
    connections=4,
    beside_per_second=1_000,
    reads=5,
    trials=10,
    tail_events=5_000,
    writer_seconds=0.1,
    identifiers=20_000,
    import_rows=2_000,
)

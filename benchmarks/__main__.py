"""`python -m benchmarks [quick] [once] [NAME...]`: the named benchmarks, or the published ones.

`quick` measures nothing and shows that all works; `once` leaves the repetitions away.
"""

import sys
from collections.abc import Callable, Sequence
from time import perf_counter

from benchmarks import (
    alerts,
    authorize,
    checkpoints,
    deliveries,
    generator_alone,
    http_servers,
    identifiers,
    imports,
    invoices,
    pages,
    queries,
    restart,
    simulation,
    single_events,
    stream,
    stream_latency,
    stream_stored,
    visible,
    writer_alone,
)
from benchmarks.aims import Held, print_aims
from benchmarks.baseline import compare
from benchmarks.machine import describe
from benchmarks.scale import FULL, QUICK, Scale

BENCHMARKS: dict[str, Callable[[Scale], Sequence[Held]]] = {
    "stream": stream.run,
    "stream_latency": stream_latency.run,
    "stream_stored": stream_stored.run,
    "imports": imports.run,
    "single_events": single_events.run,
    "visible": visible.run,
    "queries": queries.run,
    "authorize": authorize.run,
    "alerts": alerts.run,
    "invoices": invoices.run,
    "simulation": simulation.run,
    "deliveries": deliveries.run,
    "pages": pages.run,
    "checkpoints": checkpoints.run,
    "restart": restart.run,
    "baseline": compare.run,
    "writer": writer_alone.run,
    "generator": generator_alone.run,
    "identifiers": identifiers.run,
    "http_servers": http_servers.run,
}

FOR_DECISIONS = {"identifiers", "http_servers"}
"""They settled how this is built, and run only when they are named."""


def main() -> None:
    asked = sys.argv[1:]
    scale = QUICK if "quick" in asked else FULL
    if "once" in asked:
        scale = scale._replace(repeats=1)
    names = [name for name in asked if name not in {"quick", "once"}] or [
        name for name in BENCHMARKS if name not in FOR_DECISIONS
    ]
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        sys.exit(f"no benchmark called {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}")
    print(describe())
    held: list[Held] = []
    for name in names:
        begin = perf_counter()
        held += BENCHMARKS[name](scale)
        print(f"({name}: {perf_counter() - begin:.0f} s)", flush=True)
    if held:
        print_aims(held)


if __name__ == "__main__":
    main()

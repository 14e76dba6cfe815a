"""`python -m benchmarks [quick] [NAME...]`: runs the named benchmarks, or all of them."""

import sys
from collections.abc import Callable

from benchmarks import (
    http_servers,
    identifiers,
    restart,
    single_events,
    summaries,
    writer_alone,
)
from benchmarks.machine import describe
from benchmarks.scale import FULL, QUICK, Scale

BENCHMARKS: dict[str, Callable[[Scale], None]] = {
    "single_events": single_events.run,
    "writer": writer_alone.run,
    "summaries": summaries.run,
    "restart": restart.run,
    "identifiers": identifiers.run,
    "http_servers": http_servers.run,
}


def main() -> None:
    asked = sys.argv[1:]
    scale = QUICK if "quick" in asked else FULL
    names = [name for name in asked if name != "quick"] or list(BENCHMARKS)
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        sys.exit(f"no benchmark called {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}")
    print(describe())
    for name in names:
        BENCHMARKS[name](scale)


if __name__ == "__main__":
    main()

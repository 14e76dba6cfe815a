"""What the load generator itself costs: the same load on a server that does nothing with it."""

import sys
from pathlib import Path
from statistics import median

from benchmarks.aims import Held
from benchmarks.generator.plan import Shape
from benchmarks.scale import Scale
from benchmarks.served import served
from benchmarks.streaming import plan, stream
from benchmarks.table import print_table, whole

RATES = (None, 20_000.0, 200_000.0)


def run(scale: Scale) -> list[Held]:
    rows = []
    with served(Path(), [sys.executable, "-m", "benchmarks.generator.nothing"]) as server:
        for shape in (
            Shape(customers=scale.customers),
            Shape(customers=scale.customers, dimensions=True),
        ):
            for rate in RATES:
                load = plan(
                    server,
                    scale,
                    shape=shape,
                    seconds=scale.writer_seconds,
                    events_per_second=rate,
                )
                runs = [stream(server, load).seen for _ in range(scale.repeats)]
                rows.append(
                    [
                        shape,
                        "as fast as it goes" if rate is None else f"{whole(rate)}/s",
                        whole(median(one.per_second for one in runs)),
                        f"{median(one.cpu_us_per_event for one in runs):.2f} µs",
                    ]
                )
    print_table(
        f"the load generator against a server that does nothing, {scale.writer_seconds:g} s a run, "
        f"medians of {scale.repeats}",
        ["events of", "wanted", "events/s", "generator"],
        rows,
    )
    return []

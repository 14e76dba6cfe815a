"""How long a request takes at a quarter, a half, three quarters and the whole of the peak rate.

The rates are held by a clock and a latency counts from the moment that its request was due, so that
a server that hesitates is charged for all that waited meanwhile.
"""

from benchmarks.aims import Held
from benchmarks.generator.plan import Shape
from benchmarks.scale import Scale
from benchmarks.served import served
from benchmarks.stored import copied
from benchmarks.streaming import HEAD, Streamed, cells, plan, stream
from benchmarks.table import print_table, whole

SHARES = (0.25, 0.5, 0.75, 1.0)


def run(scale: Scale) -> list[Held]:
    shape = Shape(customers=scale.customers)
    with copied(0, scale.customers) as data, served(data) as server:
        peak = stream(server, plan(server, scale, shape=shape)).seen.per_second
    runs: dict[float, list[Streamed]] = {share: [] for share in SHARES}
    for _ in range(scale.repeats):
        with copied(0, scale.customers) as data, served(data) as server:
            for share in SHARES:
                paced = plan(server, scale, shape=shape, events_per_second=peak * share)
                runs[share].append(stream(server, paced))
    print_table(
        f"open loop at shares of a measured peak of {whole(peak)} events/s, latencies from the "
        f"moment a request was due, {scale.load_seconds:g} s a run, medians of {scale.repeats}",
        ["share of peak", "wanted/s", *HEAD],
        [
            [f"{share:.0%}", whole(peak * share), *cells(measured)]
            for share, measured in runs.items()
        ],
    )
    return []

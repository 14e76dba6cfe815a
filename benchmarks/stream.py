"""Peak throughput of `POST /v2/billing/meter_event_stream`: closed loop, all checks, durable."""

from statistics import median

from benchmarks.aims import Held
from benchmarks.generator.plan import EVENTS_A_REQUEST, Shape
from benchmarks.processes import peak_memory_mb
from benchmarks.scale import Scale
from benchmarks.served import served
from benchmarks.stored import bytes_on_disk, copied
from benchmarks.streaming import HEAD, Streamed, cells, plan, stream
from benchmarks.table import milliseconds, print_table, whole

RATE_MIN, P99_SECONDS_MAX = 200_000, 0.150


def run(scale: Scale) -> list[Held]:
    sustained = Shape(customers=scale.customers)
    shapes = {
        sustained: scale.sustained_seconds,
        Shape(customers=scale.busy_customers): scale.load_seconds,
        Shape(customers=scale.customers, timestamps=False): scale.load_seconds,
        Shape(customers=scale.customers, dimensions=True): scale.load_seconds,
    }
    runs: dict[Shape, list[Streamed]] = {shape: [] for shape in shapes}
    peaks: dict[Shape, list[float]] = {shape: [] for shape in shapes}
    sizes: dict[Shape, list[float]] = {shape: [] for shape in shapes}
    # In turns, so that a change on the machine meets all of them.
    for _ in range(scale.repeats):
        for shape, seconds in shapes.items():
            with copied(0, scale.customers) as data:
                with served(data) as server:
                    one = stream(server, plan(server, scale, shape=shape, seconds=seconds))
                    peaks[shape].append(peak_memory_mb(server.pid))
                runs[shape].append(one)
                sizes[shape].append(bytes_on_disk(data) / max(1, one.seen.sent))
    print_table(
        f"stream of {EVENTS_A_REQUEST} events a request over {scale.connections} connections, "
        f"{scale.sustained_seconds:g} s a run in the first row and {scale.load_seconds:g} s in the "
        f"others, medians of {scale.repeats}; server and generator: processor time an event",
        ["events of", *HEAD, "peak memory", "bytes/event"],
        [
            [
                shape,
                *cells(runs[shape]),
                f"{median(peaks[shape]):.0f} MB",
                f"{median(sizes[shape]):.0f}",
            ]
            for shape in shapes
        ],
    )
    rate = median(one.seen.per_second for one in runs[sustained])
    p99 = median(one.seen.p99 for one in runs[sustained])
    return [
        Held(
            f"stream, {EVENTS_A_REQUEST} events a request, {scale.sustained_seconds:g} s",
            f"{RATE_MIN:,} events/s; p99 < {milliseconds(P99_SECONDS_MAX)}",
            f"{whole(rate)} events/s; p99 {milliseconds(p99)}",
            rate >= RATE_MIN and p99 < P99_SECONDS_MAX,
        )
    ]

"""Whether the stream slows down as the log grows: peak throughput over events stored before."""

from pathlib import Path
from statistics import median

from benchmarks.aims import Held
from benchmarks.chart import Point, line_chart
from benchmarks.generator.plan import Shape
from benchmarks.processes import memory_mb, peak_memory_mb, wait_until_idle
from benchmarks.scale import Scale
from benchmarks.served import served
from benchmarks.stored import CACHE, copied
from benchmarks.streaming import HEAD, Streamed, cells, plan, stream
from benchmarks.table import megabytes, print_table

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
MEMORY_MB_MAX = 1_500


def run(scale: Scale) -> list[Held]:
    shape = Shape(customers=scale.customers)
    rows, points = [], []
    after = 0.0
    for stored in (0, *scale.stored_events):
        runs: list[Streamed] = []
        # One server for all the runs at a size: what they add is little beside what there is.
        with copied(stored, scale.customers) as data, served(data) as server:
            wait_until_idle(server.pid)
            before = memory_mb(server.pid)
            for _ in range(scale.repeats):
                runs.append(stream(server, plan(server, scale, shape=shape)))
            wait_until_idle(server.pid)
            after, peak = memory_mb(server.pid), peak_memory_mb(server.pid)
        rates = [one.seen.per_second for one in runs]
        points.append(Point(stored, _short(stored), median(rates), min(rates), max(rates)))
        memory = [megabytes(value) for value in (before, peak, after)]
        rows.append([f"{stored:,}", *cells(runs), *memory])
    print_table(
        f"peak throughput of the stream over what is stored before, {scale.load_seconds:g} s a "
        f"run, medians of {scale.repeats}; memory before, at its peak and at rest afterwards",
        ["stored events", *HEAD, "before", "peak", "after"],
        rows,
    )
    _draw(points, scale)
    return [
        Held(
            f"memory with {scale.stored_events[-1]:,} identifiers, at rest after load",
            f"< {MEMORY_MB_MAX:,} MB",
            megabytes(after),
            after < MEMORY_MB_MAX,
        )
    ]


def _short(events: int) -> str:
    return f"{events // 1_000_000} M" if events >= 1_000_000 else f"{events:,}"


def _draw(points: list[Point], scale: Scale) -> None:
    """Keep the chart: a full run's stands in the documentation."""
    folder = IMAGES if scale.name == "full" else CACHE
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "stream_stored.svg"
    file.write_text(
        line_chart(
            title="Events a second on two cores, durable and deduplicated",
            x_name="events stored before",
            points=points,
        ),
        encoding="utf-8",
    )
    print(f"![Events a second over the number of stored events](images/{file.name})")

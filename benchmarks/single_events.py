"""Single events over `POST /v1/billing/meter_events`, durable before each answer."""

from statistics import median

from benchmarks.aims import Held
from benchmarks.processes import peak_memory_mb
from benchmarks.scale import Scale
from benchmarks.served import load, served
from benchmarks.stored import copied
from benchmarks.table import milliseconds, print_table, whole

RATE_MIN = 5_000


def run(scale: Scale) -> list[Held]:
    cases = [
        (1, scale.busy_customers),
        (64, scale.busy_customers),
        # Many of these are heard of for the first time during the run, and are looked up then.
        (64, scale.customers),
    ]
    rows, by_case = [], list[float]()
    for connections, customers in cases:
        runs, peaks = [], []
        for _ in range(scale.repeats):
            with copied(0, scale.customers) as data, served(data) as server:
                runs.append(
                    load(server.address, scale, connections=connections, customers=customers)
                )
                peaks.append(peak_memory_mb(server.pid))
        rates = [one.per_second for one in runs]
        by_case.append(median(rates))
        rows.append(
            [
                connections,
                f"{customers:,}",
                whole(median(rates)),
                f"{whole(min(rates))}-{whole(max(rates))}",
                *(
                    milliseconds(median(getattr(one, name) for one in runs))
                    for name in ("p50", "p95", "p99")
                ),
                sum(one.refused for one in runs),
                f"{median(peaks):.0f} MB",
            ]
        )
    print_table(
        f"v1 single events, {scale.load_seconds:g} s a run, medians of {scale.repeats}",
        [
            "connections",
            "customers",
            "requests/s",
            "range",
            "p50",
            "p95",
            "p99",
            "refused",
            "peak memory",
        ],
        rows,
    )
    return [
        Held(
            "v1 single events, 64 connections",
            f"{RATE_MIN:,} requests/s",
            f"{whole(rate)} requests/s with {customers:,} customers",
            rate >= RATE_MIN,
        )
        for (connections, customers), rate in zip(cases, by_case, strict=True)
        if connections > 1
    ]

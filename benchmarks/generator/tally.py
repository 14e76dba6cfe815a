"""What is counted while a load runs."""

from collections import Counter
from resource import RUSAGE_SELF, getrusage

from benchmarks.generator.plan import EVENTS_A_REQUEST, Seen
from benchmarks.table import percentile


def own_cpu_seconds() -> float:
    used = getrusage(RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class Tally:
    """Notes answers; what is to be measured begins at a moment, and ends with the last answer."""

    def __init__(self, begin: float) -> None:
        self._begin = begin
        self._sent = 0
        self._last = begin
        self._longest_gap = 0.0
        self._latencies: list[float] = []
        self._by_second: Counter[int] = Counter()
        self._cpu_before = 0.0
        self.refused = 0

    def answered(self, since: float, now: float, good: bool) -> None:
        """Note an answer to a request whose latency counts from `since`."""
        if not good:
            self.refused += 1
            return
        self._sent += 1
        if now < self._begin:
            return
        if not self._by_second:
            self._cpu_before = own_cpu_seconds()
        self._longest_gap = max(self._longest_gap, now - self._last)
        self._last = now
        self._by_second[int(now - self._begin)] += EVENTS_A_REQUEST
        if since >= self._begin:
            self._latencies.append(now - since)

    def seen(self) -> Seen:
        """Return what there was between the begin and the last answer."""
        latencies = sorted(self._latencies)
        seconds = range(max(self._by_second, default=-1) + 1)
        return Seen(
            sent=self._sent * EVENTS_A_REQUEST,
            events=sum(self._by_second.values()),
            refused=self.refused,
            seconds=max(1e-9, self._last - self._begin),
            p50=percentile(latencies, 0.50),
            p95=percentile(latencies, 0.95),
            p99=percentile(latencies, 0.99),
            longest=latencies[-1] if latencies else 0.0,
            longest_gap=self._longest_gap,
            cpu_seconds=own_cpu_seconds() - self._cpu_before,
            by_second=[self._by_second[second] for second in seconds],
        )

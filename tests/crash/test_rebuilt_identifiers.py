"""Identifiers are read back beside the writer, which neither waits nor stumbles."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from taximeter.ingest.identifiers import SeenFilter
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.periods import DAY_SECONDS

DAY_US = DAY_SECONDS * MICROSECONDS
DAYS = 1_000


@pytest.fixture
def eager_threads() -> Iterator[None]:
    """Threads that take turns as often as they can."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("eager_threads")
def test_days_are_forgotten_while_others_are_read_back() -> None:
    seen = SeenFilter(window_us=2 * DAYS * DAY_US)

    def read_back() -> None:
        for day in range(DAYS):
            seen.add([(1, str(day))], received_at_us=day * DAY_US)

    with ThreadPoolExecutor(1) as other:
        reading = other.submit(read_back)
        while not reading.done():
            seen.forget(now_us=DAYS * DAY_US)
        reading.result()
    items = [(1, str(day)) for day in range(DAYS)]
    assert seen.maybe(items) == items

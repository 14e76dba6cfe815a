"""The longest pauses while commits go to tails, and tails are moved into the main file."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.aims import Held
from benchmarks.generator.plan import Shape
from benchmarks.scale import Scale
from benchmarks.served import served
from benchmarks.stored import copied
from benchmarks.streaming import Streamed, plan, stream
from benchmarks.table import milliseconds, print_table, whole
from benchmarks.writer_alone import writing
from taximeter.settings import Settings

COMMIT_EVENTS = 5_000
HALF = 0.5
_LOOK_SECONDS = 0.2


class Tails:
    """Watches the tails come and go beside the main file."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._seen: set[str] = set()
        self._live: set[str] = set()
        self._over = threading.Event()

    @property
    def moved(self) -> int:
        """Return how many tails have been here and are in the main file now."""
        return len(self._seen - self._live)

    @contextmanager
    def watched(self) -> Iterator[None]:
        thread = threading.Thread(target=self._watch)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def _watch(self) -> None:
        while True:
            self._live = {file.name for file in self._data.glob("usage.tail-*.duckdb")}
            self._seen |= self._live
            if self._over.wait(_LOOK_SECONDS):
                return


def run(scale: Scale) -> list[Held]:
    closed, moves = _streamed(scale, None)
    rows = [_row("stream, as fast as it goes", closed, moves)]
    rate = closed.seen.per_second * HALF
    rows.append(_row(f"stream, {whole(rate)} events/s", *_streamed(scale, rate)))
    rows.append(_writer_alone(scale))
    print_table(
        f"pauses in {scale.sustained_seconds:g} s, tails of {scale.tail_events:,} events",
        ["how", "events", "tails moved", "longest without an answer", "longest request or commit"],
        rows,
    )
    return []


def _streamed(scale: Scale, rate: float | None) -> tuple[Streamed, int]:
    with (
        copied(0, scale.customers) as data,
        served(data, environ={"TAXIMETER_TAIL_EVENTS_MAX": str(scale.tail_events)}) as server,
    ):
        tails = Tails(data)
        with tails.watched():
            paced = plan(
                server,
                scale,
                shape=Shape(customers=scale.customers),
                seconds=scale.sustained_seconds,
                events_per_second=rate,
            )
            return stream(server, paced), tails.moved


def _row(how: str, one: Streamed, moves: int) -> list[object]:
    pauses = milliseconds(one.seen.longest_gap), milliseconds(one.seen.longest)
    return [how, whole(one.seen.sent), moves, *pauses]


def _writer_alone(scale: Scale) -> list[object]:
    settings = Settings(tail_events_max=scale.tail_events)
    with copied(0, scale.customers) as data:
        tails = Tails(data)
        with writing(data, settings, scale.customers) as parts, tails.watched():
            took = parts.commits(COMMIT_EVENTS, scale.sustained_seconds)
            moved = tails.moved
    how = f"the writer alone, commits of {COMMIT_EVENTS:,}"
    return [how, whole(len(took) * COMMIT_EVENTS), moved, "", milliseconds(max(took))]

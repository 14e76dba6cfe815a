"""The use case of drawing what became of the events that were sent, window by window."""

from collections import Counter

import msgspec

from taximeter.environments import Environment
from taximeter.kit.clock import MICROSECONDS
from taximeter.reports.reader import MinuteQuery, RejectionReader

ROWS_MAX = 200_000
"""Windows times meters: more than any server has, and a bound for one that has."""


class Refusals(msgspec.Struct, frozen=True, kw_only=True):
    """How many events of one meter were rejected for one reason; `meter` None: they met none."""

    meter: str | None
    code: str
    count: int


class IngestionOverTime(msgspec.Struct, frozen=True, kw_only=True):
    """Counts by window of receipt, and what they are made of, the most frequent first.

    `starts` are Unix seconds; `by_meter` counts accepted events.
    """

    starts: tuple[int, ...]
    accepted: tuple[int, ...]
    duplicate: tuple[int, ...]
    rejected: tuple[int, ...]
    by_meter: tuple[tuple[str, int], ...]
    refusals: tuple[Refusals, ...]


def ingestion_over_time(
    *,
    reader: RejectionReader,
    environment: Environment,
    end: int,
    window_seconds: int,
    windows: int,
    meter: str | None = None,
) -> IngestionOverTime:
    """Count over whole windows, the last of them the one that holds the moment before `end`.

    Windows begin at multiples of their length, in UTC; those in which nothing came count zero.
    """
    last = (end - 1) // window_seconds * window_seconds
    first = last - (windows - 1) * window_seconds
    rows = reader.minutes(
        MinuteQuery(
            environment=environment.id,
            start_us=first * MICROSECONDS,
            end_us=(last + window_seconds) * MICROSECONDS,
            meter=meter,
            window_us=window_seconds * MICROSECONDS,
            limit=ROWS_MAX,
        )
    )
    accepted: Counter[int] = Counter()
    duplicate: Counter[int] = Counter()
    rejected: Counter[int] = Counter()
    by_meter: Counter[str] = Counter()
    refusals: Counter[tuple[str | None, str]] = Counter()
    for row in rows:
        start = row.start_us // MICROSECONDS
        accepted[start] += row.accepted
        duplicate[start] += row.duplicate
        if row.meter is not None and row.accepted:
            by_meter[row.meter] += row.accepted
        for code, count in row.rejected:
            rejected[start] += count
            refusals[row.meter, code] += count
    starts = tuple(range(first, last + 1, window_seconds))
    return IngestionOverTime(
        starts=starts,
        accepted=tuple(accepted[start] for start in starts),
        duplicate=tuple(duplicate[start] for start in starts),
        rejected=tuple(rejected[start] for start in starts),
        by_meter=tuple(sorted(by_meter.items(), key=lambda one: (-one[1], one[0]))),
        refusals=tuple(
            Refusals(meter=place[0], code=place[1], count=count)
            for place, count in sorted(
                refusals.items(), key=lambda one: (-one[1], one[0][0] or "", one[0][1])
            )
        ),
    )

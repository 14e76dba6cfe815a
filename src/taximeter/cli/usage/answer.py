"""What is printed: rows of totals, put together from figures (pure)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from taximeter.cli.usage.source import Figure, MeterFound, Question
from taximeter.kit import decimals
from taximeter.kit.calendar import CalendarWindow

ADDITIVE = frozenset({"sum", "count"})
"""The formulas whose totals add up, so that a share and a grand total mean something."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the answer; `windows` are its values window by window, None without usage."""

    meter: str
    customer: str
    dimensions: tuple[str, ...]
    value: Decimal
    start: int
    end: int
    windows: tuple[Decimal | None, ...] = ()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """All rows of one question, for a meter or for each of several."""

    meters: tuple[MeterFound, ...]
    names: Mapping[str, str]
    customer: str | None
    by: tuple[str, ...]
    window: CalendarWindow | None
    window_starts: tuple[int, ...]
    timezone: str
    start: int
    end: int
    as_of: int | None
    rows: tuple[Row, ...]

    @property
    def total(self) -> Decimal | None:
        """Return the sum of the rows, where they add up."""
        if len(self.meters) == 1 and self.meters[0].formula in ADDITIVE:
            return decimals.total(row.value for row in self.rows)
        return None


def rows_of(question: Question, figures: Sequence[Figure], windows: Sequence[Figure]) -> list[Row]:
    """Make a row of each figure, largest first, with its own windows beside it."""
    beside: dict[tuple[str, tuple[str, ...]], dict[int, Decimal]] = {}
    for figure in windows:
        beside.setdefault((figure.customer, figure.dimensions), {})[figure.start] = figure.value
    rows = [
        Row(
            meter=question.meter.event_name,
            customer=figure.customer,
            dimensions=figure.dimensions,
            value=figure.value,
            start=figure.start,
            end=figure.end,
            windows=tuple(
                beside.get((figure.customer, figure.dimensions), {}).get(start)
                for start in question.starts
            ),
        )
        for figure in figures
    ]
    return sorted(rows, key=lambda row: (-row.value, row.customer, row.dimensions))


def by_window(question: Question, figures: Sequence[Figure]) -> list[Row]:
    """Make a row of each window that has usage, in the order of time."""
    rows = rows_of(question, figures, ())
    return sorted(
        (msgspec.structs.replace(row, windows=()) for row in rows),
        key=lambda row: (row.start, -row.value, row.dimensions),
    )

"""A chart as data: what `chart.js` draws, what the table below it says, what its CSV holds."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

import msgspec

from taximeter.dashboard.format import window_name
from taximeter.dashboard.table import Table
from taximeter.kit import decimals
from taximeter.kit.calendar import CalendarWindow
from taximeter.usage.over_time import OverTime

Kind = Literal["bars", "line", "stacked"]


class ChartSeries(msgspec.Struct, frozen=True, kw_only=True):
    """A value for each window; a decimal travels as text, with all its digits."""

    label: str
    values: tuple[Decimal | None, ...]


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """Windows by where they begin and by name, and the series over them."""

    kind: Kind
    window: CalendarWindow
    zone: str
    starts: tuple[int, ...]
    labels: tuple[str, ...]
    series: tuple[ChartSeries, ...]
    total: Decimal | None

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing to draw."""
        return self.total is None


def chart_of(
    usage: OverTime, *, label: str, kind: Kind, window: CalendarWindow, zone: str
) -> Chart:
    """Make a chart of a meter's usage; `label` names the one series where there are no groups."""
    return Chart(
        kind=kind,
        window=window,
        zone=zone,
        starts=usage.starts,
        labels=tuple(window_name(start, window, zone) for start in usage.starts),
        series=tuple(
            ChartSeries(label=" · ".join(one.dimensions) or label, values=one.values)
            for one in usage.series
        ),
        total=usage.total,
    )


def chart_table(chart: Chart, name: str) -> Table:
    """Return what a chart says as a table, its windows in order."""
    return Table(
        name=name,
        columns=(f"{chart.window} ({chart.zone})", *(one.label for one in chart.series)),
        rows=[
            (label, *(_text(one.values[index]) for one in chart.series))
            for index, label in enumerate(chart.labels)
        ],
    )


def _text(value: Decimal | None) -> str:
    return "" if value is None else decimals.text(value)


def used(chart: Chart) -> Sequence[int]:
    """Return the windows that have usage, the newest first, for the table below a chart."""
    return [
        index
        for index in reversed(range(len(chart.starts)))
        if any(one.values[index] for one in chart.series)
    ]

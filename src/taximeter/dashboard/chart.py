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
Part = Literal["usage", "others", "previous"]

SERIES_MAX = 6
"""How many series can be told apart."""


class ChartSeries(msgspec.Struct, frozen=True, kw_only=True):
    """A value for each window; a decimal travels as text, with all its digits.

    `part` tells usage from the sum of what there are too many of, and from the period before.
    """

    label: str
    values: tuple[Decimal | None, ...]
    part: Part = "usage"


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """Windows by where they begin and by name, and the series over them.

    `more` are those that are not drawn, for the table that is kept as a file.
    """

    kind: Kind
    window: CalendarWindow | Literal["minute"]
    zone: str
    starts: tuple[int, ...]
    labels: tuple[str, ...]
    series: tuple[ChartSeries, ...]
    more: tuple[ChartSeries, ...] = ()
    total: Decimal | None
    previous_total: Decimal | None = None

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing to draw."""
        return self.total is None and self.previous_total is None


def chart_of(
    usage: OverTime,
    *,
    label: str,
    kind: Kind,
    window: CalendarWindow,
    zone: str,
    adds_up: bool = False,
    previous: OverTime | None = None,
) -> Chart:
    """Make a chart of a meter's usage; `label` names the one series where there are no groups.

    Of many groups the largest are drawn, and the sum of the others where the meter `adds_up`. The
    period before stands window by window beside this one.
    """
    groups = tuple(
        ChartSeries(label=" · ".join(one.dimensions) or label, values=one.values)
        for one in usage.series
    )
    drawn = groups
    more: tuple[ChartSeries, ...] = ()
    if len(groups) > SERIES_MAX:
        drawn, more = groups[: SERIES_MAX - 1], groups[SERIES_MAX - 1 :]
        if adds_up:
            drawn = (*drawn, _others(more))
    if previous is not None:
        drawn = (*drawn, _previous(previous, len(usage.starts)))
    return Chart(
        kind=kind,
        window=window,
        zone=zone,
        starts=usage.starts,
        labels=tuple(window_name(start, window, zone) for start in usage.starts),
        series=drawn,
        more=more,
        total=usage.total,
        previous_total=None if previous is None else previous.total,
    )


def _others(series: Sequence[ChartSeries]) -> ChartSeries:
    windows = zip(*(one.values for one in series), strict=True)
    return ChartSeries(
        label=f"{len(series)} others",
        values=tuple(decimals.total(one or decimals.ZERO for one in values) for values in windows),
        part="others",
    )


def _previous(usage: OverTime, count: int) -> ChartSeries:
    """Return the period before; days that differ in hours leave it longer or shorter."""
    values = usage.series[0].values[:count] if usage.series else ()
    missing = (None,) * (count - len(values))
    return ChartSeries(label="period before", values=(*values, *missing), part="previous")


def chart_table(chart: Chart, name: str) -> Table:
    """Return what a chart says as a table, its windows in order."""
    series = [*(one for one in chart.series if one.part == "usage"), *chart.more]
    series += [one for one in chart.series if one.part == "previous"]
    return Table(
        name=name,
        columns=(f"{chart.window} ({chart.zone})", *(one.label for one in series)),
        rows=[
            (label, *(_text(one.values[index]) for one in series))
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

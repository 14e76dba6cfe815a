"""A meter's chart: over which time, in which windows and zone, divided by what, beside what."""

from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from taximeter.dashboard.chart import Chart, Kind, chart_of
from taximeter.dashboard.page import View
from taximeter.errors import InvalidRequest
from taximeter.kit.calendar import CalendarWindow, last_days
from taximeter.kit.zones import UTC, find_zone, not_a_zone
from taximeter.meters import Meter
from taximeter.usage.over_time import OverTime, usage_over_time

Days = Literal[1, 7, 30, 90, 365]
DAYS: dict[int, str] = {
    1: "Today",
    7: "Last 7 days",
    30: "Last 30 days",
    90: "Last 90 days",
    365: "Last 12 months",
}
WINDOWS: tuple[CalendarWindow, ...] = ("hour", "day", "week", "month")

ADDS_UP = {"sum", "count"}
"""Formulas of which the total of two groups is the sum of theirs."""


class MeterQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What the chart shows: `by` divides it by a dimension, `compare` adds the period before."""

    days: Days = 30
    window: CalendarWindow = "day"
    zone: str = UTC
    by: str = ""
    compare: bool = False


def read_chart(view: View, meter: Meter, query: MeterQuery) -> Chart:
    """Read a meter's usage. Raises InvalidRequest for a zone or windows that cannot be drawn."""
    zone = find_zone(query.zone)
    if zone is None:
        raise InvalidRequest(not_a_zone(query.zone), param="zone")
    start, end = last_days(query.days, now=view.now(), zone=zone)
    by = (query.by,) if query.by in meter.dimension_keys else ()
    previous = None
    if query.compare:
        before = last_days(query.days, now=start - 1, zone=zone)
        previous = _usage(view, meter, before, query.window, zone)
    return chart_of(
        _usage(view, meter, (start, end), query.window, zone, by),
        label=meter.display_name,
        kind=_kind(meter, by),
        window=query.window,
        zone=query.zone,
        adds_up=meter.formula in ADDS_UP,
        previous=previous,
    )


def _kind(meter: Meter, by: tuple[str, ...]) -> Kind:
    if not by:
        return "bars"
    # Greatest values and averages do not stand on each other.
    return "stacked" if meter.formula in ADDS_UP else "line"


def _usage(
    view: View,
    meter: Meter,
    within: tuple[int, int],
    window: CalendarWindow,
    zone: ZoneInfo,
    by: tuple[str, ...] = (),
) -> OverTime:
    return usage_over_time(
        reader=view.services.reader,
        meter=meter,
        start=within[0],
        end=within[1],
        window=window,
        zone=zone,
        windows_max=view.services.settings.chart_windows_max,
        group_by=by,
    )

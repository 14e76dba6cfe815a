"""A meter: its usage over time, what it is made of, and what may still be changed about it."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec

from taximeter import meters
from taximeter.api.wire.meter import MeterObject, meter_object
from taximeter.dashboard.chart import Chart, chart_of, chart_table, used
from taximeter.dashboard.page import Change, Done, NoQuery, Page, View
from taximeter.dashboard.pages.formulas import FORMULAS, INGESTION
from taximeter.dashboard.table import Table
from taximeter.errors import InvalidRequest
from taximeter.kit.calendar import CalendarWindow, last_days
from taximeter.kit.zones import UTC, find_zone, not_a_zone, zone_names
from taximeter.usage.over_time import usage_over_time

Days = Literal[1, 7, 30, 90, 365]
DAYS: dict[int, str] = {
    1: "Today",
    7: "Last 7 days",
    30: "Last 30 days",
    90: "Last 90 days",
    365: "Last 12 months",
}
WINDOWS: tuple[CalendarWindow, ...] = ("hour", "day", "week", "month")


class MeterQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What the chart shows; `by` is a dimension to divide it by."""

    days: Days = 30
    window: CalendarWindow = "day"
    zone: str = UTC
    by: str = ""


class MeterData(msgspec.Struct, frozen=True, kw_only=True):
    """A meter and its chart; `problem` says why there is no chart, by field."""

    meter: MeterObject
    formula: str
    formula_says: str
    ingestion: str
    ingestion_says: str
    query: MeterQuery
    chart: Chart | None
    used: tuple[int, ...] = ()
    problem: dict[str, str] = {}

    @property
    def days(self) -> dict[int, str]:
        """Return the times that can be chosen."""
        return DAYS

    @property
    def windows(self) -> tuple[CalendarWindow, ...]:
        """Return the windows that can be chosen."""
        return WINDOWS

    @property
    def zones(self) -> list[str]:
        """Return the zones that can be chosen."""
        return sorted(zone_names())


def read_meter(view: View, query: MeterQuery) -> MeterData:
    """Read a meter and its usage."""
    meter = _meter(view)
    formula, ingestion = FORMULAS[meter.formula], INGESTION[meter.event_time_window]
    chart, problem = None, {}
    try:
        chart = _chart(view, meter, query)
    except InvalidRequest as error:
        problem = {error.param or "": error.message}
    return MeterData(
        meter=meter_object(meter, view.environment),
        formula=formula[0],
        formula_says=formula[1],
        ingestion=ingestion[0],
        ingestion_says=ingestion[1],
        query=query,
        chart=chart,
        used=tuple(used(chart)) if chart else (),
        problem=problem,
    )


def _meter(view: View) -> meters.Meter:
    return meters.retrieve(
        store=view.unit.meters, environment=view.environment, id=view.path_params["id"]
    )


def _chart(view: View, meter: meters.Meter, query: MeterQuery) -> Chart:
    zone = _zone(query.zone)
    start, end = last_days(query.days, now=view.now(), zone=zone)
    by = (query.by,) if query.by in meter.dimension_keys else ()
    usage = usage_over_time(
        reader=view.services.reader,
        meter=meter,
        start=start,
        end=end,
        window=query.window,
        zone=zone,
        windows_max=view.services.settings.chart_windows_max,
        group_by=by,
    )
    return chart_of(
        usage,
        label=meter.display_name,
        kind="stacked" if by else "bars",
        window=query.window,
        zone=query.zone,
    )


def _zone(name: str) -> ZoneInfo:
    zone = find_zone(name)
    if zone is None:
        raise InvalidRequest(not_a_zone(name), param="zone")
    return zone


def meter_table(data: MeterData) -> Table:
    """Return the chart as a table."""
    if data.chart is None:
        raise InvalidRequest(next(iter(data.problem.values())))
    return chart_table(data.chart, f"usage-{data.meter.event_name}-{data.query.window}")


PAGE = Page(
    path="meters/{id}",
    area="meters",
    query=MeterQuery,
    read=read_meter,
    template="meter.html",
    title=lambda data: data.meter.display_name,
    table=meter_table,
)


class Rename(msgspec.Struct, frozen=True, kw_only=True):
    """What renaming a meter takes."""

    display_name: Annotated[str, msgspec.Meta(min_length=1, max_length=250)]


def _rename(view: View, form: Rename) -> Done:
    meter = meters.rename(
        store=view.unit.meters,
        environment=view.environment,
        id=view.path_params["id"],
        now=view.now(),
        display_name=form.display_name,
    )
    return Done(location=view.url(f"meters/{meter.id}"), message="The meter has its new name.")


def _deactivate(view: View, _: NoQuery) -> Done:
    meter = meters.deactivate(
        store=view.unit.meters,
        environment=view.environment,
        id=view.path_params["id"],
        now=view.now(),
    )
    return Done(
        location=view.url(f"meters/{meter.id}"),
        message="The meter takes no more events. What was recorded is kept.",
    )


def _reactivate(view: View, _: NoQuery) -> Done:
    meter = meters.reactivate(
        store=view.unit.meters,
        environment=view.environment,
        id=view.path_params["id"],
        now=view.now(),
    )
    return Done(location=view.url(f"meters/{meter.id}"), message="The meter takes events again.")


CHANGES = (
    Change(path="meters/{id}/rename", form=Rename, run=_rename, page=PAGE, changes_directory=True),
    Change(
        path="meters/{id}/deactivate",
        form=NoQuery,
        run=_deactivate,
        page=PAGE,
        changes_directory=True,
    ),
    Change(
        path="meters/{id}/reactivate",
        form=NoQuery,
        run=_reactivate,
        page=PAGE,
        changes_directory=True,
    ),
)

"""A meter: its usage over time, and what it is made of."""

import msgspec

from taximeter import meters
from taximeter.alerts.alert import AlertFilter
from taximeter.api.wire.meter import MeterObject, meter_object
from taximeter.dashboard.chart import Chart, chart_table, used
from taximeter.dashboard.format import quantity
from taximeter.dashboard.page import Page, View
from taximeter.dashboard.pages.alerts import AlertRow, alert_rows
from taximeter.dashboard.pages.formulas import FORMULAS, INGESTION
from taximeter.dashboard.pages.meter_chart import DAYS, WINDOWS, MeterQuery, read_chart
from taximeter.dashboard.table import Table
from taximeter.errors import InvalidRequest
from taximeter.kit import decimals
from taximeter.kit.calendar import CalendarWindow
from taximeter.kit.paging import Cursor
from taximeter.kit.zones import zone_names

ALERTS_SHOWN = 10


def meter_of(view: View) -> meters.Meter:
    """Return the meter that the address names. Raises NotFound."""
    return meters.retrieve(
        store=view.unit.meters, environment=view.environment, id=view.path_params["id"]
    )


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
    alerts: tuple[AlertRow, ...]
    more_alerts: bool
    problem: dict[str, str] = {}

    @property
    def change(self) -> str | None:
        """Return by how many percent usage has changed since the period before, with its sign."""
        chart = self.chart
        if chart is None or chart.total is None or not chart.previous_total:
            return None
        more = decimals.difference(chart.total, chart.previous_total)
        percent = decimals.divided(
            decimals.product(more, decimals.HUNDRED), chart.previous_total.copy_abs(), places=1
        )
        return f"{'+' if percent > 0 else ''}{quantity(percent)}"

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
    meter = meter_of(view)
    formula, ingestion = FORMULAS[meter.formula], INGESTION[meter.event_time_window]
    chart, problem = None, {}
    try:
        chart = read_chart(view, meter, query)
    except InvalidRequest as error:
        problem = {error.param or "": error.message}
    alerts = view.unit.alerts.page(
        view.environment.id, Cursor(limit=ALERTS_SHOWN), AlertFilter(meter=meter.id)
    )
    return MeterData(
        meter=meter_object(meter, view.environment),
        formula=formula[0],
        formula_says=formula[1],
        ingestion=ingestion[0],
        ingestion_says=ingestion[1],
        query=query,
        chart=chart,
        used=tuple(used(chart)) if chart else (),
        alerts=alert_rows(view, alerts.data),
        more_alerts=alerts.has_more,
        problem=problem,
    )


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

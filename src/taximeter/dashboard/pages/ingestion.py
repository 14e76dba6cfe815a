"""What became of the events that were sent: accepted, recorded before, or rejected."""

from decimal import Decimal
from typing import Literal

import msgspec

from taximeter.dashboard.chart import Chart, ChartSeries, chart_table, used
from taximeter.dashboard.format import window_name
from taximeter.dashboard.page import NoQuery, Page, View
from taximeter.dashboard.table import Table
from taximeter.kit import decimals
from taximeter.kit.periods import HOUR_SECONDS, MINUTE_SECONDS
from taximeter.kit.zones import UTC
from taximeter.reports.over_time import IngestionOverTime, ingestion_over_time

Hours = Literal[1, 24, 168]
HOURS: dict[int, str] = {1: "Last hour", 24: "Last 24 hours", 168: "Last 7 days"}

NOW_SECONDS = 60
_STEP_SECONDS = 5


class IngestionQuery(msgspec.Struct, frozen=True, kw_only=True):
    """How far back; an hour by minute, more by hour."""

    hours: Hours = 24


class IngestionData(msgspec.Struct, frozen=True, kw_only=True):
    """The counts of a time, and its chart."""

    query: IngestionQuery
    accepted: int
    duplicate: int
    rejected: int
    chart: Chart
    used: tuple[int, ...]

    @property
    def hours(self) -> dict[int, str]:
        """Return the times that can be chosen."""
        return HOURS


def count_ingestion(view: View, hours: int) -> IngestionOverTime:
    """Count the events received in the last hours."""
    by_minute = hours == 1
    return ingestion_over_time(
        reader=view.services.rejections,
        environment=view.environment,
        end=view.now() + 1,
        window_seconds=MINUTE_SECONDS if by_minute else HOUR_SECONDS,
        windows=60 if by_minute else hours,
    )


def ingestion_data(counted: IngestionOverTime, query: IngestionQuery) -> IngestionData:
    """Make a chart of counts."""
    window: Literal["minute", "hour"] = "minute" if query.hours == 1 else "hour"
    counts = {
        "accepted": counted.accepted,
        "duplicate": counted.duplicate,
        "rejected": counted.rejected,
    }
    total = sum(map(sum, counts.values()))
    chart = Chart(
        kind="stacked",
        window=window,
        zone=UTC,
        starts=counted.starts,
        labels=tuple(window_name(start, window, UTC) for start in counted.starts),
        series=tuple(
            ChartSeries(label=label, values=tuple(map(Decimal, values)))
            for label, values in counts.items()
        ),
        total=Decimal(total) if total else None,
    )
    return IngestionData(
        query=query,
        accepted=sum(counted.accepted),
        duplicate=sum(counted.duplicate),
        rejected=sum(counted.rejected),
        chart=chart,
        used=tuple(used(chart)),
    )


def read_ingestion(view: View, query: IngestionQuery) -> IngestionData:
    """Count and draw."""
    return ingestion_data(count_ingestion(view, query.hours), query)


def ingestion_table(data: IngestionData) -> Table:
    """Return the counts by window."""
    return chart_table(data.chart, f"ingestion-{data.query.hours}h")


PAGE = Page(
    path="ingestion",
    area="home",
    query=IngestionQuery,
    read=read_ingestion,
    template="ingestion.html",
    title=lambda _: "Ingestion",
    table=ingestion_table,
)


class NowData(msgspec.Struct, frozen=True, kw_only=True):
    """The counts of the last minute, to within a few seconds."""

    accepted: int
    duplicate: int
    rejected: int
    per_second: Decimal


def read_now(view: View, _: NoQuery) -> NowData:
    """Count the last minute."""
    counted = ingestion_over_time(
        reader=view.services.rejections,
        environment=view.environment,
        end=view.now() + 1,
        window_seconds=_STEP_SECONDS,
        windows=NOW_SECONDS // _STEP_SECONDS,
    )
    accepted = sum(counted.accepted)
    return NowData(
        accepted=accepted,
        duplicate=sum(counted.duplicate),
        rejected=sum(counted.rejected),
        per_second=decimals.divided(Decimal(accepted), Decimal(NOW_SECONDS), places=1),
    )


NOW = Page(
    path="ingestion/now",
    area="home",
    query=NoQuery,
    read=read_now,
    template="ingestion_now.html",
    title=lambda _: "Ingestion now",
)

"""Home: what is measured and how much comes in, and what needs somebody's attention."""

from decimal import Decimal

import msgspec

from taximeter.api.wire.meter import MeterObject, meter_object
from taximeter.dashboard.page import NoQuery, Page, View
from taximeter.dashboard.pages.attention import Attention, read_attention
from taximeter.dashboard.pages.ingestion import (
    IngestionData,
    IngestionQuery,
    NowData,
    count_ingestion,
    ingestion_data,
    read_now,
)
from taximeter.dashboard.pages.spark import Spark, spark
from taximeter.dashboard.table import Table
from taximeter.kit import decimals
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.periods import DAY_SECONDS
from taximeter.meters import Meter
from taximeter.reports.over_time import IngestionOverTime
from taximeter.usage.reader import UsageQuery

METERS_MAX = 6
DAYS = 14


class MeterCard(msgspec.Struct, frozen=True, kw_only=True):
    """A meter's day so far, and the days before it."""

    meter: MeterObject
    events: int
    usage_today: Decimal | None
    spark: Spark


class HomeData(msgspec.Struct, frozen=True, kw_only=True):
    """The page as it is shown; `meters` counts the active ones."""

    now: NowData
    ingestion: IngestionData
    attention: Attention
    cards: tuple[MeterCard, ...]
    meters: int


def read_home(view: View, query: IngestionQuery) -> HomeData:
    """Read the meters that were sent the most in the last day, and what came in."""
    day = count_ingestion(view, 24)
    asked = day if query.hours == 24 else count_ingestion(view, query.hours)
    of_here = {
        one.id: one for one in view.unit.meters.all() if one.environment == view.environment.id
    }
    active = [one for one in of_here.values() if one.status == "active"]
    return HomeData(
        now=read_now(view, NoQuery()),
        ingestion=ingestion_data(asked, query),
        attention=read_attention(view, day, of_here),
        cards=tuple(
            _card(view, meter, events) for meter, events in _busiest(active, day)[:METERS_MAX]
        ),
        meters=len(active),
    )


def _busiest(active: list[Meter], day: IngestionOverTime) -> list[tuple[Meter, int]]:
    events = dict(day.by_meter)
    ordered = sorted(active, key=lambda one: (-events.get(one.id, 0), -one.created, one.id))
    return [(one, events.get(one.id, 0)) for one in ordered]


def _card(view: View, meter: Meter, events: int) -> MeterCard:
    today = view.now() // DAY_SECONDS * DAY_SECONDS
    first = today - (DAYS - 1) * DAY_SECONDS
    totals = view.services.reader.totals(
        UsageQuery(
            meter=meter,
            start_us=first * MICROSECONDS,
            end_us=(today + DAY_SECONDS) * MICROSECONDS,
            window="day",
        )
    )
    by_day = {one.start_us // MICROSECONDS: one.value for one in totals}
    starts = range(first, today + 1, DAY_SECONDS)
    return MeterCard(
        meter=meter_object(meter, view.environment),
        events=events,
        usage_today=by_day.get(today),
        spark=spark([by_day.get(start) for start in starts], unit="days"),
    )


def home_table(data: HomeData) -> Table:
    """Return the busiest meters' day so far."""
    return Table(
        name="busiest-meters",
        columns=("id", "display_name", "event_name", "formula", "events_24h", "usage_today"),
        rows=[
            (
                one.meter.id,
                one.meter.display_name,
                one.meter.event_name,
                one.meter.default_aggregation.formula,
                str(one.events),
                "" if one.usage_today is None else decimals.text(one.usage_today),
            )
            for one in data.cards
        ],
    )


PAGE = Page(
    path="",
    area="home",
    query=IngestionQuery,
    read=read_home,
    template="home.html",
    title=lambda _: "Home",
    table=home_table,
)

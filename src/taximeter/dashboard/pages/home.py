"""Home: what is measured here, and what it came to."""

from decimal import Decimal

import msgspec

from taximeter.api.wire.meter import MeterObject
from taximeter.dashboard.page import NoQuery, Page, View
from taximeter.dashboard.pages.meters import MetersQuery, read_meters

METERS_MAX = 6


class MeterCard(msgspec.Struct, frozen=True, kw_only=True):
    """A meter's day so far."""

    meter: MeterObject
    events_today: int | None
    usage_today: Decimal | None


class HomeData(msgspec.Struct, frozen=True, kw_only=True):
    """The page as it is shown."""

    cards: tuple[MeterCard, ...]


def read_home(view: View, query: NoQuery) -> HomeData:
    """Read the meters that are sent the most today."""
    rows = read_meters(view, MetersQuery(status="active")).meters.rows
    busiest = sorted(rows, key=lambda one: -(one.events_today or 0))[:METERS_MAX]
    return HomeData(
        cards=tuple(
            MeterCard(meter=one.meter, events_today=one.events_today, usage_today=one.usage_today)
            for one in busiest
        )
    )


PAGE = Page(
    path="",
    area="home",
    query=NoQuery,
    read=read_home,
    template="home.html",
    title=lambda _: "Home",
)

"""A meter's events as they arrive: the newest few, asked for again every two seconds."""

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from taximeter.dashboard.page import Page, View
from taximeter.dashboard.pages.meter import meter_of
from taximeter.dashboard.table import Table
from taximeter.ingest.event import LoggedEvent
from taximeter.kit import decimals
from taximeter.kit.clock import MICROSECONDS
from taximeter.meters import Meter
from taximeter.usage.reader import EventQuery

EVENTS_MAX = 10


class FeedQuery(msgspec.Struct, frozen=True, kw_only=True):
    """`seen` is the log's number of the newest event that was shown before, 0 for none."""

    seen: int = 0


class FeedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event as the feed shows it; `arrived` since the feed was last shown."""

    seq: int
    identifier: str
    customer: str
    customer_name: str | None
    timestamp: int
    received: int
    value: Decimal | str | None
    dimensions: dict[str, str]
    canceled: bool
    arrived: bool


class FeedData(msgspec.Struct, frozen=True, kw_only=True):
    """The newest events of a meter, the last received first."""

    meter: str
    display_name: str
    dimension_keys: tuple[str, ...]
    events: tuple[FeedEvent, ...]
    newest: int


def read_feed(view: View, query: FeedQuery) -> FeedData:
    """Read the newest events."""
    meter = meter_of(view)
    found = view.services.reader.events(
        EventQuery(environment=view.environment.id, meter=meter.id, limit=EVENTS_MAX)
    )
    known = view.unit.customers.many(view.environment.id, {one.event.customer for one in found})
    names = {id: one.details.name for id, one in known.items()}
    return FeedData(
        meter=meter.id,
        display_name=meter.display_name,
        dimension_keys=meter.dimension_keys,
        events=tuple(_shown(one, meter, names, query.seen) for one in found),
        newest=max((one.seq for one in found), default=query.seen),
    )


def _shown(
    logged: LoggedEvent, meter: Meter, names: Mapping[str, str | None], seen: int
) -> FeedEvent:
    event = logged.event
    values = msgspec.json.decode(event.dimensions, type=list[str])
    return FeedEvent(
        seq=logged.seq,
        identifier=event.identifier,
        customer=event.customer,
        customer_name=names.get(event.customer),
        timestamp=event.timestamp_us // MICROSECONDS,
        received=logged.received_at_us // MICROSECONDS,
        value=event.value_text if event.value is None else decimals.normal(event.value),
        dimensions=dict(zip(meter.dimension_keys, values, strict=True)),
        canceled=logged.canceled_at_us is not None,
        arrived=0 < seen < logged.seq,
    )


def feed_table(data: FeedData) -> Table:
    """Return the events with their times in Unix seconds."""
    return Table(
        name=f"newest-{data.meter}",
        columns=("identifier", "customer", "timestamp", "received", "value", *data.dimension_keys),
        rows=[
            (
                one.identifier,
                one.customer,
                str(one.timestamp),
                str(one.received),
                decimals.text(one.value) if isinstance(one.value, Decimal) else one.value or "",
                *one.dimensions.values(),
            )
            for one in data.events
        ],
    )


PAGE = Page(
    path="meters/{id}/feed",
    area="meters",
    query=FeedQuery,
    read=read_feed,
    template="meter_feed.html",
    title=lambda data: f"Events of {data.display_name}",
    table=feed_table,
)

"""The list of meters: what each measures, and what it came to today."""

from decimal import Decimal
from typing import Literal

import msgspec

from taximeter.api.wire.meter import MeterObject, meter_object
from taximeter.dashboard.listing import (
    Column,
    Filter,
    Head,
    Listed,
    heads,
    listed,
    with_query,
)
from taximeter.dashboard.page import Page, View
from taximeter.dashboard.table import Table
from taximeter.kit import decimals
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.periods import DAY_SECONDS
from taximeter.meters import Meter
from taximeter.usage.reader import UsageQuery

COLUMNS = (
    Column(label="Meter", name="name"),
    Column(label="Event name", name="event_name"),
    Column(label="Formula", name="formula"),
    Column(label="Status", name="status"),
    Column(label="Events today", numeric=True),
    Column(label="Today (UTC)", numeric=True),
    Column(label="Created", name="created", numeric=True),
)


class MetersQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which meters, in which order."""

    status: Literal["all", "active", "inactive"] = "all"
    q: str = ""
    sort: str = "-created"
    page: int = 1


class MeterRow(msgspec.Struct, frozen=True, kw_only=True):
    """A meter and its day so far; `events_today` None where the log does not keep the count."""

    meter: MeterObject
    events_today: int | None
    usage_today: Decimal | None


class MetersData(msgspec.Struct, frozen=True, kw_only=True):
    """The list as it is shown."""

    meters: Listed[MeterRow]
    query: MetersQuery
    heads: tuple[Head, ...]
    filters: tuple[Filter, ...]
    previous: str | None
    next: str | None
    any: bool


def read_meters(view: View, query: MetersQuery) -> MetersData:
    """Read a page of the list."""
    of_here = [one for one in view.unit.meters.all() if one.environment == view.environment.id]
    wanted = query.q.strip().casefold()
    named = [one for one in of_here if not wanted or _matches(one, wanted)]
    found = [one for one in named if query.status in {"all", one.status}]
    rows = listed(
        found,
        sort=query.sort,
        by={
            "created": lambda one: (one.created, one.id),
            "name": lambda one: (one.display_name.casefold(), one.id),
            "event_name": lambda one: (one.event_name, one.id),
            "formula": lambda one: (one.formula, one.id),
            "status": lambda one: (one.status, one.id),
        },
        page=query.page,
        row=lambda one: _row(view, one),
    )
    return MetersData(
        meters=rows,
        query=query,
        heads=heads(COLUMNS, query),
        filters=tuple(
            Filter(
                label=status.capitalize(),
                count=sum(status in {"all", one.status} for one in named),
                url=with_query(query, status=status, page=1),
                current=query.status == status,
            )
            for status in ("all", "active", "inactive")
        ),
        previous=with_query(query, page=rows.page - 1) if rows.page > 1 else None,
        next=with_query(query, page=rows.page + 1) if rows.page < rows.pages else None,
        any=bool(of_here),
    )


def _matches(meter: Meter, wanted: str) -> bool:
    texts = (meter.display_name, meter.event_name, meter.id)
    return any(wanted in text.casefold() for text in texts)


def _row(view: View, meter: Meter) -> MeterRow:
    start = view.now() // DAY_SECONDS * DAY_SECONDS
    query = UsageQuery(
        meter=meter,
        start_us=start * MICROSECONDS,
        end_us=(start + DAY_SECONDS) * MICROSECONDS,
    )
    reader = view.services.reader
    count: Decimal | int | None = None
    if meter.rollup == "sum":
        # Of these meters the log keeps how many events each hour had beside what they add up to.
        counting = msgspec.structs.replace(meter, formula="count")
        counted = reader.totals(msgspec.structs.replace(query, meter=counting))
        count = next((one.value for one in counted), 0)
    return MeterRow(
        meter=meter_object(meter, view.environment),
        events_today=None if count is None else int(count),
        usage_today=next((one.value for one in reader.totals(query)), None),
    )


def meters_table(data: MetersData) -> Table:
    """Return the page's rows, with ids."""
    return Table(
        name="meters",
        columns=(
            "id",
            "display_name",
            "event_name",
            "formula",
            "status",
            "events_today",
            "usage_today",
            "created",
        ),
        rows=[
            (
                one.meter.id,
                one.meter.display_name,
                one.meter.event_name,
                one.meter.default_aggregation.formula,
                one.meter.status,
                "" if one.events_today is None else str(one.events_today),
                "" if one.usage_today is None else decimals.text(one.usage_today),
                str(one.meter.created),
            )
            for one in data.meters.rows
        ],
    )


PAGE = Page(
    path="meters",
    area="meters",
    query=MetersQuery,
    read=read_meters,
    template="meters.html",
    title=lambda _: "Meters",
    table=meters_table,
)

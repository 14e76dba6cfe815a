"""A meter's customers, by what they used."""

from decimal import Decimal

import msgspec

from taximeter.dashboard.listing import Column, Head, Listed, heads, listed, with_query
from taximeter.dashboard.page import Page, View
from taximeter.dashboard.pages.meter import meter_of
from taximeter.dashboard.pages.meter_chart import ADDS_UP, DAYS, Days
from taximeter.dashboard.table import Table
from taximeter.kit import decimals
from taximeter.kit.calendar import last_days
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.zones import UTC, find_zone
from taximeter.usage.reader import Total, UsageQuery

COLUMNS = (
    Column(label="Customer", name="customer"),
    Column(label="Usage", name="usage", numeric=True),
    Column(label="Share", numeric=True),
)


class CustomersQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Over which of the last days, those of the zone, and in which order."""

    days: Days = 30
    zone: str = UTC
    sort: str = "-usage"
    page: int = 1


class CustomerRow(msgspec.Struct, frozen=True, kw_only=True):
    """What one customer used; `share` in percent of all, for meters that add up."""

    customer: str
    name: str | None
    usage: Decimal
    share: Decimal | None


class CustomersData(msgspec.Struct, frozen=True, kw_only=True):
    """The list as it is shown."""

    meter: str
    display_name: str
    event_name: str
    query: CustomersQuery
    customers: Listed[CustomerRow]
    heads: tuple[Head, ...]
    previous: str | None
    next: str | None

    @property
    def days(self) -> dict[int, str]:
        """Return the times that can be chosen."""
        return DAYS


def read_customers(view: View, query: CustomersQuery) -> CustomersData:
    """Read what each customer used; a zone that is none counts as UTC."""
    meter = meter_of(view)
    zone = find_zone(query.zone) or find_zone(UTC)
    assert zone is not None, "UTC is a zone"
    start, end = last_days(query.days, now=view.now(), zone=zone)
    totals = view.services.reader.totals(
        UsageQuery(
            meter=meter,
            start_us=start * MICROSECONDS,
            end_us=end * MICROSECONDS,
            by_customer=True,
        )
    )
    together = decimals.total(one.value for one in totals) if meter.formula in ADDS_UP else None
    page: Listed[Total] = listed(
        totals,
        sort=query.sort,
        by={
            "usage": lambda one: (one.value, one.customer),
            "customer": lambda one: one.customer,
        },
        page=query.page,
        row=lambda one: one,
    )
    known = view.unit.customers.many(
        view.environment.id, [one.customer for one in page.rows if one.customer]
    )
    names = {id: one.details.name for id, one in known.items()}
    return CustomersData(
        meter=meter.id,
        display_name=meter.display_name,
        event_name=meter.event_name,
        query=query,
        customers=Listed(
            rows=[_row(one, names, together) for one in page.rows],
            found=page.found,
            page=page.page,
            pages=page.pages,
        ),
        heads=heads(COLUMNS, query),
        previous=with_query(query, page=page.page - 1) if page.page > 1 else None,
        next=with_query(query, page=page.page + 1) if page.page < page.pages else None,
    )


def _row(total: Total, names: dict[str, str | None], together: Decimal | None) -> CustomerRow:
    assert total.customer is not None, "the totals are by customer"
    share = None
    if together:
        share = decimals.divided(
            decimals.product(total.value, decimals.HUNDRED), together, places=1
        )
    return CustomerRow(
        customer=total.customer,
        name=names.get(total.customer),
        usage=total.value,
        share=share,
    )


def customers_table(data: CustomersData) -> Table:
    """Return the page's rows."""
    return Table(
        name=f"customers-{data.event_name}",
        columns=("customer", "name", "usage"),
        rows=[
            (one.customer, one.name or "", decimals.text(one.usage)) for one in data.customers.rows
        ],
    )


PAGE = Page(
    path="meters/{id}/customers",
    area="meters",
    query=CustomersQuery,
    read=read_customers,
    template="meter_customers.html",
    title=lambda data: f"Customers of {data.display_name}",
    table=customers_table,
)

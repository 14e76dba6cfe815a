"""What customers would have paid: past usage under the prices they have, and under others."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from taximeter.dashboard.fields import FieldErrors
from taximeter.dashboard.listing import (
    Column,
    Head,
    Listed,
    Pager,
    heads,
    listed,
    pager,
)
from taximeter.dashboard.page import Page, View
from taximeter.dashboard.pages.catalog import PriceRow, price_row, prices_by_product
from taximeter.dashboard.pages.invoices import name_of
from taximeter.dashboard.pages.meter_chart import DAYS, Days
from taximeter.dashboard.pages.price_form import PriceForm, by_field, price_draft
from taximeter.dashboard.table import Table
from taximeter.errors import InvalidRequest
from taximeter.kit import decimals
from taximeter.kit.calendar import last_days
from taximeter.kit.zones import UTC
from taximeter.pricing.draft import PriceDraft
from taximeter.pricing.price import PriceFilter
from taximeter.pricing.sets import common_currency, metered_set, meters_of
from taximeter.pricing.simulate import Simulated, Simulation, simulate

COLUMNS = (
    Column(label="Customer", name="customer"),
    Column(label="Before", name="before", numeric=True),
    Column(label="After", name="after", numeric=True),
    Column(label="Difference", name="difference", numeric=True),
    Column(label="in per cent", numeric=True),
)


class SimulationQuery(PriceForm, frozen=True, kw_only=True):
    """Two sets of prices by id, and past days of usage.

    With `draft` the rest describes one more price of the second set, as the form of a price does.
    """

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    draft: str = ""
    days: Days = 30
    sort: str = "-change"
    page: int = 1

    @property
    def described(self) -> dict[str, tuple[str, ...]]:
        """Return the fields that describe the price of the draft, as a form sends them."""
        fields = {}
        for name in PriceForm.__struct_fields__:
            value = getattr(self, name)
            fields[name] = value if isinstance(value, tuple) else (str(value),)
        return fields


class CustomerChange(msgspec.Struct, frozen=True, kw_only=True):
    """What a customer would have paid, in the minor unit; `percent` where it was not nothing."""

    customer: str
    name: str
    before: int
    after: int
    difference: int
    percent: Decimal | None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What all would have paid, in the minor unit, and for how many it is less and more."""

    currency: str
    before: int
    after: int
    winners: int
    losers: int
    unchanged: int
    customers: Listed[CustomerChange]


class SimulationData(msgspec.Struct, frozen=True, kw_only=True):
    """The choices and, once both sets have a price, what comes of them.

    The fields of `problem` are `before`, `after` and those of the form of a price.
    """

    query: SimulationQuery
    prices: tuple[PriceRow, ...]
    outcome: Outcome | None
    problem: dict[str, str]
    heads: tuple[Head, ...]
    pager: Pager | None

    @property
    def days(self) -> dict[int, str]:
        """Return the times that can be chosen."""
        return DAYS


def read_simulation(view: View, query: SimulationQuery) -> SimulationData:
    """Simulate. Raises LogFailed."""
    metered = prices_by_product(view, PriceFilter(usage_type="metered"))
    outcome, problem = None, {}
    if query.before and (query.after or query.draft):
        try:
            outcome = _outcome(view, _simulation(view, query), query)
        except FieldErrors as error:
            problem = error.errors
        except InvalidRequest as error:
            problem = {(error.param or "").partition("[")[0]: error.message}
    return SimulationData(
        query=query,
        prices=tuple(price_row(one) for some in metered.values() for one in some),
        outcome=outcome,
        problem=problem,
        heads=heads(COLUMNS, query),
        pager=None if outcome is None else pager(query, outcome.customers),
    )


def _simulation(view: View, query: SimulationQuery) -> Simulation:
    unit, environment = view.unit, view.environment
    after: list[str | PriceDraft] = [*query.after]
    if query.draft:
        after.append(price_draft(query))
    sets = []
    for path, named in (("before", list(query.before)), ("after", after)):
        try:
            sets.append(
                metered_set(
                    named,
                    prices=unit.prices,
                    meters=unit.meters,
                    environment=environment,
                    now=view.now(),
                    path=path,
                )
            )
        except InvalidRequest as error:
            described = f"after[{len(query.after)}]["
            if query.draft and (error.param or "").startswith(described):
                param = (error.param or "").removeprefix(described).replace("]", "", 1)
                raise by_field(InvalidRequest(error.message, param=param), query) from None
            raise
    before, second = sets
    start, end = last_days(query.days, now=view.now(), zone=ZoneInfo(UTC))
    return simulate(
        reader=view.services.reader,
        meters=meters_of((*before, *second), meters=unit.meters, environment=environment),
        before=before,
        after=second,
        currency=common_currency(before, second),
        start=start,
        end=end,
    )


def _outcome(view: View, simulation: Simulation, query: SimulationQuery) -> Outcome:
    page = listed(
        simulation.customers,
        sort=query.sort,
        by={
            "change": lambda one: (abs(one.difference), one.customer),
            "customer": lambda one: one.customer,
            "before": lambda one: (one.before, one.customer),
            "after": lambda one: (one.after, one.customer),
            "difference": lambda one: (one.difference, one.customer),
        },
        page=query.page,
        row=lambda one: one,
    )
    known = view.unit.customers.many(view.environment.id, {one.customer for one in page.rows})
    names = {id: name_of(one) for id, one in known.items()}
    winners, losers = simulation.winners, simulation.losers
    return Outcome(
        currency=simulation.currency,
        before=simulation.before,
        after=simulation.after,
        winners=winners,
        losers=losers,
        unchanged=len(simulation.customers) - winners - losers,
        customers=Listed(
            rows=[_change(one, names.get(one.customer, one.customer)) for one in page.rows],
            found=page.found,
            page=page.page,
            pages=page.pages,
        ),
    )


def _change(one: Simulated, name: str) -> CustomerChange:
    percent = None
    if one.before:
        hundredfold = Decimal(one.difference * 100)
        percent = decimals.divided(hundredfold, Decimal(one.before), places=1)
    return CustomerChange(
        customer=one.customer,
        name=name,
        before=one.before,
        after=one.after,
        difference=one.difference,
        percent=percent,
    )


def simulation_table(data: SimulationData) -> Table:
    """Return the page's customers, amounts in the minor unit."""
    columns = ("customer", "name", "before", "after", "difference")
    rows = () if data.outcome is None else data.outcome.customers.rows
    return Table(
        name="simulation",
        columns=columns,
        rows=[[str(getattr(one, name)) for name in columns] for one in rows],
    )


PAGE = Page(
    path="catalog/simulation",
    area="catalog",
    query=SimulationQuery,
    read=read_simulation,
    template="simulation.html",
    title=lambda _: "Try prices on past usage",
    table=simulation_table,
)

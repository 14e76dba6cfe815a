"""A customer: usage by meter, the bill so far, subscriptions, credits, invoices."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from taximeter import customers
from taximeter.api.wire.customer import CustomerObject, DeletedCustomerObject, customer_object
from taximeter.customers import Customer, CustomerDetails
from taximeter.dashboard.chart import Chart, chart_of, chart_table, used
from taximeter.dashboard.page import Page, View
from taximeter.dashboard.pages.alert_history import NotificationRow, latest_notifications
from taximeter.dashboard.pages.customer_bill import Account, read_account
from taximeter.dashboard.pages.customers import AT_ONCE
from taximeter.dashboard.pages.invoices import InvoiceRow, invoice_row, name_of
from taximeter.dashboard.pages.meter_chart import DAYS, WINDOWS, Days
from taximeter.dashboard.pages.price_labels import price_label
from taximeter.dashboard.table import Table
from taximeter.errors import InvalidRequest
from taximeter.invoicing.invoice import InvoiceFilter
from taximeter.invoicing.present import customers_present
from taximeter.invoicing.shown import shown
from taximeter.kit.calendar import CalendarWindow, last_days
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.paging import Cursor
from taximeter.kit.zones import UTC
from taximeter.meters import Meter
from taximeter.subscriptions.subscription import Subscription, SubscriptionFilter
from taximeter.usage.over_time import usage_over_time
from taximeter.usage.reader import UsageQuery

METERS_MAX = 24
INVOICES_SHOWN = 10
ALERTS_SHOWN = 5


class CustomerQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which meter's usage is drawn, over which time; without a meter, the one with the most."""

    meter: str = ""
    days: Days = 30
    window: CalendarWindow = "day"


class MeterUse(msgspec.Struct, frozen=True, kw_only=True):
    """What a meter came to for the customer over the time that is shown."""

    id: str
    name: str
    formula: str
    value: Decimal


class SubscriptionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription in brief; `prices` by id, with what each is called."""

    id: str
    status: str
    prices: dict[str, str]
    period_start: int
    period_end: int
    cancel_at: int | None
    started: int


class CustomerData(msgspec.Struct, frozen=True, kw_only=True):
    """A customer as they are shown; `problem` says why there is no chart."""

    customer: CustomerObject | DeletedCustomerObject
    name: str
    deleted: bool
    details: CustomerDetails
    created: int
    now: int
    test_clock: str | None
    query: CustomerQuery
    meters: tuple[MeterUse, ...]
    meter: str | None
    chart: Chart | None
    used: tuple[int, ...]
    problem: str | None
    account: Account
    subscriptions: tuple[SubscriptionRow, ...]
    alerts: tuple[NotificationRow, ...]
    invoices: tuple[InvoiceRow, ...]
    more_invoices: bool

    @property
    def days(self) -> dict[int, str]:
        """Return the times that can be chosen."""
        return DAYS

    @property
    def windows(self) -> tuple[CalendarWindow, ...]:
        """Return the windows that can be chosen."""
        return WINDOWS


def read_customer(view: View, query: CustomerQuery) -> CustomerData:
    """Read a customer. Raises NotFound, LogFailed."""
    unit, environment = view.unit, view.environment
    customer = customers.retrieve(
        store=unit.customers, environment=environment, id=view.path_params["customer"]
    )
    now = _present(view, customer)
    start, end = last_days(query.days, now=now, zone=ZoneInfo(UTC))
    found = _meters(view, customer, start, end)
    chosen = _chosen(found, query)
    chart, problem = None, None
    if chosen is not None:
        try:
            chart = _chart(view, customer, chosen, start, end, query)
        except InvalidRequest as error:
            problem = error.message
    page = unit.invoices.page(
        environment.id, Cursor(limit=INVOICES_SHOWN), InvoiceFilter(customer=customer.id)
    )
    known = {customer.id: customer}
    return CustomerData(
        customer=customer_object(customer, environment),
        name=name_of(customer),
        deleted=customer.deleted_at is not None,
        details=customer.details,
        created=customer.created,
        now=now,
        test_clock=customer.test_clock,
        query=query,
        meters=tuple(
            MeterUse(id=one.id, name=one.display_name, formula=one.formula, value=value)
            for one, value in found
        ),
        meter=None if chosen is None else chosen.id,
        chart=chart,
        used=tuple(used(chart)) if chart else (),
        problem=problem,
        account=read_account(view, customer, now=now),
        subscriptions=_subscriptions(view, customer),
        alerts=latest_notifications(view, limit=ALERTS_SHOWN, customer=customer.id),
        invoices=tuple(
            invoice_row(one, customer)
            for one in shown(page.data, unit=unit, environment=environment.id, customers=known)
        ),
        more_invoices=page.has_more,
    )


def _present(view: View, customer: Customer) -> int:
    """Return the customer's time; that of a deleted test clock is over, and ours goes on."""
    clock, unit = customer.test_clock, view.unit
    if clock is not None and unit.test_clocks.get(view.environment.id, clock) is None:
        return view.now()
    return customers_present(unit=unit, customer=customer, clock=view.services.clock)


def _meters(view: View, customer: Customer, start: int, end: int) -> list[tuple[Meter, Decimal]]:
    """Return the meters that the customer used, what is used the most first."""
    here = [one for one in view.unit.meters.all() if one.environment == view.environment.id]
    found = []
    for meter in here[:METERS_MAX]:
        query = UsageQuery(
            meter=meter,
            customer=customer.id,
            start_us=start * MICROSECONDS,
            end_us=end * MICROSECONDS,
        )
        found += [(meter, one.value) for one in view.services.reader.totals(query)]
    return sorted(found, key=lambda one: (-one[1], one[0].id))


def _chosen(found: list[tuple[Meter, Decimal]], query: CustomerQuery) -> Meter | None:
    named = [meter for meter, _ in found if meter.id == query.meter]
    return next(iter([*named, *(meter for meter, _ in found)]), None)


def _chart(
    view: View, customer: Customer, meter: Meter, start: int, end: int, query: CustomerQuery
) -> Chart:
    usage = usage_over_time(
        reader=view.services.reader,
        meter=meter,
        customer=customer.id,
        start=start,
        end=end,
        window=query.window,
        zone=ZoneInfo(UTC),
        windows_max=view.services.settings.chart_windows_max,
    )
    return chart_of(usage, label=meter.display_name, kind="bars", window=query.window, zone=UTC)


def _subscriptions(view: View, customer: Customer) -> tuple[SubscriptionRow, ...]:
    where = SubscriptionFilter(customer=customer.id, status="all")
    found = view.unit.subscriptions.page(view.environment.id, AT_ONCE, where).data
    ids = {item.price for one in found for item in one.items}
    prices = view.unit.prices.many(view.environment.id, ids)
    labels = {id: price_label(price) for id, price in prices.items()}
    return tuple(_subscription(one, labels) for one in found)


def _subscription(subscription: Subscription, labels: dict[str, str]) -> SubscriptionRow:
    return SubscriptionRow(
        id=subscription.id,
        status=subscription.status,
        prices={item.price: labels[item.price] for item in subscription.items},
        period_start=subscription.current_period_start,
        period_end=subscription.current_period_end,
        cancel_at=subscription.cancel_at,
        started=subscription.start_date,
    )


def customer_table(data: CustomerData) -> Table:
    """Return the chart as a table; empty where nothing was used."""
    if data.chart is None:
        return Table(name=f"usage-{data.name}", columns=("window", "value"), rows=())
    return chart_table(data.chart, f"usage-{data.name}-{data.query.window}")


PAGE = Page(
    path="customers/{customer}",
    area="customers",
    query=CustomerQuery,
    read=read_customer,
    template="customer.html",
    title=lambda data: data.name,
    table=customer_table,
)

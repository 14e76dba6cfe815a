"""The list of customers."""

import msgspec

from taximeter.customers import Customer, CustomerFilter
from taximeter.dashboard.listing import (
    Column,
    Head,
    Listed,
    Pager,
    heads,
    listed,
    pager,
    stretch,
)
from taximeter.dashboard.page import Page, View
from taximeter.dashboard.pages.invoices import name_of
from taximeter.dashboard.table import Table
from taximeter.kit.paging import Cursor
from taximeter.subscriptions.subscription import SubscriptionFilter

AT_ONCE = Cursor(limit=100)
"""How many of each kind are shown of one customer: the newest."""

COLUMNS = (
    Column(label="Customer", name="name"),
    Column(label="E-mail", name="email"),
    Column(label="Description"),
    Column(label="Subscriptions", numeric=True),
    Column(label="Id"),
    Column(label="Created", name="created", numeric=True),
)


class CustomersQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which customers, in which order; `after` begins at older ones."""

    q: str = ""
    sort: str = "-created"
    page: int = 1
    after: str = ""


class CustomerRow(msgspec.Struct, frozen=True, kw_only=True):
    """A customer in brief."""

    id: str
    name: str
    email: str | None
    description: str | None
    subscriptions: int
    created: int
    test_clock: str | None


class CustomersData(msgspec.Struct, frozen=True, kw_only=True):
    """The list as it is shown."""

    customers: Listed[CustomerRow]
    query: CustomersQuery
    heads: tuple[Head, ...]
    pager: Pager


def read_customers(view: View, query: CustomersQuery) -> CustomersData:
    """Read a page of the list; whoever is named by id is found however old."""
    store, environment = view.unit.customers, view.environment.id
    wanted = query.q.strip()
    read = stretch(lambda cursor: store.page(environment, cursor, CustomerFilter()), query.after)
    named = store.get(environment, wanted) if wanted else None
    found = (
        [named]
        if named is not None
        else [one for one in read.items if _matches(one, wanted.casefold())]
    )
    page = listed(
        found,
        sort=query.sort,
        by={
            "created": lambda one: (one.created, one.id),
            "name": lambda one: (name_of(one).casefold(), one.id),
            "email": lambda one: (one.details.email or "", one.id),
        },
        page=query.page,
        row=lambda one: _row(view, one),
    )
    return CustomersData(
        customers=page,
        query=query,
        heads=heads(COLUMNS, query),
        pager=pager(query, page, read),
    )


def _matches(customer: Customer, wanted: str) -> bool:
    details = customer.details
    texts = (customer.id, details.name, details.email, details.description, details.business_name)
    return not wanted or any(wanted in text.casefold() for text in texts if text)


def _row(view: View, customer: Customer) -> CustomerRow:
    subscribed = view.unit.subscriptions.page(
        view.environment.id, AT_ONCE, SubscriptionFilter(customer=customer.id)
    )
    return CustomerRow(
        id=customer.id,
        name=name_of(customer),
        email=customer.details.email,
        description=customer.details.description,
        subscriptions=len(subscribed.data),
        created=customer.created,
        test_clock=customer.test_clock,
    )


def customers_table(data: CustomersData) -> Table:
    """Return the page's rows."""
    columns = CustomerRow.__struct_fields__
    return Table(
        name="customers",
        columns=columns,
        rows=[
            ["" if (value := getattr(one, name)) is None else str(value) for name in columns]
            for one in data.customers.rows
        ],
    )


PAGE = Page(
    path="customers",
    area="customers",
    query=CustomersQuery,
    read=read_customers,
    template="customers.html",
    title=lambda _: "Customers",
    table=customers_table,
)

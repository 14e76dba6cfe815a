"""`/v1/customers`."""

import re
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType

from taximeter import customers, test_clocks
from taximeter.api.endpoint import Endpoint
from taximeter.api.lists import (
    CreatedParam,
    ListObject,
    ListParams,
    UnixTime,
    created_range,
    list_object,
    unknown_cursor,
)
from taximeter.api.params import Params, given
from taximeter.api.services import Context
from taximeter.api.wire.customer import CustomerObject, DeletedCustomerObject, customer_object
from taximeter.api.wire.test_clock import test_clock_object
from taximeter.customers import Customer, CustomerChange, CustomerFilter, TaxExempt
from taximeter.errors import InvalidRequest, ResourceMissing
from taximeter.invoicing.end import end_all
from taximeter.kit.paging import UnknownCursor

EXPANDABLE = frozenset({"default_source", "test_clock"})
_EXPANDED = frozenset({"test_clock", "data.test_clock"})

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_PREFIX = re.compile(r"[A-Z0-9]{3,12}")
_PAYMENTS = "Taximeter collects no payments; leave it out."
_NOT_YET = "It is not supported here; leave it out."
_FOR_GOOD = "A customer is put on a test clock when it is created, and stays on it; leave it out."

Name150 = Annotated[str, msgspec.Meta(max_length=150)]


class CustomerUpdate(Params, frozen=True, kw_only=True):
    """What changing a customer takes."""

    refused = {
        "cash_balance": _PAYMENTS,
        "default_source": _PAYMENTS,
        "payment_method": _PAYMENTS,
        "source": _PAYMENTS,
        "tax": _NOT_YET,
        "tax_id_data": _NOT_YET,
        "test_clock": _FOR_GOOD,
        "validate": _PAYMENTS,
    }

    address: customers.Address | None | UnsetType = UNSET
    balance: int | UnsetType = UNSET
    business_name: Name150 | None | UnsetType = UNSET
    description: str | None | UnsetType = UNSET
    email: Annotated[str, msgspec.Meta(max_length=512)] | None | UnsetType = UNSET
    individual_name: Name150 | None | UnsetType = UNSET
    invoice_prefix: str | None | UnsetType = UNSET
    invoice_settings: customers.InvoiceSettingsChange | UnsetType = UNSET
    metadata: dict[str, str] | None | UnsetType = UNSET
    name: Annotated[str, msgspec.Meta(max_length=256)] | None | UnsetType = UNSET
    next_invoice_sequence: Annotated[int, msgspec.Meta(ge=1)] | UnsetType = UNSET
    phone: Annotated[str, msgspec.Meta(max_length=20)] | None | UnsetType = UNSET
    preferred_locales: tuple[str, ...] | None | UnsetType = UNSET
    shipping: customers.Shipping | None | UnsetType = UNSET
    tax_exempt: TaxExempt | None | UnsetType = UNSET


class CustomerCreate(CustomerUpdate, frozen=True, kw_only=True):
    """What creating a customer takes."""

    test_clock: str | None = None


class CustomerList(ListParams, frozen=True, kw_only=True):
    """What listing customers takes."""

    email: str | None = None
    created: UnixTime | CreatedParam | None = None
    test_clock: str | None = None


def _change(params: CustomerUpdate) -> CustomerChange:
    if isinstance(params.email, str) and not _EMAIL.fullmatch(params.email):
        raise InvalidRequest(
            f"Invalid email address: {params.email}", param="email", code="email_invalid"
        )
    if isinstance(params.invoice_prefix, str) and not _PREFIX.fullmatch(params.invoice_prefix):
        raise InvalidRequest(
            "Invalid invoice_prefix: must be 3 to 12 uppercase letters or digits",
            param="invoice_prefix",
        )
    sent: dict[str, Any] = given(params)
    sent.pop("test_clock", None)
    return CustomerChange(**sent)


Rendered = CustomerObject | DeletedCustomerObject


def _create(context: Context, params: CustomerCreate) -> Rendered:
    now = context.now()
    if params.test_clock is not None:
        clock = _clock(context, params.test_clock)
        test_clocks.check_ready(clock)
        now = clock.frozen_time
    customer = customers.create(
        store=context.unit.customers,
        environment=context.environment,
        now=now,
        change=_change(params),
        test_clock=params.test_clock,
    )
    return _render(context, params, customer)


def _clock(context: Context, id: str) -> test_clocks.TestClock:
    clock = context.unit.test_clocks.get(context.environment.id, id)
    if clock is None:
        raise ResourceMissing(f"No such test_clock: '{id}'", param="test_clock")
    return clock


def _retrieve(context: Context, params: Params) -> Rendered:
    customer = customers.retrieve(
        store=context.unit.customers,
        environment=context.environment,
        id=context.path_params["customer"],
    )
    return _render(context, params, customer)


def _update(context: Context, params: CustomerUpdate) -> Rendered:
    customer = customers.update(
        store=context.unit.customers,
        environment=context.environment,
        id=context.path_params["customer"],
        change=_change(params),
    )
    return _render(context, params, customer)


def _delete(context: Context, params: Params) -> Rendered:
    store, id = context.unit.customers, context.path_params["customer"]
    there = customers.retrieve_present(store=store, environment=context.environment, id=id)
    now = context.now()
    if there.test_clock is not None:
        clock = _clock(context, there.test_clock)
        test_clocks.check_ready(clock)
        now = clock.frozen_time
    end_all(id, billing=context.billing())
    customer = customers.delete(store=store, environment=context.environment, id=id, now=now)
    return _render(context, params, customer)


def _list(context: Context, params: CustomerList) -> ListObject[Rendered]:
    where = CustomerFilter(
        email=params.email,
        created=created_range(params.created),
        test_clock=params.test_clock,
    )
    if params.test_clock is not None:
        _clock(context, params.test_clock)
    try:
        page = context.unit.customers.page(context.environment.id, params.cursor(), where)
    except UnknownCursor as error:
        raise unknown_cursor(error, params, "customer") from None
    return list_object(page, context.path, lambda customer: _render(context, params, customer))


def _render(context: Context, params: Params, customer: Customer) -> Rendered:
    """Render a customer, with its test clock if that was to be expanded."""
    if customer.test_clock is None or not _EXPANDED.intersection(params.expand):
        return customer_object(customer, context.environment)
    clock = context.unit.test_clocks.get(context.environment.id, customer.test_clock)
    return customer_object(
        customer,
        context.environment,
        test_clock=None if clock is None else test_clock_object(clock, context.environment),
    )


_ALL = "/v1/customers"
_ONE = "/v1/customers/{customer}"

ENDPOINTS = (
    Endpoint(
        method="POST",
        path=_ALL,
        params=CustomerCreate,
        run=_create,
        expandable=EXPANDABLE,
        changes_clocks=True,
    ),
    Endpoint(method="GET", path=_ALL, params=CustomerList, run=_list, expandable=EXPANDABLE),
    Endpoint(method="GET", path=_ONE, params=Params, run=_retrieve, expandable=EXPANDABLE),
    Endpoint(method="POST", path=_ONE, params=CustomerUpdate, run=_update, expandable=EXPANDABLE),
    Endpoint(
        method="DELETE",
        path=_ONE,
        params=Params,
        run=_delete,
        expandable=EXPANDABLE,
        changes_directory=True,
    ),
)

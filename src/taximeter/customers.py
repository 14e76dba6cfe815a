"""Customers: who is billed, and whom meter events belong to."""

from collections.abc import Collection
from typing import Annotated, Literal, Protocol

import msgspec
from msgspec import UNSET, UnsetType

from taximeter.environments import Environment
from taximeter.errors import NotFound
from taximeter.kit.ids import new_id
from taximeter.kit.paging import CreatedRange, Cursor, Page
from taximeter.metadata import merged_metadata

TaxExempt = Literal["none", "exempt", "reverse"]


class Address(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A postal address; `country` is a two-letter code."""

    city: str | None = None
    country: str | None = None
    line1: str | None = None
    line2: str | None = None
    postal_code: str | None = None
    state: str | None = None


class Shipping(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Where goods go to, and to whom."""

    address: Address
    name: str
    phone: str | None = None


class CustomField(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A line that the customer wants to see on invoices."""

    name: Annotated[str, msgspec.Meta(max_length=40)]
    value: Annotated[str, msgspec.Meta(max_length=140)]


class RenderingOptions(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How the customer's invoices are laid out."""

    amount_tax_display: str | None = None
    template: str | None = None


class InvoiceSettings(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the customer's invoices carry by default."""

    custom_fields: tuple[CustomField, ...] | None = None
    default_payment_method: str | None = None
    footer: str | None = None
    rendering_options: RenderingOptions | None = None


class CustomerDetails(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The fields of a customer that a caller may set, and the currency of the first invoice.

    `balance` is in that currency's minor unit: below zero it pays for invoices, above zero it is
    owed with the next one.
    """

    address: Address | None = None
    balance: int = 0
    business_name: str | None = None
    currency: str | None = None
    description: str | None = None
    email: str | None = None
    individual_name: str | None = None
    invoice_prefix: str | None = None
    invoice_settings: InvoiceSettings = InvoiceSettings()
    metadata: dict[str, str] = {}
    name: str | None = None
    next_invoice_sequence: int = 1
    phone: str | None = None
    preferred_locales: tuple[str, ...] = ()
    shipping: Shipping | None = None
    tax_exempt: TaxExempt = "none"


class InvoiceSettingsChange(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A change to the invoice settings; what is UNSET stays."""

    custom_fields: tuple[CustomField, ...] | None | UnsetType = UNSET
    default_payment_method: str | None | UnsetType = UNSET
    footer: str | None | UnsetType = UNSET
    rendering_options: RenderingOptions | None | UnsetType = UNSET


class CustomerChange(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A change to a customer: what is UNSET stays, None unsets."""

    address: Address | None | UnsetType = UNSET
    balance: int | UnsetType = UNSET
    business_name: str | None | UnsetType = UNSET
    description: str | None | UnsetType = UNSET
    email: str | None | UnsetType = UNSET
    individual_name: str | None | UnsetType = UNSET
    invoice_prefix: str | None | UnsetType = UNSET
    invoice_settings: InvoiceSettingsChange | UnsetType = UNSET
    metadata: dict[str, str] | None | UnsetType = UNSET
    name: str | None | UnsetType = UNSET
    next_invoice_sequence: int | UnsetType = UNSET
    phone: str | None | UnsetType = UNSET
    preferred_locales: tuple[str, ...] | None | UnsetType = UNSET
    shipping: Shipping | None | UnsetType = UNSET
    tax_exempt: TaxExempt | None | UnsetType = UNSET


class Customer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A customer; a deleted one is kept, for the usage and invoices that name it."""

    id: str
    environment: int
    created: int
    details: CustomerDetails
    deleted_at: int | None = None
    test_clock: str | None = None


class CustomerFilter(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Which customers to list; `email` compares exactly.

    Those of test clocks are listed only for their clock.
    """

    email: str | None = None
    test_clock: str | None = None
    created: CreatedRange = CreatedRange()


class CustomerStore(Protocol):
    """Keeps customers; every method sees one environment only."""

    def add(self, customer: Customer) -> None:
        """Keep a new customer."""
        ...

    def get(self, environment: int, id: str) -> Customer | None:
        """Return the customer, deleted or not, or None."""
        ...

    def save(self, customer: Customer) -> None:
        """Keep a changed customer."""
        ...

    def existing(self, environment: int, ids: Collection[str]) -> set[str]:
        """Return those of the ids that belong to a customer who is not deleted."""
        ...

    def existing_ids(self, environment: int, *, limit: int) -> set[str]:
        """Return the ids of up to `limit` customers, the newest, who are not deleted."""
        ...

    def page(self, environment: int, cursor: Cursor, where: CustomerFilter) -> Page[Customer]:
        """Return a page of those not deleted, newest first. Raises UnknownCursor."""
        ...


def create(
    *,
    store: CustomerStore,
    environment: Environment,
    now: int,
    change: CustomerChange,
    test_clock: str | None = None,
) -> Customer:
    """Create a customer from what the caller set. Raises InvalidRequest for bad metadata."""
    customer = Customer(
        id=new_id("cus"),
        environment=environment.id,
        created=now,
        details=changed(CustomerDetails(), change),
        test_clock=test_clock,
    )
    store.add(customer)
    return customer


def changed(details: CustomerDetails, change: CustomerChange) -> CustomerDetails:
    """Apply a change: None restores a field's default. Raises InvalidRequest for bad metadata."""
    defaults = CustomerDetails()
    values: dict[str, object] = {}
    for field in change.__struct_fields__:
        value = getattr(change, field)
        if value is UNSET:
            continue
        if field == "metadata":
            value = merged_metadata(details.metadata, value)
        elif field == "invoice_settings":
            sent = {
                name: given
                for name in value.__struct_fields__
                if (given := getattr(value, name)) is not UNSET
            }
            value = msgspec.structs.replace(details.invoice_settings, **sent)
        values[field] = getattr(defaults, field) if value is None else value
    return msgspec.structs.replace(details, **values)


def retrieve(*, store: CustomerStore, environment: Environment, id: str) -> Customer:
    """Return the customer, deleted or not. Raises NotFound."""
    customer = store.get(environment.id, id)
    if customer is None:
        raise NotFound(f"No such customer: '{id}'", param="id")
    return customer


def retrieve_present(*, store: CustomerStore, environment: Environment, id: str) -> Customer:
    """Return the customer unless it is deleted. Raises NotFound."""
    customer = store.get(environment.id, id)
    if customer is None or customer.deleted_at is not None:
        raise NotFound(f"No such customer: '{id}'", param="id")
    return customer


def update(
    *, store: CustomerStore, environment: Environment, id: str, change: CustomerChange
) -> Customer:
    """Change a customer. Raises NotFound, and InvalidRequest for bad metadata."""
    customer = retrieve_present(store=store, environment=environment, id=id)
    updated = msgspec.structs.replace(customer, details=changed(customer.details, change))
    store.save(updated)
    return updated


def delete(*, store: CustomerStore, environment: Environment, id: str, now: int) -> Customer:
    """Delete a customer: it takes no new events, and its past usage stays readable."""
    customer = retrieve_present(store=store, environment=environment, id=id)
    deleted = msgspec.structs.replace(customer, deleted_at=now)
    store.save(deleted)
    return deleted

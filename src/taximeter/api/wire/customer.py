"""`customer` on the wire."""

from typing import Literal

import msgspec

from taximeter.api.wire.test_clock import TestClockObject
from taximeter.customers import Address, Customer, InvoiceSettings, Shipping, TaxExempt
from taximeter.environments import Environment


class CustomerObject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A customer; what belongs to payments is null."""

    id: str
    object: Literal["customer"] = "customer"
    address: Address | None
    balance: int
    business_name: str | None
    created: int
    currency: str | None
    customer_account: None = None
    default_source: None = None
    delinquent: bool = False
    description: str | None
    discount: None = None
    email: str | None
    individual_name: str | None
    invoice_prefix: str | None
    invoice_settings: InvoiceSettings
    livemode: bool
    metadata: dict[str, str]
    name: str | None
    next_invoice_sequence: int
    phone: str | None
    preferred_locales: tuple[str, ...]
    shipping: Shipping | None
    tax_exempt: TaxExempt
    test_clock: str | TestClockObject | None


class DeletedCustomerObject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """All that is left to see of a deleted customer."""

    id: str
    object: Literal["customer"] = "customer"
    deleted: Literal[True] = True


def customer_object(
    customer: Customer, environment: Environment, *, test_clock: TestClockObject | None = None
) -> CustomerObject | DeletedCustomerObject:
    """Render a customer, with its test clock in place of that clock's id where it is given."""
    if customer.deleted_at is not None:
        return DeletedCustomerObject(id=customer.id)
    return CustomerObject(
        id=customer.id,
        created=customer.created,
        livemode=environment.livemode,
        test_clock=test_clock or customer.test_clock,
        **msgspec.structs.asdict(customer.details),
    )

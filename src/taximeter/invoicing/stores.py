"""What billing works with: the stores that one transaction opens, and how to open one."""

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from taximeter.credits.grant import CreditGrantStore, CreditLedger
from taximeter.customers import Customer, CustomerStore
from taximeter.due import DueStore
from taximeter.invoicing.invoice import InvoiceItemStore, InvoiceStore
from taximeter.meters import MeterStore
from taximeter.pricing.price import PriceStore
from taximeter.pricing.product import ProductStore
from taximeter.subscriptions.subscription import SubscriptionStore
from taximeter.test_clocks import TestClockStore


class BilledCustomers(CustomerStore, Protocol):
    """Customers, read and written many at once: invoices are numbered and settled in batches."""

    def many(self, environment: int, ids: Collection[str]) -> dict[str, Customer]:
        """Return those of the customers that exist, deleted or not, by id."""
        ...

    def save_many(self, customers: Sequence[Customer]) -> None:
        """Keep changed customers."""
        ...


class BillingUnit(Protocol):
    """One transaction over everything that an invoice is made of."""

    @property
    def customers(self) -> BilledCustomers:
        """Return the customers."""
        ...

    @property
    def meters(self) -> MeterStore:
        """Return the meters."""
        ...

    @property
    def products(self) -> ProductStore:
        """Return the products."""
        ...

    @property
    def prices(self) -> PriceStore:
        """Return the prices."""
        ...

    @property
    def subscriptions(self) -> SubscriptionStore:
        """Return the subscriptions."""
        ...

    @property
    def invoices(self) -> InvoiceStore:
        """Return the invoices."""
        ...

    @property
    def invoice_items(self) -> InvoiceItemStore:
        """Return the invoice items."""
        ...

    @property
    def credit_grants(self) -> CreditGrantStore:
        """Return the credit grants."""
        ...

    @property
    def credit_ledger(self) -> CreditLedger:
        """Return the ledger of credits."""
        ...

    @property
    def test_clocks(self) -> TestClockStore:
        """Return the test clocks."""
        ...

    @property
    def due(self) -> DueStore:
        """Return the due work."""
        ...


class BillingRecords(Protocol):
    """Opens transactions over the records."""

    def reading(self) -> AbstractContextManager[BillingUnit]:
        """Open a transaction that only reads."""
        ...

    def writing(self) -> AbstractContextManager[BillingUnit]:
        """Open a transaction that commits at the end of the block, and not at all on an error."""
        ...

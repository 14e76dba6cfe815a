"""The stores that credits touch, within one transaction."""

from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from taximeter.credits.grant import CreditGrantStore, CreditLedger
from taximeter.customers import CustomerStore
from taximeter.due import DueStore
from taximeter.pricing.price import PriceStore
from taximeter.test_clocks import TestClockStore


class CreditUnit(Protocol):
    """One transaction over the records, as far as credits go."""

    @property
    def customers(self) -> CustomerStore:
        """Return the customers."""
        ...

    @property
    def prices(self) -> PriceStore:
        """Return the prices."""
        ...

    @property
    def credit_grants(self) -> CreditGrantStore:
        """Return the grants."""
        ...

    @property
    def credit_ledger(self) -> CreditLedger:
        """Return the ledger."""
        ...

    @property
    def test_clocks(self) -> TestClockStore:
        """Return the test clocks."""
        ...

    @property
    def due(self) -> DueStore:
        """Return the due work."""
        ...


UnitOpened = TypeVar("UnitOpened", bound=CreditUnit, covariant=True)


class CreditRecords(Protocol[UnitOpened]):
    """Opens transactions that write; they commit at the end of the block."""

    def writing(self) -> AbstractContextManager[UnitOpened]:
        """Open a transaction, which an error undoes."""
        ...

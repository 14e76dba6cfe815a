"""Credit grants: money that pays for metered usage before anything else does.

A grant itself holds no balance. What is left of it is the sum of its entries in the ledger.
"""

from collections.abc import Collection, Sequence
from typing import Literal, Protocol

import msgspec

from taximeter.kit.paging import Cursor, Page

Category = Literal["paid", "promotional"]
TransactionType = Literal[
    "credits_granted",
    "credits_application_invoice_voided",
    "credits_applied",
    "credits_expired",
    "credits_voided",
]


class CreditGrant(msgspec.Struct, frozen=True, kw_only=True):
    """Credits of one customer and currency; without `prices` they pay for every metered price.

    `amount` is what was granted, in the minor unit. A smaller `priority` is used earlier.
    `expired_at` is when the ledger was told of the expiry, which may be later than `expires_at`.
    """

    id: str
    environment: int
    created: int
    updated: int
    customer: str
    test_clock: str | None = None
    currency: str
    amount: int
    prices: tuple[str, ...] = ()
    category: Category = "paid"
    effective_at: int
    expires_at: int | None = None
    priority: int = 50
    name: str | None = None
    metadata: dict[str, str] = {}
    voided_at: int | None = None
    expired_at: int | None = None

    def has_expired(self, now: int) -> bool:
        """Say whether it has expired by a moment, whether or not the ledger says so yet."""
        if self.expired_at is not None:
            return True
        return self.expires_at is not None and self.expires_at <= now


class CreditBalanceTransaction(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the ledger: credits that came (positive) or went (negative)."""

    id: str
    environment: int
    created: int
    customer: str
    test_clock: str | None = None
    credit_grant: str
    type: TransactionType
    amount: int
    currency: str
    effective_at: int
    invoice: str | None = None
    invoice_line_item: str | None = None


class CreditGrantStore(Protocol):
    """Keeps grants; every method sees one environment only."""

    def add(self, grant: CreditGrant) -> None:
        """Keep a new grant."""
        ...

    def get(self, environment: int, id: str) -> CreditGrant | None:
        """Return the grant, or None."""
        ...

    def save(self, grant: CreditGrant) -> None:
        """Keep a changed grant."""
        ...

    def of_customers(
        self, environment: int, customers: Collection[str], *, ended: bool = False
    ) -> Sequence[CreditGrant]:
        """Return the grants of customers, the older ones of each first.

        Those that were voided or have expired only if `ended` asks for them.
        """
        ...

    def page(self, environment: int, cursor: Cursor, customer: str | None) -> Page[CreditGrant]:
        """Return a page, newest first. Raises UnknownCursor.

        Without a customer, those of test clocks are left out.
        """
        ...


class CreditLedger(Protocol):
    """Keeps entries for ever, and adds them up; every method sees one environment only."""

    def add(self, new: Sequence[CreditBalanceTransaction]) -> None:
        """Keep new entries."""
        ...

    def get(self, environment: int, id: str) -> CreditBalanceTransaction | None:
        """Return the entry, or None."""
        ...

    def balances(self, environment: int, grants: Collection[str]) -> dict[str, int]:
        """Return what is left of each grant: the sum of its entries, 0 where it has none."""
        ...

    def was_applied(self, environment: int, grant: str) -> bool:
        """Say whether the grant ever paid for an invoice, voided or not."""
        ...

    def of_invoice(self, environment: int, invoice: str) -> Sequence[CreditBalanceTransaction]:
        """Return the entries that name an invoice, oldest first."""
        ...

    def page(
        self, environment: int, cursor: Cursor, customer: str, credit_grant: str | None
    ) -> Page[CreditBalanceTransaction]:
        """Return a page, newest first. Raises UnknownCursor."""
        ...

"""Invoices and their lines. A finalized one never changes in what it bills.

All moments are Unix seconds, all periods half-open, all amounts in the currency's minor unit.
"""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Literal, Protocol

import msgspec

from taximeter.customers import CustomerDetails
from taximeter.kit.paging import CreatedRange, Cursor, Page
from taximeter.pricing.price import DimensionFilters
from taximeter.subscriptions.subscription import CollectionMethod, PauseBehavior

InvoiceStatus = Literal["draft", "open", "paid", "uncollectible", "void"]
BillingReason = Literal[
    "manual",
    "subscription_create",
    "subscription_cycle",
    "subscription_threshold",
    "subscription_update",
    "upcoming",
]


class MeteredUsage(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Where a quantity came from, with all that is needed to read it from the log again.

    `value` is the meter's own over `[start, end)`, as of the moment `as_of_us`. Of it earlier
    invoices from the same start, at thresholds, have billed `billed_before`: what is billed is the
    price of all of it less the price of that. With `continues` the next invoice does the same, and
    so makes up for what comes late.
    """

    meter: str
    start: int
    end: int
    dimension_filters: DimensionFilters = ()
    as_of_us: int
    value: Decimal
    billed_before: Decimal = Decimal(0)
    continues: bool = False


class LineCredit(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Credits that pay a part of a line, and the ledger's entry for it; drafts have none yet."""

    amount: int
    credit_grant: str
    credit_balance_transaction: str | None = None


class Line(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One line. `tier` and `kind` say which charge of its price it is (see `pricing.rate.Charge`).

    `late_of` is the id of the line of an earlier invoice that late usage is an adjustment of.
    """

    id: str
    kind: Literal["units", "flat", "invoice_item", "proration", "late_usage"]
    amount: int
    currency: str
    description: str
    period_start: int
    period_end: int
    quantity: Decimal
    unit_amount: Decimal | None = None
    tier: int | None = None
    price: str | None = None
    product: str | None = None
    subscription: str | None = None
    subscription_item: str | None = None
    invoice_item: str | None = None
    late_of: str | None = None
    usage: MeteredUsage | None = None
    credits: tuple[LineCredit, ...] = ()
    discountable: bool = True
    metadata: dict[str, str] = {}


class Invoice(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An invoice with its lines, in Stripe's order.

    `balance_applied` is what the customer's balance took off (negative) or put on top (positive).
    `pause_behavior` is what becomes of it because its subscription is not collected, and
    `billed_to` the customer as it was at finalization.
    """

    id: str
    environment: int
    created: int
    customer: str
    test_clock: str | None = None
    subscription: str | None = None
    currency: str
    status: InvoiceStatus = "draft"
    billing_reason: BillingReason
    collection_method: CollectionMethod = "charge_automatically"
    number: str | None = None
    period_start: int
    period_end: int
    lines: tuple[Line, ...] = ()
    auto_advance: bool = True
    automatically_finalizes_at: int | None = None
    days_until_due: int | None = None
    due_date: int | None = None
    finalized_at: int | None = None
    paid_at: int | None = None
    voided_at: int | None = None
    marked_uncollectible_at: int | None = None
    paid_out_of_band: bool = False
    starting_balance: int = 0
    ending_balance: int | None = None
    balance_applied: int = 0
    amount_paid: int = 0
    pause_behavior: PauseBehavior | None = None
    threshold_amount_gte: int | None = None
    description: str | None = None
    footer: str | None = None
    metadata: dict[str, str] = {}
    billed_to: CustomerDetails | None = None

    @property
    def subtotal(self) -> int:
        """Return the sum of the lines."""
        return sum(line.amount for line in self.lines)

    @property
    def credited(self) -> int:
        """Return what credits pay."""
        return sum(credit.amount for line in self.lines for credit in line.credits)

    @property
    def total(self) -> int:
        """Return the sum of the lines less credits; negative where it goes to the balance."""
        return self.subtotal - self.credited

    @property
    def amount_due(self) -> int:
        """Return what is left to pay at finalization, the customer's balance applied."""
        return max(0, self.total + self.balance_applied)


class InvoiceItem(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Something to be put on a customer's next invoice; pending until it stands on one.

    `lines` are what it becomes there: an item for usage so far at an old price has a line for each
    tier, and their amounts add up to the item's.
    """

    id: str
    environment: int
    created: int
    customer: str
    test_clock: str | None = None
    currency: str
    amount: int
    description: str | None
    period_start: int
    period_end: int
    quantity: Decimal = Decimal(1)
    unit_amount: Decimal | None = None
    price: str | None = None
    product: str | None = None
    subscription: str | None = None
    subscription_item: str | None = None
    invoice: str | None = None
    proration: bool = False
    discountable: bool = True
    usage: MeteredUsage | None = None
    lines: tuple[Line, ...] = ()
    metadata: dict[str, str] = {}


class InvoiceFilter(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Which invoices to list; None does not restrict.

    Those of test clocks are listed only for a customer, a subscription or their clock.
    """

    customer: str | None = None
    subscription: str | None = None
    status: InvoiceStatus | None = None
    collection_method: CollectionMethod | None = None
    created: CreatedRange = CreatedRange()
    due_date: CreatedRange = CreatedRange()


class InvoiceStore(Protocol):
    """Keeps invoices; every method sees one environment only."""

    def add(self, invoices: Sequence[Invoice]) -> None:
        """Keep new invoices."""
        ...

    def get(self, environment: int, id: str) -> Invoice | None:
        """Return the invoice, or None."""
        ...

    def many(self, environment: int, ids: Collection[str]) -> dict[str, Invoice]:
        """Return those of the invoices that exist, by id."""
        ...

    def drafts_of(self, environment: int, customers: Collection[str]) -> Sequence[Invoice]:
        """Return the drafts of customers, newest first."""
        ...

    def recent(
        self, environment: int, subscriptions: Collection[str], *, period_end_gt: int
    ) -> Sequence[Invoice]:
        """Return the invoices of subscriptions whose period ended after a moment, oldest first."""
        ...

    def save(self, invoices: Sequence[Invoice]) -> None:
        """Keep changed invoices."""
        ...

    def delete(self, environment: int, id: str) -> None:
        """Drop a draft."""
        ...

    def page(self, environment: int, cursor: Cursor, where: InvoiceFilter) -> Page[Invoice]:
        """Return a page, newest first. Raises UnknownCursor."""
        ...


class InvoiceItemFilter(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Which invoice items to list; None does not restrict.

    Those of test clocks are listed only for a customer or an invoice.
    """

    created: CreatedRange = CreatedRange()
    customer: str | None = None
    invoice: str | None = None
    pending: bool | None = None


class InvoiceItemStore(Protocol):
    """Keeps invoice items; every method sees one environment only."""

    def add(self, items: Sequence[InvoiceItem]) -> None:
        """Keep new items."""
        ...

    def get(self, environment: int, id: str) -> InvoiceItem | None:
        """Return the item, or None."""
        ...

    def save(self, items: Sequence[InvoiceItem]) -> None:
        """Keep changed items."""
        ...

    def delete(self, environment: int, id: str) -> None:
        """Drop an item."""
        ...

    def pending(self, environment: int, customers: Collection[str]) -> Sequence[InvoiceItem]:
        """Return what stands on no invoice yet, newest first."""
        ...

    def page(self, environment: int, cursor: Cursor, where: InvoiceItemFilter) -> Page[InvoiceItem]:
        """Return a page, newest first. Raises UnknownCursor."""
        ...

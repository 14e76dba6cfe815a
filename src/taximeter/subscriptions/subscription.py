"""Subscriptions: a customer, prices, and the periods in which they are billed.

All moments are Unix seconds; all periods are half-open.
"""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Literal, Protocol

import msgspec

from taximeter.kit.paging import Cursor, Page
from taximeter.pricing.price import Interval, Price

Status = Literal[
    "trialing",
    "active",
    "past_due",
    "paused",
    "canceled",
    "unpaid",
    "incomplete",
    "incomplete_expired",
]
BillingMode = Literal["classic", "flexible"]
CollectionMethod = Literal["charge_automatically", "send_invoice"]
ProrationBehavior = Literal["create_prorations", "none", "always_invoice"]
PauseBehavior = Literal["keep_as_draft", "mark_uncollectible", "void"]


class BillingThresholds(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An amount at which usage is invoiced before its period ends."""

    amount_gte: int
    reset_billing_cycle_anchor: bool = False


class SubscriptionItem(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One price of a subscription.

    `usage_start` is where the usage begins that no invoice carries yet: consecutive invoices move
    it forward, and so bill every event once. It lies before `current_period_start` where a meter
    of whole days left the last day over, or where a backdated start is not billed yet; in a trial,
    whose usage is free, it is the trial's end. `billed_before` is how much of the usage since then
    invoices at thresholds have billed: they leave the start where it is, so that what comes late is
    on the next one, and tiers go on. The next period begins again at 0.

    `billed_until` is up to where a licensed item's time is paid; None is the end of its period,
    and it lies before that where the subscription ends first.
    """

    id: str
    created: int
    price: str
    quantity: int | None = None
    metadata: dict[str, str] = {}
    usage_gte: int | None = None
    current_period_start: int
    current_period_end: int
    usage_start: int
    billed_before: Decimal = Decimal(0)
    billed_until: int | None = None


class PauseCollection(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What happens to the invoices of a subscription that is not collected."""

    behavior: PauseBehavior
    resumes_at: int | None = None


class AnchorConfig(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A day of the month, of which 31 is the last in every month, and perhaps a month and a time.

    What is left out of the time is that of the subscription's creation.
    """

    day_of_month: int
    month: int | None = None
    hour: int | None = None
    minute: int | None = None
    second: int | None = None


class Subscription(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A subscription with its items, oldest first.

    `billing_cycle_anchor` is the moment from which all its period boundaries are counted.
    `revision` counts the changes, so that work computed from one state is not written over another.
    """

    id: str
    environment: int
    created: int
    customer: str
    test_clock: str | None = None
    currency: str
    status: Status
    billing_mode: BillingMode = "flexible"
    billing_cycle_anchor: int
    billing_cycle_anchor_config: AnchorConfig | None = None
    start_date: int
    items: tuple[SubscriptionItem, ...]
    trial_start: int | None = None
    trial_end: int | None = None
    cancel_at: int | None = None
    cancel_at_period_end: bool = False
    canceled_at: int | None = None
    ended_at: int | None = None
    cancellation_comment: str | None = None
    cancellation_feedback: str | None = None
    cancellation_reason: str | None = None
    collection_method: CollectionMethod = "charge_automatically"
    days_until_due: int | None = None
    pause_collection: PauseCollection | None = None
    billing_thresholds: BillingThresholds | None = None
    latest_invoice: str | None = None
    description: str | None = None
    metadata: dict[str, str] = {}
    revision: int = 0

    @property
    def newest_first(self) -> tuple[SubscriptionItem, ...]:
        """Return the items as invoices list them; those of one moment stand as they were sent."""
        return tuple(sorted(self.items, key=lambda item: -item.created))

    @property
    def current_period_start(self) -> int:
        """Return where the running period began: all items share it."""
        return self.items[0].current_period_start

    @property
    def serves_until(self) -> int:
        """Return where the running period ends, or the subscription within it."""
        end = self.current_period_end
        return end if self.cancel_at is None else min(end, self.cancel_at)

    @property
    def current_period_end(self) -> int:
        """Return where the running period ends: all items share it."""
        return self.items[0].current_period_end


class SubscriptionFilter(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Which subscriptions to list; None does not restrict.

    Without a status the canceled are left out, and `all` leaves none out. Those of test clocks are
    listed only for their clock, or for a customer.
    """

    customer: str | None = None
    price: str | None = None
    status: Status | Literal["all", "ended"] | None = None
    collection_method: CollectionMethod | None = None
    test_clock: str | None = None
    created_gt: int | None = None
    created_gte: int | None = None
    created_lt: int | None = None
    created_lte: int | None = None


def interval_of(price: Price) -> tuple[Interval, int]:
    """Return how often a recurring price is billed: every so many days, weeks, months or years."""
    assert price.recurring is not None, "one-time prices are refused on subscriptions"
    return price.recurring.interval, price.recurring.interval_count


class SubscriptionStore(Protocol):
    """Keeps subscriptions; every method sees one environment only."""

    def add(self, subscription: Subscription) -> None:
        """Keep a new subscription."""
        ...

    def get(self, environment: int, id: str) -> Subscription | None:
        """Return the subscription, or None."""
        ...

    def many(self, environment: int, ids: Collection[str]) -> dict[str, Subscription]:
        """Return those of the subscriptions that exist, by id."""
        ...

    def of_customers(self, environment: int, customers: Collection[str]) -> Sequence[Subscription]:
        """Return the subscriptions of customers but for the canceled, newest first."""
        ...

    def with_item(self, environment: int, item: str) -> Subscription | None:
        """Return the subscription that has or had the item, or None."""
        ...

    def save(self, subscriptions: Sequence[Subscription]) -> None:
        """Keep changed subscriptions."""
        ...

    def page(
        self, environment: int, cursor: Cursor, where: SubscriptionFilter
    ) -> Page[Subscription]:
        """Return a page, newest first. Raises UnknownCursor."""
        ...

"""Alerts, and what each told: structs and the stores that keep them.

An alert watches one number for each customer, or for the one customer that it names: usage of a
meter, or of one segment of it; spend, the priced amount of usage in the running billing period; or
what is left of credits. It tells once for each customer and round. For `one_time` there is one
round; for `billing_period` each period is one; a credit balance begins a new round when it has
recovered.
"""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Literal, Protocol

import msgspec

from taximeter.kit.paging import Cursor, Page
from taximeter.pricing.price import DimensionFilters

AlertType = Literal["usage_threshold", "spend_threshold", "credit_balance_threshold"]
AlertStatus = Literal["active", "inactive", "archived"]
Recurrence = Literal["one_time", "billing_period"]

ALERTS_MAX = 25
"""How many alerts may watch one meter and customer, Stripe's limit."""


class UsageThreshold(msgspec.Struct, frozen=True, kw_only=True):
    """Usage of a meter, or of what of it has one of the values under each key, comes to `gte`."""

    meter: str
    gte: Decimal
    recurrence: Recurrence
    dimension_filters: DimensionFilters = ()


class SpendThreshold(msgspec.Struct, frozen=True, kw_only=True):
    """What metered usage of the running billing period is priced at comes to `gte`, minor units."""

    gte: int
    currency: str
    recurrence: Recurrence


class CreditBalanceThreshold(msgspec.Struct, frozen=True, kw_only=True):
    """What is left of credits, usage so far taken off, falls to `lte`, in minor units."""

    lte: int
    currency: str


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """An alert; exactly one of the three thresholds is given, that of its `alert_type`.

    It looks at rows of the log received at `active_since_us` or later, all of which lie after row
    `after_seq`; what came before counts in the total all the same. A `hard_limit` is asked before
    use too.
    """

    id: str
    environment: int
    created: int
    title: str
    alert_type: AlertType
    status: AlertStatus = "active"
    active_since_us: int
    after_seq: int
    customer: str | None = None
    usage_threshold: UsageThreshold | None = None
    spend_threshold: SpendThreshold | None = None
    credit_balance_threshold: CreditBalanceThreshold | None = None
    hard_limit: bool = False


class AlertNotification(msgspec.Struct, frozen=True, kw_only=True):
    """An alert has told of a customer, once in this round.

    `value` is what the number had come to with the row `seq` of the log, which was received at
    `received_at_us`; `event` is the event that was told. `round` is 0 for `one_time`, and the start
    of the period for `billing_period`. Of a credit balance it counts up: every other time says that
    the balance has `recovered`.
    """

    id: str
    environment: int
    alert: str
    customer: str
    round: int
    value: Decimal
    seq: int
    received_at_us: int
    created_us: int
    event: str
    recovered: bool = False


Told = tuple[str, str, int]
"""Which alert told of which customer in which round."""


class AlertFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which alerts to list; None does not restrict. Archived ones are never listed."""

    alert_type: AlertType | None = None
    meter: str | None = None
    customer: str | None = None


class AlertStore(Protocol):
    """Keeps alerts and what they told."""

    def add(self, alert: Alert) -> None:
        """Keep a new alert."""
        ...

    def get(self, environment: int, id: str) -> Alert | None:
        """Return the alert, archived or not, or None."""
        ...

    def many(self, ids: Collection[str]) -> dict[str, Alert]:
        """Return those of the alerts that exist, of any environment, by id."""
        ...

    def save(self, alert: Alert) -> None:
        """Keep a changed alert."""
        ...

    def revision(self) -> int:
        """Return a number that grows with each alert that is added or saved; 0 without any."""
        ...

    def changed(self, *, after: int) -> Sequence[Alert]:
        """Return the alerts of every environment that were added or saved after a revision."""
        ...

    def watching(self, environment: int, meter: str | None, customer: str | None) -> int:
        """Return how many active alerts watch a meter, or money, for a customer.

        Those for everyone are among them; without a customer, it is the one that has the most.
        """
        ...

    def page(self, environment: int, cursor: Cursor, where: AlertFilter) -> Page[Alert]:
        """Return a page, newest first, without archived ones. Raises UnknownCursor."""
        ...


class AlertNotificationStore(Protocol):
    """Keeps what alerts told; once for each alert, customer and round."""

    def add(self, notifications: Sequence[AlertNotification]) -> None:
        """Keep new notifications; whoever adds knows that none of them stands yet."""
        ...

    def told(self, environment: int, customers: Collection[str]) -> set[Told]:
        """Return what was told of these customers."""
        ...

    def page(
        self, environment: int, cursor: Cursor, *, alert: str | None, customer: str | None
    ) -> Page[AlertNotification]:
        """Return a page, newest first. Raises UnknownCursor."""
        ...

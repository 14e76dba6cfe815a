"""Notices: what is told some days before something happens to a bill, or once it is late.

Each is due work, and is told in the transaction that drops the work. It is scheduled when its
moment becomes known, and anew only when that moment is another: so it is told once for each period,
each end of a trial and each due date.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Literal, Protocol

import msgspec

from taximeter.due import Due
from taximeter.environments import EnvironmentStore
from taximeter.events import Event, EventStore
from taximeter.invoicing.boundary import next_due, period_end, period_start
from taximeter.invoicing.invoice import Invoice
from taximeter.invoicing.stores import BillingUnit
from taximeter.kit.periods import DAY_SECONDS
from taximeter.settings import Settings
from taximeter.subscriptions.subscription import Subscription

TRIAL_NOTICE_DAYS = 3
"""Stripe's: `customer.subscription.trial_will_end` comes so long before."""

NoticeType = Literal[
    "customer.subscription.trial_will_end",
    "invoice.overdue",
    "invoice.upcoming",
    "invoice.will_be_due",
]


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of a subscription, of an invoice, or of the preview of one."""

    type: NoticeType
    about: Subscription | Invoice


class NoticeUnit(BillingUnit, Protocol):
    """One transaction over what notices are about, and the events that tell of it."""

    @property
    def environments(self) -> EnvironmentStore:
        """Return the environments."""
        ...

    @property
    def events(self) -> EventStore:
        """Return the events."""
        ...


class NoticeRecords(Protocol):
    """Opens transactions over the records."""

    def reading(self) -> AbstractContextManager[NoticeUnit]:
        """Open a transaction that only reads."""
        ...

    def writing(self) -> AbstractContextManager[NoticeUnit]:
        """Open a transaction that commits at the end of the block, and not at all on an error."""
        ...


Render = Callable[[NoticeUnit, int, Sequence[Notice]], Sequence[Event]]
"""Makes the events of an environment's notices, in the words in which the outside is told."""


def upcoming_notice(subscription: Subscription, *, settings: Settings) -> Due | None:
    """Return the work of telling of the next invoice before it is made, or None where none is.

    Where the period is shorter than the notice, it is told as the period begins.
    """
    days = settings.upcoming_invoice_days
    if days == 0 or next_due(subscription) is None:
        return None
    ahead = _bills_at(subscription) - days * DAY_SECONDS
    return _work("upcoming_invoice", subscription, max(period_start(subscription), ahead))


def trial_notice(subscription: Subscription) -> Due | None:
    """Return the work of telling that a trial ends, or None where there is none.

    A shorter trial is told of as it begins, and one that is ended at once as it ends.
    """
    start, end = subscription.trial_start, subscription.trial_end
    if start is None or end is None or next_due(subscription) is None:
        return None
    ahead = end - TRIAL_NOTICE_DAYS * DAY_SECONDS
    return _work("trial_will_end", subscription, max(start, ahead))


def subscription_notices(
    after: Subscription, *, before: Subscription | None, now: int, settings: Settings
) -> list[Due]:
    """Return the notices that a new or changed subscription calls for.

    Nothing is told twice: what was known before is scheduled already, or was told. A moment that
    a change has put into the past is now.
    """
    notices = []
    if before is None or not before.items or _bills_at(before) != _bills_at(after):
        notices.append(upcoming_notice(after, settings=settings))
    if before is None or before.trial_end != after.trial_end:
        notices.append(trial_notice(after))
    return [
        msgspec.structs.replace(one, due_at=max(one.due_at, now))
        for one in notices
        if one is not None
    ]


def invoice_notices(invoice: Invoice, *, settings: Settings) -> list[tuple[NoticeType, Due]]:
    """Return what is told of an unpaid invoice's due date, and when, in this order.

    That it will be due is told only where that moment lies after the finalization.
    """
    finalized_at, due_date = invoice.finalized_at, invoice.due_date
    if invoice.status != "open" or finalized_at is None or due_date is None:
        return []
    days = settings.invoice_due_notice_days
    ahead = due_date - days * DAY_SECONDS
    notices: list[tuple[NoticeType, Due]] = []
    if days and ahead > finalized_at:
        notices.append(("invoice.will_be_due", _work("invoice_due", invoice, ahead)))
    overdue = _work("invoice_due", invoice, max(due_date, finalized_at))
    return [*notices, ("invoice.overdue", overdue)]


def _bills_at(subscription: Subscription) -> int:
    """Return when the next invoice is made: at the end of the period, or earlier at that of all."""
    end = period_end(subscription)
    return end if subscription.cancel_at is None else min(end, subscription.cancel_at)


def _work(
    kind: Literal["invoice_due", "trial_will_end", "upcoming_invoice"],
    about: Subscription | Invoice,
    due_at: int,
) -> Due:
    return Due(
        kind=kind,
        subject=about.id,
        environment=about.environment,
        test_clock=about.test_clock,
        due_at=due_at,
    )

"""The boundaries of a subscription: the moments at which something becomes of it by itself."""

from taximeter.due import Due
from taximeter.subscriptions.subscription import Status, Subscription

_RUNNING: frozenset[Status] = frozenset({"trialing", "active", "past_due", "unpaid"})


def next_due(subscription: Subscription) -> Due | None:
    """Return the work of the next boundary, or None where none is to come.

    A period ends, a trial ends, the subscription is to be canceled, or its collection resumes.
    """
    if subscription.status not in _RUNNING or not subscription.items:
        return None
    moments = [period_end(subscription)]
    if subscription.cancel_at is not None:
        moments.append(subscription.cancel_at)
    if subscription.status == "trialing" and subscription.trial_end is not None:
        moments.append(subscription.trial_end)
    pause = subscription.pause_collection
    if pause is not None and pause.resumes_at is not None:
        moments.append(pause.resumes_at)
    return Due(
        kind="subscription",
        subject=subscription.id,
        environment=subscription.environment,
        test_clock=subscription.test_clock,
        due_at=min(moments),
    )


def period_start(subscription: Subscription) -> int:
    """Return when the current period began; all items share it but those added in its midst."""
    return min(item.current_period_start for item in subscription.items)


def period_end(subscription: Subscription) -> int:
    """Return when the current period ends, which is the same for all items."""
    return min(item.current_period_end for item in subscription.items)


def is_canceled_at(subscription: Subscription, at: int) -> bool:
    """Say whether a boundary is the subscription's last."""
    if subscription.cancel_at is not None and subscription.cancel_at <= at:
        return True
    return subscription.cancel_at_period_end and period_end(subscription) <= at


def trial_ends_at(subscription: Subscription, at: int) -> bool:
    """Say whether a boundary ends the trial."""
    end = subscription.trial_end
    return subscription.status == "trialing" and end is not None and end <= at

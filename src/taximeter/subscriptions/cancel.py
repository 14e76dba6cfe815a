"""The end of a subscription at once."""

import msgspec
from msgspec import UNSET, UnsetType

from taximeter.errors import NotFound
from taximeter.subscriptions.subscription import Subscription
from taximeter.subscriptions.terms import CANCEL_REQUESTED


class Cancellation(msgspec.Struct, frozen=True, kw_only=True):
    """How a subscription ends: whether usage so far is billed, and unused time paid back."""

    invoice_now: bool = False
    prorate: bool = False
    comment: str | None | UnsetType = UNSET
    feedback: str | None | UnsetType = UNSET


def canceled(subscription: Subscription, cancellation: Cancellation, *, now: int) -> Subscription:
    """End a subscription. Raises NotFound for one that has ended, as Stripe does."""
    if subscription.status == "canceled":
        raise NotFound(f"No such subscription: '{subscription.id}'", param="id")
    comment, feedback = cancellation.comment, cancellation.feedback
    return msgspec.structs.replace(
        subscription,
        status="canceled",
        cancel_at_period_end=False,
        cancel_at=None,
        canceled_at=now if subscription.canceled_at is None else subscription.canceled_at,
        ended_at=now,
        cancellation_comment=(subscription.cancellation_comment if comment is UNSET else comment),
        cancellation_feedback=(
            subscription.cancellation_feedback if feedback is UNSET else feedback
        ),
        cancellation_reason=CANCEL_REQUESTED,
        revision=subscription.revision + 1,
    )

"""What creating and changing a subscription check alike: collection, thresholds, its end."""

from typing import Literal, TypeAlias

from taximeter.errors import InvalidRequest, ParameterMissing
from taximeter.kit.periods import DAY_SECONDS
from taximeter.subscriptions.subscription import BillingThresholds, CollectionMethod

CancelAt: TypeAlias = int | Literal["min_period_end", "max_period_end"] | None
"""A moment, or the end of the period: all items have the same one, so shortest and longest agree.
"""

CANCEL_REQUESTED = "cancellation_requested"
THRESHOLD_AMOUNT_MIN = 50
FAR_FUTURE_SECONDS = 5 * 366 * DAY_SECONDS
"""How far ahead a trial may end or a cancellation lie: Stripe's five years."""


def check_collection(method: CollectionMethod, days_until_due: int | None) -> None:
    """Refuse invoices that are sent with no day to pay by. Raises InvalidRequest."""
    if method == "send_invoice" and days_until_due is None:
        raise ParameterMissing(
            "Missing required param: days_until_due. It says by when an invoice that is sent has "
            "to be paid.",
            param="days_until_due",
        )
    if method == "charge_automatically" and days_until_due is not None:
        raise InvalidRequest(
            "days_until_due can only be set with collection_method=send_invoice; leave it out.",
            param="days_until_due",
        )


def check_thresholds(thresholds: BillingThresholds | None) -> None:
    """Refuse an amount that is too small to be invoiced for. Raises InvalidRequest."""
    if thresholds is not None and thresholds.amount_gte < THRESHOLD_AMOUNT_MIN:
        raise InvalidRequest(
            f"billing_thresholds[amount_gte] must be at least {THRESHOLD_AMOUNT_MIN}.",
            param="billing_thresholds[amount_gte]",
        )


def check_trial_end(trial_end: int, now: int) -> None:
    """Refuse a trial that ends in the past or too far ahead. Raises InvalidRequest."""
    if not now < trial_end <= now + FAR_FUTURE_SECONDS:
        raise InvalidRequest(
            f"Invalid trial_end: {trial_end} must lie in the future, which begins at {now}, and "
            "within five years. Send `now` to have no trial.",
            param="trial_end",
        )


def resolved_cancel_at(asked: CancelAt, *, period_end: int, now: int) -> int | None:
    """Return the moment of a cancellation to come. Raises InvalidRequest."""
    match asked:
        case None:
            return None
        case int(moment):
            if not now < moment <= now + FAR_FUTURE_SECONDS:
                raise InvalidRequest(
                    f"Invalid cancel_at: {moment} must lie in the future, which begins at {now}, "
                    "and within five years. To cancel at once, delete the subscription.",
                    param="cancel_at",
                )
            return moment
        case _:
            return period_end

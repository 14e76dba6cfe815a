"""A change to a subscription: its items, its period, and everything else that may change."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from taximeter.errors import InvalidRequest, ParametersExclusive
from taximeter.metadata import merged_metadata
from taximeter.pricing.price import Price
from taximeter.subscriptions.added import AddedItem
from taximeter.subscriptions.items import ItemChange, Span, changed_items
from taximeter.subscriptions.periods import boundary
from taximeter.subscriptions.subscription import (
    BillingThresholds,
    CollectionMethod,
    PauseCollection,
    ProrationBehavior,
    Subscription,
    SubscriptionItem,
    interval_of,
)
from taximeter.subscriptions.terms import (
    CANCEL_REQUESTED,
    CancelAt,
    check_collection,
    check_thresholds,
    check_trial_end,
    resolved_cancel_at,
)


class SubscriptionChange(msgspec.Struct, frozen=True, kw_only=True):
    """A change: what is UNSET stays, None unsets."""

    items: tuple[ItemChange, ...] = ()
    added: tuple[AddedItem, ...] = ()
    proration_behavior: ProrationBehavior = "create_prorations"
    proration_date: int | None = None
    billing_cycle_anchor: Literal["now", "unchanged"] = "unchanged"
    trial_end: int | Literal["now"] | UnsetType = UNSET
    cancel_at: CancelAt | UnsetType = UNSET
    cancel_at_period_end: bool | UnsetType = UNSET
    cancellation_comment: str | None | UnsetType = UNSET
    cancellation_feedback: str | None | UnsetType = UNSET
    collection_method: CollectionMethod | UnsetType = UNSET
    days_until_due: int | UnsetType = UNSET
    pause_collection: PauseCollection | None | UnsetType = UNSET
    billing_thresholds: BillingThresholds | None | UnsetType = UNSET
    description: str | None | UnsetType = UNSET
    metadata: dict[str, str] | None | UnsetType = UNSET

    @property
    def of_a_canceled_one(self) -> bool:
        """Say whether it changes nothing but what a canceled subscription may change."""
        allowed = {"cancellation_comment", "cancellation_feedback", "metadata"}
        idle = SubscriptionChange()
        return all(
            name in allowed or getattr(self, name) == getattr(idle, name)
            for name in self.__struct_fields__
        )


class Updated(msgspec.Struct, frozen=True, kw_only=True):
    """A changed subscription; with `new_period`, what ran until now has ended and is billed."""

    subscription: Subscription
    new_period: bool = False


def update(
    before: Subscription, change: SubscriptionChange, *, prices: Mapping[str, Price], now: int
) -> Updated:
    """Apply a change; what it comes to in money is not its own affair.

    `prices` holds those of the items before and after; `now` is the customer's. Raises
    InvalidRequest and its kind.
    """
    if before.status == "canceled" and not change.of_a_canceled_one:
        raise InvalidRequest(
            "A canceled subscription can only update its cancellation_details and metadata. "
            "Create a new subscription instead."
        )
    _check_pause(change, now)
    subscription = _with_terms(before, change)
    updated = _with_items(subscription, change, prices, now)
    subscription = _with_end(updated.subscription, change, now)
    return msgspec.structs.replace(
        updated,
        subscription=msgspec.structs.replace(subscription, revision=before.revision + 1),
    )


def _check_pause(change: SubscriptionChange, now: int) -> None:
    pause = change.pause_collection
    if pause is UNSET or pause is None or pause.resumes_at is None or pause.resumes_at > now:
        return
    raise InvalidRequest(
        f"Invalid pause_collection[resumes_at]: {pause.resumes_at} must lie in the future, which "
        f"begins at {now}. To resume at once, unset pause_collection.",
        param="pause_collection[resumes_at]",
    )


def _with_terms(subscription: Subscription, change: SubscriptionChange) -> Subscription:
    values: dict[str, Any] = {
        name: value
        for name in (
            "cancellation_comment",
            "cancellation_feedback",
            "collection_method",
            "days_until_due",
            "pause_collection",
            "billing_thresholds",
            "description",
        )
        if (value := getattr(change, name)) is not UNSET
    }
    if change.metadata is not UNSET:
        values["metadata"] = merged_metadata(subscription.metadata, change.metadata)
    if change.collection_method == "charge_automatically" and change.days_until_due is UNSET:
        values["days_until_due"] = None
    changed = msgspec.structs.replace(subscription, **values)
    check_collection(changed.collection_method, changed.days_until_due)
    if change.billing_thresholds is not UNSET:
        check_thresholds(change.billing_thresholds)
    return changed


def _with_items(
    before: Subscription, change: SubscriptionChange, prices: Mapping[str, Price], now: int
) -> Updated:
    """Change the items and, where the change calls for it, begin a new period with them."""
    items = changed_items(
        before.items,
        change.items,
        prices=prices,
        currency=before.currency,
        span=Span(
            now=now,
            start=before.current_period_start,
            end=before.current_period_end,
            usage_start=_usage_start(before, now),
        ),
    )
    changed = msgspec.structs.replace(before, items=items)
    interval = interval_of(prices[items[0].price])
    if change.trial_end is not UNSET and change.trial_end != "now":
        return _with_trial(changed, change.trial_end, now)
    trialing = before.status == "trialing"
    if change.billing_cycle_anchor == "now" and trialing and change.trial_end is UNSET:
        raise InvalidRequest(
            "billing_cycle_anchor cannot be moved during a trial, after which a whole period "
            "follows. To end the trial now, send trial_end=now.",
            param="billing_cycle_anchor",
        )
    ends_trial = trialing and change.trial_end == "now"
    other_interval = interval != interval_of(prices[before.items[0].price])
    if not (
        ends_trial or change.billing_cycle_anchor == "now" or (other_interval and not trialing)
    ):
        return Updated(subscription=changed)
    moved = msgspec.structs.replace(
        changed,
        status="active",
        billing_cycle_anchor=now,
        billing_cycle_anchor_config=None,
        items=_in_period(items, start=now, end=boundary(now, *interval, 1), usage_start=now),
        trial_end=now if ends_trial else changed.trial_end,
    )
    return Updated(subscription=moved, new_period=True)


def _usage_start(subscription: Subscription, now: int) -> int:
    """Return where the usage of an added price begins: now, or with the end of a trial."""
    if subscription.status == "trialing":
        return subscription.current_period_end
    return now


def _with_trial(subscription: Subscription, trial_end: int, now: int) -> Updated:
    check_trial_end(trial_end, now)
    trialing = subscription.status == "trialing"
    start = subscription.current_period_start if trialing else now
    begun = msgspec.structs.replace(
        subscription,
        status="trialing",
        billing_cycle_anchor=trial_end,
        billing_cycle_anchor_config=None,
        trial_start=subscription.trial_start if trialing else now,
        trial_end=trial_end,
        items=_in_period(subscription.items, start=start, end=trial_end, usage_start=trial_end),
    )
    return Updated(subscription=begun, new_period=not trialing)


def _in_period(
    items: tuple[SubscriptionItem, ...], *, start: int, end: int, usage_start: int
) -> tuple[SubscriptionItem, ...]:
    return tuple(
        msgspec.structs.replace(
            item,
            current_period_start=start,
            current_period_end=end,
            usage_start=usage_start,
            billed_before=Decimal(0),
        )
        for item in items
    )


def _with_end(subscription: Subscription, change: SubscriptionChange, now: int) -> Subscription:
    """Apply what the change says about when the subscription ends."""
    sent_moment = change.cancel_at is not UNSET
    if sent_moment and change.cancel_at is not None and change.cancel_at_period_end is True:
        raise ParametersExclusive(
            "You may only specify one of these parameters: cancel_at, cancel_at_period_end.",
            param="cancel_at",
        )
    if not sent_moment and change.cancel_at_period_end is UNSET:
        return subscription
    moment = None
    if change.cancel_at is not UNSET:
        moment = resolved_cancel_at(
            change.cancel_at, period_end=subscription.current_period_end, now=now
        )
    at_period_end = change.cancel_at_period_end is True
    ends = moment is not None or at_period_end
    return msgspec.structs.replace(
        subscription,
        cancel_at=moment,
        cancel_at_period_end=at_period_end,
        canceled_at=now if ends else None,
        cancellation_reason=CANCEL_REQUESTED if ends else None,
    )

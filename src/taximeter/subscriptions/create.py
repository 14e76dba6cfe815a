"""A new subscription: when it starts, its trial, its anchor and its first period."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from taximeter.customers import Customer
from taximeter.errors import InvalidRequest, ParameterMissing, ParametersExclusive
from taximeter.kit.ids import new_id
from taximeter.kit.periods import DAY_SECONDS
from taximeter.metadata import merged_metadata
from taximeter.pricing.price import Price
from taximeter.subscriptions.added import AddedItem
from taximeter.subscriptions.anchor import anchor_of
from taximeter.subscriptions.items import ItemChange, Span, changed_items
from taximeter.subscriptions.periods import boundary, period_holding
from taximeter.subscriptions.subscription import (
    AnchorConfig,
    BillingMode,
    BillingThresholds,
    CollectionMethod,
    ProrationBehavior,
    Subscription,
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

TRIAL_DAYS_MAX = 730


class NewSubscription(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller asks for; moments are Unix seconds."""

    items: tuple[ItemChange, ...]
    added: tuple[AddedItem, ...] = ()
    currency: str | None = None
    billing_mode: BillingMode = "flexible"
    backdate_start_date: int | None = None
    billing_cycle_anchor: int | None = None
    billing_cycle_anchor_config: AnchorConfig | None = None
    trial_end: int | Literal["now"] | None = None
    trial_period_days: int | None = None
    proration_behavior: ProrationBehavior = "create_prorations"
    cancel_at: CancelAt = None
    cancel_at_period_end: bool = False
    collection_method: CollectionMethod = "charge_automatically"
    days_until_due: int | None = None
    billing_thresholds: BillingThresholds | None = None
    description: str | None = None
    metadata: dict[str, str] = {}


def create(
    asked: NewSubscription, *, customer: Customer, prices: Mapping[str, Price], now: int
) -> Subscription:
    """Make a subscription; its first invoice is not its own affair.

    `now` is the customer's. Usage before it is left to be billed where the start is backdated,
    unless nothing of the past is to be billed; in a trial usage is free, and so begins with its
    end. Raises InvalidRequest and its kind.
    """
    if not asked.items:
        raise ParameterMissing("Missing required param: items.", param="items")
    check_collection(asked.collection_method, asked.days_until_due)
    check_thresholds(asked.billing_thresholds)
    trial_end = _trial_end(asked, now)
    start = _start(asked, trial_end, now)
    first = prices[asked.items[0].price] if asked.items[0].price else None
    currency = asked.currency or (first.currency if first is not None else "usd")
    anchor, period = _period(asked, first, start=start, trial_end=trial_end, now=now)
    billed_from = now if asked.proration_behavior == "none" else start
    items = changed_items(
        (),
        asked.items,
        prices=prices,
        currency=currency,
        span=Span(
            now=now,
            start=period[0],
            end=period[1],
            usage_start=billed_from if trial_end is None else trial_end,
        ),
    )
    if asked.cancel_at_period_end and asked.cancel_at is not None:
        raise ParametersExclusive(
            "You may only specify one of these parameters: cancel_at, cancel_at_period_end.",
            param="cancel_at",
        )
    cancel_at = resolved_cancel_at(asked.cancel_at, period_end=period[1], now=now)
    ends = cancel_at is not None or asked.cancel_at_period_end
    return Subscription(
        id=new_id("sub"),
        environment=customer.environment,
        created=now,
        customer=customer.id,
        test_clock=customer.test_clock,
        currency=currency,
        status="active" if trial_end is None else "trialing",
        billing_mode=asked.billing_mode,
        billing_cycle_anchor=anchor,
        billing_cycle_anchor_config=asked.billing_cycle_anchor_config,
        start_date=start,
        items=items,
        trial_start=None if trial_end is None else now,
        trial_end=trial_end,
        cancel_at=cancel_at,
        cancel_at_period_end=asked.cancel_at_period_end,
        canceled_at=now if ends else None,
        cancellation_reason=CANCEL_REQUESTED if ends else None,
        collection_method=asked.collection_method,
        days_until_due=asked.days_until_due,
        billing_thresholds=asked.billing_thresholds,
        description=asked.description,
        metadata=merged_metadata({}, asked.metadata),
    )


def _trial_end(asked: NewSubscription, now: int) -> int | None:
    if asked.trial_end is not None and asked.trial_period_days is not None:
        raise ParametersExclusive(
            "You may only specify one of these parameters: trial_end, trial_period_days.",
            param="trial_end",
        )
    if asked.trial_period_days:
        return now + asked.trial_period_days * DAY_SECONDS
    if asked.trial_end is None or asked.trial_end == "now":
        return None
    check_trial_end(asked.trial_end, now)
    return asked.trial_end


def _start(asked: NewSubscription, trial_end: int | None, now: int) -> int:
    backdated = asked.backdate_start_date
    if backdated is None:
        return now
    if trial_end is not None:
        raise InvalidRequest(
            "A backdated subscription cannot begin with a trial here; leave backdate_start_date or "
            "the trial out.",
            param="backdate_start_date",
        )
    if backdated > now:
        raise InvalidRequest(
            f"Invalid backdate_start_date: {backdated} must not lie in the future, which begins "
            f"at {now}.",
            param="backdate_start_date",
        )
    return backdated


def _period(
    asked: NewSubscription, first: Price | None, *, start: int, trial_end: int | None, now: int
) -> tuple[int, tuple[int, int]]:
    """Return the anchor and the current period."""
    anchor = asked.billing_cycle_anchor
    if first is None or first.recurring is None:
        # The items are refused for it in a moment; there is no period to speak of.
        return now, (now, now)
    interval, count = interval_of(first)
    paid_from = now if trial_end is None else trial_end
    if asked.billing_cycle_anchor_config is not None:
        if anchor is not None:
            raise ParametersExclusive(
                "You may only specify one of these parameters: billing_cycle_anchor, "
                "billing_cycle_anchor_config.",
                param="billing_cycle_anchor_config",
            )
        anchor = anchor_of(asked.billing_cycle_anchor_config, first, now=paid_from)
    elif anchor is None:
        anchor = paid_from
    elif anchor < paid_from or anchor == now:
        raise InvalidRequest(
            f"Invalid billing_cycle_anchor: {anchor} must lie in the future, and not before "
            f"{paid_from}, when the first period begins.",
            param="billing_cycle_anchor",
        )
    elif anchor > (latest := boundary(paid_from, interval, count, 1)):
        raise InvalidRequest(
            "billing_cycle_anchor cannot be later than next natural billing date "
            f"({latest}) for price '{first.id}'",
            param="billing_cycle_anchor",
        )
    if trial_end is not None:
        if anchor != trial_end and asked.proration_behavior == "none":
            raise InvalidRequest(
                "What lies between the end of a trial and the anchor is always prorated here; "
                "leave proration_behavior=none, the anchor or the trial out.",
                param="proration_behavior",
            )
        return anchor, (now, trial_end)
    natural = period_holding(anchor, interval, count, now)
    return anchor, (max(start, natural[0]), natural[1])

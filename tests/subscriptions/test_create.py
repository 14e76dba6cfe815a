"""When a subscription starts, where its periods lie, and what it refuses."""

from typing import Any

import pytest

from taximeter.errors import ApiError
from taximeter.kit.periods import DAY_SECONDS
from taximeter.subscriptions.items import ItemChange
from taximeter.subscriptions.subscription import BillingThresholds
from tests.pricing.examples import a_price
from tests.subscriptions.examples import NOW, moment, seats, subscribe, tokens

DAY = DAY_SECONDS


def test_a_subscription_starts_now_and_is_anchored_there() -> None:
    made = subscribe(tokens(), seats())
    assert (made.status, made.start_date, made.billing_cycle_anchor) == ("active", NOW, NOW)
    assert made.current_period_end == moment("2026-10-01T12:00")
    assert [(item.quantity, item.usage_start) for item in made.items] == [(None, NOW), (2, NOW)]


def test_a_trial_is_a_period_of_its_own_whose_usage_is_free() -> None:
    made = subscribe(tokens(), trial_period_days=14)
    end = NOW + 14 * DAY
    assert (made.status, made.trial_start, made.trial_end) == ("trialing", NOW, end)
    assert made.billing_cycle_anchor == end
    (item,) = made.items
    assert (item.current_period_start, item.current_period_end, item.usage_start) == (NOW, end, end)


@pytest.mark.parametrize("trial", [{"trial_end": "now"}, {"trial_period_days": 0}])
def test_no_trial_can_be_asked_for(trial: dict[str, Any]) -> None:
    assert subscribe(tokens(), **trial).status == "active"


def test_an_anchor_ahead_cuts_the_first_period_short() -> None:
    anchor = moment("2026-09-15T00:00")
    made = subscribe(seats(), billing_cycle_anchor=anchor)
    assert (made.current_period_start, made.current_period_end) == (NOW, anchor)


def test_a_backdated_start_is_anchored_now_and_leaves_usage_to_be_billed() -> None:
    start = moment("2026-07-20T00:00")
    made = subscribe(tokens(), backdate_start_date=start)
    assert (made.start_date, made.billing_cycle_anchor) == (start, NOW)
    assert (made.current_period_start, made.items[0].usage_start) == (NOW, start)


def test_a_backdated_start_before_an_anchor_lies_in_the_running_period() -> None:
    made = subscribe(
        seats(),
        backdate_start_date=moment("2026-08-20T00:00"),
        billing_cycle_anchor=moment("2026-09-15T00:00"),
    )
    assert made.current_period_start == moment("2026-08-20T00:00")


def test_a_backdated_start_without_prorations_leaves_the_past_out() -> None:
    made = subscribe(
        tokens(), backdate_start_date=moment("2026-07-20T00:00"), proration_behavior="none"
    )
    assert made.items[0].usage_start == NOW


def test_the_end_of_the_period_can_be_its_end() -> None:
    made = subscribe(tokens(), cancel_at="min_period_end")
    assert (made.cancel_at, made.canceled_at) == (made.current_period_end, NOW)
    assert subscribe(tokens(), cancel_at_period_end=True).cancellation_reason is not None


ANNUAL = seats(id="price_annual", interval="year")
REFUSED: list[tuple[str, list[Any], dict[str, Any], str, str]] = [
    ("no items", [], {"items": ()}, "items", "Missing required param"),
    ("no price", [tokens()], {"items": (ItemChange(at="items[0]"),)}, "items[0][price]", "Missing"),
    (
        "a quantity of metered units",
        [tokens()],
        {"items": (ItemChange(at="items[0]", price="price_tokens", quantity=1),)},
        "items[0][quantity]",
        "metered",
    ),
    (
        "one price twice",
        [tokens()],
        {"items": (ItemChange(at="items[0]", price="price_tokens"),) * 2},
        "items[0][price]",
        "multiple subscription items with the same price",
    ),
    ("two intervals", [seats(), ANNUAL], {}, "items[1][price]", "mismatch in interval field"),
    ("one-time", [a_price(recurring=None)], {}, "items[0][price]", "type=one_time"),
    ("inactive", [a_price(active=False)], {}, "items[0][price]", "inactive"),
    ("another currency", [tokens()], {"currency": "eur"}, "items[0][price]", "only supports `usd`"),
    ("anchor in the past", [tokens()], {"billing_cycle_anchor": NOW}, "billing_cycle_anchor", ""),
    (
        "anchor past the next date",
        [tokens()],
        {"billing_cycle_anchor": NOW + 31 * DAY},
        "billing_cycle_anchor",
        "next natural billing date",
    ),
    ("trial in the past", [tokens()], {"trial_end": NOW}, "trial_end", "future"),
    (
        "trial and days",
        [tokens()],
        {"trial_end": "now", "trial_period_days": 3},
        "trial_end",
        "only specify one",
    ),
    ("start ahead", [tokens()], {"backdate_start_date": NOW + 1}, "backdate_start_date", "future"),
    ("end in the past", [tokens()], {"cancel_at": NOW}, "cancel_at", "future"),
    ("no day to pay", [tokens()], {"collection_method": "send_invoice"}, "days_until_due", ""),
    ("a day to pay", [tokens()], {"days_until_due": 3}, "days_until_due", "send_invoice"),
    (
        "a small threshold",
        [tokens()],
        {"billing_thresholds": BillingThresholds(amount_gte=49)},
        "billing_thresholds[amount_gte]",
        "at least 50",
    ),
    (
        "a threshold of seats",
        [seats()],
        {"items": (ItemChange(at="items[0]", price="price_seats", usage_gte=5),)},
        "items[0][billing_thresholds]",
        "not metered",
    ),
    (
        "too many items",
        [tokens(id=f"price_{n}") for n in range(21)],
        {},
        "items",
        "at most 20 items",
    ),
]


@pytest.mark.parametrize(
    ("prices", "asked", "param", "message"),
    [row[1:] for row in REFUSED],
    ids=[row[0] for row in REFUSED],
)
def test_what_no_subscription_can_be_is_refused(
    prices: list[Any], asked: dict[str, Any], param: str, message: str
) -> None:
    with pytest.raises(ApiError) as caught:
        subscribe(*prices, **asked)
    assert (caught.value.param, message in caught.value.message) == (param, True)

"""What a change makes of a subscription."""

from typing import Any

import msgspec
import pytest

from taximeter.errors import ApiError
from taximeter.kit.periods import DAY_SECONDS
from taximeter.pricing.price import Price
from taximeter.subscriptions.cancel import Cancellation, canceled
from taximeter.subscriptions.items import ItemChange
from taximeter.subscriptions.subscription import PauseCollection, Subscription
from taximeter.subscriptions.update import SubscriptionChange, Updated, update
from tests.subscriptions.examples import NOW, moment, seats, subscribe, tokens

LATER = NOW + 10 * DAY_SECONDS
CENT, DIME = tokens(), tokens(id="price_dime", amount="10")
SEATS, ANNUAL = seats(), seats(id="price_annual", interval="year")
PRICES: dict[str, Price] = {price.id: price for price in (CENT, DIME, SEATS, ANNUAL)}


def change(subscription: Subscription, *, now: int = LATER, **asked: Any) -> Updated:
    return update(subscription, SubscriptionChange(**asked), prices=PRICES, now=now)


def test_what_is_not_named_stays_and_the_revision_grows() -> None:
    before = subscribe(CENT, description="old", metadata={"a": "1"})
    after = change(before, metadata={"b": "2"}).subscription
    assert after == msgspec.structs.replace(before, metadata={"a": "1", "b": "2"}, revision=1)


def test_a_price_that_is_swapped_in_counts_from_then_on_within_the_same_period() -> None:
    before = subscribe(CENT, SEATS)
    item = before.items[0]
    made = change(before, items=(ItemChange(id=item.id, price=DIME.id),))
    swapped = made.subscription.items[0]
    assert not made.new_period
    assert (swapped.id, swapped.price, swapped.usage_start) == (item.id, DIME.id, LATER)
    assert swapped.current_period_end == item.current_period_end


def test_items_are_added_and_removed() -> None:
    before = subscribe(CENT)
    added = change(before, items=(ItemChange(price=SEATS.id, quantity=3),)).subscription
    assert [(one.price, one.quantity) for one in added.items] == [(CENT.id, None), (SEATS.id, 3)]
    removed = change(added, items=(ItemChange(id=before.items[0].id, deleted=True),)).subscription
    assert [one.price for one in removed.items] == [SEATS.id]


def test_another_interval_begins_a_period_now() -> None:
    before = subscribe(SEATS)
    made = change(before, items=(ItemChange(id=before.items[0].id, price=ANNUAL.id),))
    assert made.new_period
    assert made.subscription.billing_cycle_anchor == LATER
    assert made.subscription.current_period_end == moment("2027-09-11T12:00")


def test_an_anchor_of_now_begins_a_period_now() -> None:
    made = change(subscribe(CENT), billing_cycle_anchor="now")
    assert made.new_period
    assert made.subscription.items[0].usage_start == LATER
    assert made.subscription.current_period_end == moment("2026-10-11T12:00")


def test_a_trial_can_end_now() -> None:
    made = change(subscribe(CENT, trial_period_days=30), trial_end="now")
    after = made.subscription
    assert (made.new_period, after.status, after.trial_end) == (True, "active", LATER)
    assert after.items[0].usage_start == LATER


def test_a_trial_can_be_extended_and_begun() -> None:
    end = LATER + 20 * DAY_SECONDS
    extended = change(subscribe(CENT, trial_period_days=11), trial_end=end)
    assert not extended.new_period
    assert extended.subscription.current_period_start == NOW
    begun = change(subscribe(CENT), trial_end=end)
    assert begun.new_period
    for after in (extended.subscription, begun.subscription):
        assert (after.status, after.current_period_end, after.billing_cycle_anchor) == (
            "trialing",
            end,
            end,
        )
        assert after.items[0].usage_start == end


def test_another_interval_in_a_trial_waits_for_its_end() -> None:
    before = subscribe(SEATS, trial_period_days=30)
    made = change(before, items=(ItemChange(id=before.items[0].id, price=ANNUAL.id),))
    assert (made.new_period, made.subscription.status) == (False, "trialing")


def test_an_end_can_be_set_and_taken_back() -> None:
    ending = change(subscribe(CENT), cancel_at_period_end=True).subscription
    assert (ending.cancel_at_period_end, ending.canceled_at) == (True, LATER)
    going_on = change(ending, cancel_at_period_end=False).subscription
    assert (going_on.cancel_at_period_end, going_on.canceled_at) == (False, None)
    dated = change(ending, cancel_at=LATER + 1).subscription
    assert (dated.cancel_at, dated.cancel_at_period_end) == (LATER + 1, False)


def test_collection_can_pause() -> None:
    paused = change(subscribe(CENT), pause_collection=PauseCollection(behavior="void"))
    assert paused.subscription.pause_collection == PauseCollection(behavior="void")
    assert change(paused.subscription, pause_collection=None).subscription.pause_collection is None


ENDED = canceled(subscribe(CENT), Cancellation(), now=LATER)


def test_a_canceled_subscription_takes_only_metadata_and_the_reason() -> None:
    after = change(ENDED, metadata={"a": "1"}, cancellation_comment="why").subscription
    assert (after.metadata, after.cancellation_comment) == ({"a": "1"}, "why")
    with pytest.raises(ApiError, match="canceled subscription can only update"):
        change(ENDED, description="new")
    with pytest.raises(ApiError, match="No such subscription"):
        canceled(ENDED, Cancellation(), now=LATER)


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        ({"items": (ItemChange(at="items[0]", id="si_none", deleted=True),)}, "items[0][id]"),
        ({"items": (ItemChange(at="items[0]", price=CENT.id),)}, "items[0][price]"),
        ({"cancel_at": LATER}, "cancel_at"),
        ({"cancel_at": LATER + 1, "cancel_at_period_end": True}, "cancel_at"),
        ({"trial_end": LATER}, "trial_end"),
        ({"collection_method": "send_invoice"}, "days_until_due"),
        (
            {"pause_collection": PauseCollection(behavior="void", resumes_at=LATER)},
            "pause_collection[resumes_at]",
        ),
    ],
)
def test_what_cannot_be_changed_so_is_refused(asked: dict[str, Any], param: str) -> None:
    with pytest.raises(ApiError) as caught:
        change(subscribe(CENT), **asked)
    assert caught.value.param == param


def test_the_last_item_stays() -> None:
    before = subscribe(CENT)
    with pytest.raises(ApiError, match="at least one item"):
        change(before, items=(ItemChange(id=before.items[0].id, deleted=True),))


def test_the_anchor_cannot_move_in_a_trial() -> None:
    with pytest.raises(ApiError, match="trial_end=now"):
        change(subscribe(CENT, trial_period_days=30), billing_cycle_anchor="now")

"""Changes and ends of subscriptions through the official SDK, and what they are invoiced for."""

from typing import Any

import pytest
import stripe

from tests.wire.clocked import NOON, ClockedServer
from tests.wire.prices import create_price
from tests.wire.subscribing import DAY, OCTOBER, World, amounts, item_of, refusal

TENTH = NOON + 10 * DAY
"""A third of the month has passed."""


@pytest.fixture
def world(clocked: ClockedServer) -> World:
    return World(clocked)


def test_a_swap_in_mid_period_bills_usage_so_far_at_the_old_price(world: World) -> None:
    made = world.subscribe(world.tokens)
    world.use("100")
    world.advance(TENTH)
    world.client.v1.subscription_items.update(item_of(made, world.tokens), {"price": world.dimes})
    world.use("5")
    assert world.pending() == [100]
    world.advance(OCTOBER)
    (cycle,) = world.invoices(made.id)
    assert (amounts(cycle), cycle.billing_reason) == ([100, 50], "subscription_cycle")


def test_a_swap_without_prorations_and_one_in_classic_mode_drop_usage_so_far(world: World) -> None:
    customers = world.customer, world.new_customer()
    flexible = world.subscribe(world.tokens)
    classic = world.subscribe(world.tokens, customer=customers[1], billing_mode={"type": "classic"})
    for customer in customers:
        world.use("100", customer=customer)
    world.advance(TENTH)
    for made, behavior in ((flexible, "none"), (classic, "create_prorations")):
        changed: Any = {"price": world.dimes, "proration_behavior": behavior}
        world.client.v1.subscription_items.update(item_of(made, world.tokens), changed)
    for customer in customers:
        world.use("5", customer=customer)
    world.advance(OCTOBER)
    assert amounts(world.invoices(flexible.id)[-1]) == [50]
    assert amounts(world.invoices(classic.id)[-1]) == [50]


def test_an_added_meter_counts_from_when_it_was_added(world: World) -> None:
    made = world.subscribe(world.seats)
    world.use("100")
    world.advance(TENTH)
    added = world.client.v1.subscription_items.create(
        {"subscription": made.id, "price": world.tokens}
    )
    world.use("7")
    world.advance(OCTOBER)
    cycle = world.invoices(made.id)[-1]
    assert sorted(amounts(cycle)) == [7, 3_000]
    assert added.created == TENTH


def test_more_seats_are_prorated_to_the_second(world: World) -> None:
    made = world.subscribe({"price": world.seats, "quantity": 2})
    world.advance(TENTH)
    item = item_of(made, world.seats)
    world.client.v1.subscription_items.update(item, {"quantity": 3})
    assert world.pending() == [-4_000, 6_000]
    world.advance(OCTOBER)
    assert sorted(amounts(world.invoices(made.id)[-1])) == [-4_000, 6_000, 9_000]


def test_a_change_can_be_invoiced_at_once(world: World) -> None:
    made = world.subscribe({"price": world.seats, "quantity": 2})
    world.advance(TENTH)
    changed: Any = {
        "items": [{"id": item_of(made, world.seats), "quantity": 3}],
        "proration_behavior": "always_invoice",
        "expand": ["latest_invoice"],
    }
    after = world.client.v1.subscriptions.update(made.id, changed)
    invoice = after.latest_invoice
    assert isinstance(invoice, stripe.Invoice)
    assert (invoice.billing_reason, invoice.status) == ("subscription_update", "open")
    assert (sorted(amounts(invoice)), world.pending()) == ([-4_000, 6_000], [])


def test_an_anchor_of_now_bills_what_was_and_what_comes(world: World) -> None:
    made = world.subscribe(world.tokens, world.seats)
    world.use("100")
    world.advance(TENTH)
    anchor: Any = {"billing_cycle_anchor": "now"}  # as it was before it was an object
    after = world.client.v1.subscriptions.update(made.id, anchor)
    assert after.billing_cycle_anchor == TENTH
    assert sorted(amounts(world.invoices(made.id)[-1])) == [-2_000, 100, 3_000]


def test_another_interval_begins_anew(world: World) -> None:
    annual = create_price(world.client, unit_amount=36_500, recurring={"interval": "year"}).id
    made = world.subscribe(world.seats)
    world.advance(TENTH)
    changed: Any = {"items": [{"id": item_of(made, world.seats), "price": annual}]}
    after = world.client.v1.subscriptions.update(made.id, changed)
    assert after["items"].data[0].current_period_start == TENTH
    assert sorted(amounts(world.invoices(made.id)[-1])) == [-2_000, 36_500]


def test_a_trial_that_ends_bills_the_first_period_and_no_usage_of_the_trial(world: World) -> None:
    made = world.subscribe(world.tokens, world.seats, trial_end=TENTH)
    world.use("100")
    world.advance(TENTH)
    assert world.client.v1.subscriptions.retrieve(made.id).status == "active"
    world.use("7")
    world.advance(NOON + 41 * DAY)
    bills = [sorted(amounts(invoice)) for invoice in world.invoices(made.id)]
    assert bills == [[0, 0], [3_000], [7, 3_000]]


def test_a_trial_is_followed_by_a_share_of_a_period_up_to_the_anchor(world: World) -> None:
    # The anchor is 2 November 12:00: from 23 October, after the trial, 10 of 31 days are left.
    trial_end, anchor = NOON + 31 * DAY, NOON + 41 * DAY
    made = world.subscribe(world.seats, trial_end=trial_end, billing_cycle_anchor=anchor)
    world.advance(anchor + DAY)
    bills = [amounts(invoice) for invoice in world.invoices(made.id)]
    assert bills == [[0], [round(3_000 * 10 / 31)], [3_000]]


def test_a_trial_can_end_at_once(world: World) -> None:
    made = world.subscribe(world.seats, trial_end=TENTH)
    after = world.client.v1.subscriptions.update(made.id, {"trial_end": "now"})
    assert (after.status, amounts(world.invoices(made.id)[-1])) == ("active", [3_000])


@pytest.mark.parametrize(("invoice_now", "bill"), [(True, [[100]]), (False, [])])
def test_usage_so_far_is_billed_at_a_cancellation_only_where_asked(
    invoice_now: bool, bill: list[list[int]], world: World
) -> None:
    made = world.subscribe(world.tokens)
    world.use("100")
    world.advance(TENTH)
    gone = world.client.v1.subscriptions.cancel(
        made.id, {"invoice_now": invoice_now, "cancellation_details": {"comment": "bye"}}
    )
    assert (gone.status, gone.ended_at, gone.cancellation_details.comment) == (  # type: ignore[union-attr]  # it has details
        "canceled",
        TENTH,
        "bye",
    )
    world.advance(OCTOBER)
    assert [amounts(invoice) for invoice in world.invoices(made.id)] == bill


def test_unused_seats_are_paid_back_at_a_cancellation_where_asked(world: World) -> None:
    made = world.subscribe(world.seats)
    world.advance(TENTH)
    world.client.v1.subscriptions.cancel(made.id, {"invoice_now": True, "prorate": True})
    last = world.invoices(made.id)[-1]
    assert (amounts(last), last.total) == ([-2_000], -2_000)
    assert world.client.v1.customers.retrieve(world.customer).balance == -2_000


def test_a_subscription_that_ends_with_its_period_bills_its_last_usage(world: World) -> None:
    made = world.subscribe(world.tokens)
    ending = world.client.v1.subscriptions.update(made.id, {"cancel_at_period_end": True})
    assert (ending.cancel_at, ending.cancel_at_period_end) == (OCTOBER, True)
    world.use("3")
    world.advance(OCTOBER)
    assert world.client.v1.subscriptions.retrieve(made.id).status == "canceled"
    assert [amounts(invoice) for invoice in world.invoices(made.id)] == [[3]]


def test_an_ended_subscription_is_not_there_to_be_canceled_or_changed(world: World) -> None:
    made = world.subscribe(world.tokens)
    world.client.v1.subscriptions.cancel(made.id)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        world.client.v1.subscriptions.cancel(made.id)
    assert refusal(caught.value) == (404, "resource_missing", "id")
    with pytest.raises(stripe.InvalidRequestError, match="can only update"):
        world.client.v1.subscriptions.update(made.id, {"description": "new"})
    changed = world.client.v1.subscriptions.update(made.id, {"metadata": {"a": "1"}})
    assert changed.metadata["a"] == "1"


def test_a_removed_item_is_gone_and_paid_back(world: World) -> None:
    made = world.subscribe(world.tokens, world.seats)
    world.advance(TENTH)
    item = item_of(made, world.seats)
    assert world.client.v1.subscription_items.delete(item).to_dict() == {
        "id": item,
        "object": "subscription_item",
        "deleted": True,
    }
    assert world.pending() == [-2_000]
    with pytest.raises(stripe.InvalidRequestError, match="No such subscription_item"):
        world.client.v1.subscription_items.retrieve(item)


def test_what_is_collected_can_pause_and_go_on(world: World) -> None:
    made = world.subscribe(world.tokens)
    paused = world.client.v1.subscriptions.update(
        made.id, {"pause_collection": {"behavior": "void"}}
    )
    assert paused.pause_collection is not None
    world.use("3")
    world.advance(OCTOBER + DAY)
    assert [invoice.status for invoice in world.invoices(made.id)] == ["void"]
    resumed = world.client.v1.subscriptions.update(made.id, {"pause_collection": ""})
    assert resumed.pause_collection is None


def test_a_deleted_customers_subscriptions_end(world: World) -> None:
    made = [world.subscribe(world.tokens).id, world.subscribe(world.seats).id]
    world.client.v1.customers.delete(world.customer)
    statuses = [world.client.v1.subscriptions.retrieve(id).status for id in made]
    assert statuses == ["canceled", "canceled"]

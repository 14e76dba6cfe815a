"""Thresholds through the official SDK: usage is invoiced when it comes to an amount."""

from typing import Any

import pytest

from tests.wire.clocked import NOON, ClockedServer
from tests.wire.credits import grant
from tests.wire.prices import create_price, create_tiered, metered
from tests.wire.subscribing import DAY, OCTOBER, World, amounts
from tests.wire.world import create_meter

HOUR = 3_600


@pytest.fixture
def world(clocked: ClockedServer) -> World:
    return World(clocked)


def test_usage_that_comes_to_the_amount_is_invoiced_once(world: World) -> None:
    made = world.subscribe(world.tokens, billing_thresholds={"amount_gte": 50})
    world.use("49")
    world.advance(NOON + HOUR)
    assert world.invoices(made.id) == []
    world.use("2")
    world.advance(NOON + 2 * HOUR)
    (bill,) = world.invoices(made.id)
    assert (amounts(bill), bill.billing_reason) == ([51], "subscription_threshold")
    assert bill.status == "open"
    world.use("7")
    world.advance(OCTOBER)
    assert [amounts(one) for one in world.invoices(made.id)] == [[51], [7]]


def test_tiers_go_on_where_the_invoice_at_the_threshold_stopped(world: World) -> None:
    # 1,000 are free, 9,000 cost half a cent, what is above a quarter and $3.00 once: 3,000 come to
    # 1,000 cents, and 9,000 more past the threshold again.
    price = create_tiered(world.client, world.meter).id
    made = world.subscribe(price, billing_thresholds={"amount_gte": 1_000})
    world.use("3000")
    world.advance(NOON + HOUR)
    world.use("9000")
    world.advance(OCTOBER)
    bills = [sum(amounts(one)) for one in world.invoices(made.id)]
    assert bills == [1_000, 3_500 + 500 + 300, 0]


def test_usage_that_comes_late_is_on_the_next_invoice_of_the_period(world: World) -> None:
    made = world.subscribe(world.tokens, billing_thresholds={"amount_gte": 50})
    world.use("60")
    world.advance(NOON + HOUR)
    world.use("7", at=NOON + 10)
    world.advance(OCTOBER + 2 * HOUR)
    bills = world.invoices(made.id)
    assert [amounts(one) for one in bills] == [[60], [7]]
    late = world.client.raw_request("get", f"/v1/invoices/{bills[0].id}/late_usage")
    assert world.client.deserialize(late, api_mode="V1").to_dict()["quantities"] == []


def test_a_meter_whose_values_do_not_add_up_has_thresholds_too(world: World) -> None:
    world.meter = create_meter(world.client, "max")
    price = create_price(world.client, unit_amount=1, recurring=metered(world.meter)).id
    made = world.subscribe(price, billing_thresholds={"amount_gte": 50})
    for hour, value in enumerate(("60", "40", "75"), start=1):
        world.use(value)
        world.advance(NOON + hour * HOUR)
    world.advance(OCTOBER)
    assert [amounts(one) for one in world.invoices(made.id)] == [[60], [15]]


def test_a_quantity_of_an_item_is_a_threshold_too(world: World) -> None:
    item: Any = {"price": world.tokens, "billing_thresholds": {"usage_gte": 10}}
    made = world.subscribe(item)
    world.use("10")
    world.advance(NOON + HOUR)
    assert [amounts(one) for one in world.invoices(made.id)] == [[10]]


def test_a_threshold_can_begin_a_new_period(world: World) -> None:
    made = world.subscribe(
        world.tokens,
        billing_thresholds={"amount_gte": 50, "reset_billing_cycle_anchor": True},
    )
    world.use("60")
    world.advance(NOON + HOUR)
    after = world.client.v1.subscriptions.retrieve(made.id)
    assert NOON < after.billing_cycle_anchor <= NOON + HOUR
    assert [amounts(one) for one in world.invoices(made.id)] == [[60]]


def test_what_credits_pay_does_not_count_towards_the_amount(world: World) -> None:
    grant(world.client, world.customer, 30)
    made = world.subscribe(world.tokens, billing_thresholds={"amount_gte": 50})
    world.use("79")
    world.advance(NOON + HOUR)
    assert world.invoices(made.id) == []
    world.use("1")
    world.advance(NOON + 2 * HOUR)
    (bill,) = world.invoices(made.id)
    assert (amounts(bill), bill.amount_due) == ([80], 50)


def test_thresholds_rest_in_trials_on_the_last_day_and_when_they_are_cleared(world: World) -> None:
    thresholds: Any = {"amount_gte": 50}
    customers = [world.customer, world.new_customer(), world.new_customer()]
    trial = world.subscribe(world.tokens, trial_end=OCTOBER, billing_thresholds=thresholds)
    cleared = world.subscribe(world.tokens, customer=customers[1], billing_thresholds=thresholds)
    client = world.client
    after = client.v1.subscriptions.update(cleared.id, {"billing_thresholds": ""})
    assert after.billing_thresholds is None
    late = world.subscribe(world.tokens, customer=customers[2], billing_thresholds=thresholds)
    world.advance(OCTOBER - DAY)
    for customer in customers:
        world.use("60", customer=customer)
    world.advance(OCTOBER - HOUR)
    assert [amounts(one) for one in world.invoices(trial.id)] == [[0]]
    assert world.invoices(cleared.id) == world.invoices(late.id) == []


def test_thresholds_off_the_clocks_are_looked_at_every_minute(world: World) -> None:
    customer = world.client.v1.customers.create({"name": "Real"}).id
    made = world.subscribe(world.tokens, customer=customer, billing_thresholds={"amount_gte": 50})
    world.use("60", customer=customer)
    world.server.run_due()
    assert world.invoices(made.id) == []
    world.server.clock.advance(seconds=61)
    world.server.run_due()
    assert [amounts(one) for one in world.invoices(made.id)] == [[60]]

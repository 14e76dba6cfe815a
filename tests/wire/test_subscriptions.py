"""Subscriptions through the official SDK: begun, shown, listed, and what they owe at first."""

from typing import Any

import pytest
import stripe

from tests.wire.clocked import NOON, ClockedServer
from tests.wire.prices import create_price, metered
from tests.wire.subscribing import DAY, OCTOBER, World, amounts, item_of, refusal
from tests.wire.world import create_customer


@pytest.fixture(scope="module")
def world(noon: ClockedServer) -> World:
    return World(noon)


def test_a_subscription_shows_its_items_and_their_periods(world: World) -> None:
    made = world.subscribe(
        world.tokens,
        {"price": world.seats, "quantity": 2, "metadata": {"team": "a"}},
        metadata={"a": "1"},
        description="Tokens",
    )
    assert (made.status, made.currency, made.billing_cycle_anchor) == ("active", "usd", NOON)
    assert (made.test_clock, made.start_date, made.metadata["a"]) == (world.clock, NOON, "1")
    tokens, seats = made["items"].data
    assert (tokens.price.id, tokens.quantity, seats.quantity) == (world.tokens, None, 2)
    assert (seats.current_period_start, seats.current_period_end) == (NOON, OCTOBER)
    assert (seats.plan.id, seats.metadata["team"]) == (world.seats, "a")
    assert world.client.v1.subscriptions.retrieve(made.id).to_dict() == made.to_dict()


def test_seats_are_invoiced_at_once_and_tokens_when_they_were_used(world: World) -> None:
    customer = world.new_customer()
    made = world.subscribe(world.tokens, world.seats, customer=customer, expand=["latest_invoice"])
    first = made.latest_invoice
    assert isinstance(first, stripe.Invoice)
    assert (first.billing_reason, first.status) == ("subscription_create", "open")
    assert amounts(first) == [3_000]
    assert world.subscribe(world.tokens, customer=customer).latest_invoice is None


def test_a_trial_begins_with_an_invoice_of_nothing(world: World) -> None:
    made = world.subscribe(world.tokens, world.seats, trial_period_days=14)
    assert (made.status, made.trial_end) == ("trialing", NOON + 14 * DAY)
    (first,) = world.invoices(made.id)
    assert (first.total, first.status, amounts(first)) == (0, "paid", [0, 0])


def test_classic_mode_has_a_line_of_nothing_for_tokens(world: World) -> None:
    made = world.subscribe(world.tokens, billing_mode={"type": "classic"})
    (first,) = world.invoices(made.id)
    assert (made.billing_mode.type, first.total, amounts(first)) == ("classic", 0, [0])


@pytest.mark.parametrize(("mode", "first_bill"), [("flexible", [7]), ("classic", [0])])
def test_backdated_usage_is_on_the_first_invoice_or_waits(
    mode: str, first_bill: list[int], world: World
) -> None:
    customer = world.new_customer()
    world.use("7", customer=customer, at=NOON - 5 * DAY)
    made = world.subscribe(
        world.tokens,
        customer=customer,
        backdate_start_date=NOON - 10 * DAY,
        billing_mode={"type": mode},
    )
    (first,) = world.invoices(made.id)
    assert (made.start_date, amounts(first)) == (NOON - 10 * DAY, first_bill)


def test_a_price_can_be_made_with_its_item(world: World) -> None:
    product = world.client.v1.products.create({"name": "Seat"}).id
    data = {
        "currency": "usd",
        "product": product,
        "recurring": {"interval": "month"},
        "unit_amount": 500,
    }
    made = world.subscribe({"price_data": data, "quantity": 3})
    (item,) = made["items"].data
    assert (item.price.unit_amount, item.price.product) == (500, product)


def test_what_sdk_users_send_by_habit_changes_nothing(world: World) -> None:
    made = world.subscribe(
        world.tokens,
        automatic_tax={"enabled": False},
        off_session=True,
        payment_behavior="default_incomplete",
        payment_settings={"save_default_payment_method": "on_subscription"},
        trial_settings={"end_behavior": {"missing_payment_method": "create_invoice"}},
        expand=[
            "customer",
            "items.data.price.product",
            "latest_invoice.confirmation_secret",
            "pending_setup_intent",
            "test_clock",
        ],
    )
    assert isinstance(made.customer, stripe.Customer)
    assert isinstance(made["items"].data[0].price.product, stripe.Product)
    assert isinstance(made.test_clock, stripe.test_helpers.TestClock)
    assert made.status == "active"


def test_subscriptions_are_listed_by_what_they_are(noon: ClockedServer) -> None:
    world = World(noon)
    customer = world.customer
    first = world.subscribe(world.tokens).id
    trial = world.subscribe(world.seats, trial_period_days=3).id
    sent = world.subscribe(world.seats, collection_method="send_invoice", days_until_due=30).id
    gone = world.subscribe(world.tokens).id
    world.client.v1.subscriptions.cancel(gone)

    def listed(**params: Any) -> list[str]:
        where: Any = {"customer": customer, **params}
        found = world.client.v1.subscriptions.list(where)
        return [one.id for one in found.data]

    assert listed() == [sent, trial, first]
    assert listed(status="all") == [gone, sent, trial, first]
    assert listed(status="canceled") == listed(status="ended") == [gone]
    assert listed(status="trialing") == [trial]
    assert listed(price=world.tokens, status="all") == [gone, first]
    assert listed(collection_method="send_invoice") == [sent]
    assert listed(test_clock=world.clock, limit=1) == [sent]
    assert listed(created={"gt": NOON}) == []
    plain: Any = {"price": world.tokens, "status": "all"}
    assert world.client.v1.subscriptions.list(plain).data == []


def test_a_customer_off_the_clocks_subscribes_by_the_servers_time(world: World) -> None:
    customer = create_customer(world.client)
    made = world.subscribe(world.tokens, customer=customer)
    assert (made.test_clock, made.created) == (None, world.server.now())
    found = world.client.v1.subscriptions.list({"price": world.tokens})
    assert made.id in [one.id for one in found.data]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"customer": "cus_none"}, (400, "resource_missing", "customer")),
        ({"items": [{"price": "price_none"}]}, (400, "resource_missing", "items[0][price]")),
        ({"items": []}, (400, "parameter_missing", "items")),
        ({"discounts": [{"coupon": "x"}]}, (400, "parameter_unknown", "discounts")),
        ({"automatic_tax": {"enabled": True}}, (400, None, "automatic_tax[enabled]")),
        ({"trial_from_plan": True}, (400, None, "trial_from_plan")),
        ({"trial_end": "soon"}, (400, "parameter_invalid_integer", "trial_end")),
        ({"cancel_at": "soon"}, (400, "parameter_invalid_integer", "cancel_at")),
        ({"default_payment_method": "pm_1"}, (400, "parameter_unknown", "default_payment_method")),
        ({"billing_thresholds": {"amount_gte": 1}}, (400, None, "billing_thresholds[amount_gte]")),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(
    params: dict[str, Any], expected: tuple[Any, ...], world: World
) -> None:
    customer = world.new_customer()
    asked: Any = {"customer": customer, "items": [{"price": world.tokens}], **params}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        world.client.v1.subscriptions.create(asked)
    assert refusal(caught.value) == expected
    assert world.client.v1.subscriptions.list({"customer": customer, "status": "all"}).data == []


def test_prices_of_two_intervals_do_not_go_together(world: World) -> None:
    daily = create_price(
        world.client, recurring={**metered(world.meter), "interval": "day"}, unit_amount=1
    ).id
    with pytest.raises(stripe.InvalidRequestError, match="mismatch in interval field"):
        world.subscribe(world.tokens, daily)


def test_an_unknown_subscription_is_not_found(world: World) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        world.client.v1.subscriptions.retrieve("sub_none")
    assert refusal(caught.value) == (404, "resource_missing", "id")


def test_items_are_retrieved_and_listed_on_their_own(world: World) -> None:
    made = world.subscribe(world.tokens, world.seats)
    item = item_of(made, world.seats)
    found = world.client.v1.subscription_items.retrieve(item)
    assert (found.subscription, found.price.id) == (made.id, world.seats)
    first = world.client.v1.subscription_items.list({"subscription": made.id, "limit": 1})
    assert [one.id for one in first.auto_paging_iter()] == [one.id for one in made["items"].data]


def test_one_time_prices_are_added_to_the_first_invoice(world: World) -> None:
    setup = create_price(world.client, unit_amount=900).id
    product = world.client.v1.products.create({"name": "Setup"}).id
    data = {"currency": "usd", "product": product, "unit_amount": 50}
    added: Any = [{"price": setup, "quantity": 2}, {"price_data": data}]
    made = world.subscribe(world.tokens, add_invoice_items=added)
    (first,) = world.invoices(made.id)
    assert sorted(amounts(first)) == [50, 1_800]
    client = world.client
    client.v1.subscriptions.update(made.id, {"add_invoice_items": [{"price": setup}]})
    pending = client.v1.invoice_items.list({"customer": world.customer, "pending": True})
    assert [item.amount for item in pending.data if item.amount == 900] == [900]


@pytest.mark.parametrize(
    ("added", "expected"),
    [
        ({}, (400, "parameter_missing", "add_invoice_items[0][price]")),
        ({"price": "price_none"}, (400, "resource_missing", "add_invoice_items[0][price]")),
        ({"price": "{tokens}"}, (400, None, "add_invoice_items[0][price]")),
    ],
)
def test_only_one_time_prices_are_added(
    added: dict[str, str], expected: tuple[Any, ...], world: World
) -> None:
    sent = {name: value.replace("{tokens}", world.tokens) for name, value in added.items()}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        world.subscribe(world.tokens, add_invoice_items=[sent or {"quantity": 1}])
    assert refusal(caught.value) == expected

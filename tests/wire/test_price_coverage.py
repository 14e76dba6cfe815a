"""Which usage a set of prices bills once, more than once, or not at all."""

from typing import Any

import pytest
import stripe

from tests.wire.clocked import NOON, ClockedServer
from tests.wire.prices import create_price, metered
from tests.wire.world import create_customer, create_meter, send

DAY = 86_400


def coverage(client: stripe.StripeClient, *prices: str, **others: Any) -> Any:
    params = {"start_time": NOON - DAY, "end_time": NOON, **others}
    if prices:
        params["prices"] = list(prices)
    answer: Any = client.raw_request("get", "/v1/billing/price_coverage", **params)
    return client.deserialize(answer, api_mode="V1").to_dict()


def rows(found: Any) -> list[tuple[str, str, str, list[str]]]:
    return [
        (one["status"], one["dimensions"]["model"], one["value_decimal"], one["prices"])
        for one in found["usage"]
    ]


@pytest.fixture(scope="module")
def world(noon: ClockedServer) -> dict[str, Any]:
    """Usage of three models by two customers, and prices for some of it."""
    client = noon.client()
    meter = create_meter(client, dimension_payload_keys=["model"])
    ada, bob = create_customer(client), create_customer(client)
    for customer, model, value in (
        (ada, "opus", "1.5"),
        (bob, "opus", "2"),
        (ada, "haiku", "10"),
        (bob, "sonnet", "7"),
    ):
        send(client, meter, customer, value, at=NOON - 60, model=model)
    send(client, meter, ada, "99", at=NOON - 2 * DAY, model="old")
    parts: dict[str, Any] = {
        "all": {},
        "opus": {"model": "opus"},
        "haiku": {"model": "haiku"},
        "both": {"model": ["opus", "haiku"]},
    }
    prices = {
        name: create_price(client, recurring=metered(meter, **filters)).id
        for name, filters in parts.items()
    }
    return {"meter": meter.id, "ada": ada, **prices}


def test_usage_that_no_price_bills_comes_first(noon: ClockedServer, world: Any) -> None:
    found = coverage(noon.client(), world["opus"], world["haiku"])
    assert rows(found) == [
        ("uncovered", "sonnet", "7", []),
        ("covered", "haiku", "10", [world["haiku"]]),
        ("covered", "opus", "3.5", [world["opus"]]),
    ]
    assert found["counts"] == {"uncovered": 1, "overlapping": 0, "covered": 2}
    assert found["overlapping_prices"] == []
    assert (found["object"], found["start_time"]) == ("billing.price_coverage", NOON - DAY)


def test_usage_that_is_billed_twice_is_named_and_so_are_the_prices(
    noon: ClockedServer, world: Any
) -> None:
    found = coverage(noon.client(), world["opus"], world["both"])
    assert rows(found) == [
        ("uncovered", "sonnet", "7", []),
        ("overlapping", "opus", "3.5", [world["opus"], world["both"]]),
        ("covered", "haiku", "10", [world["both"]]),
    ]
    assert found["overlapping_prices"] == [
        {"meter": world["meter"], "prices": [world["opus"], world["both"]]}
    ]


def test_a_price_without_filters_bills_everything(noon: ClockedServer, world: Any) -> None:
    found = coverage(noon.client(), world["all"])
    assert {(one[0], tuple(one[3])) for one in rows(found)} == {("covered", (world["all"],))}


def test_one_customers_usage_can_be_looked_at(noon: ClockedServer, world: Any) -> None:
    found = coverage(noon.client(), world["opus"], customer=world["ada"])
    assert [one[:3] for one in rows(found)] == [
        ("uncovered", "haiku", "10"),
        ("covered", "opus", "1.5"),
    ]
    assert found["customer"] == world["ada"]


def test_a_meter_without_dimensions_has_one_combination(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    send(client, meter, customer, "4", at=NOON - 60)
    prices = [create_price(client, recurring=metered(meter)).id for _ in range(2)]
    (one,) = coverage(client, *prices)["usage"]
    assert (one["status"], one["dimensions"], one["value_decimal"]) == ("overlapping", {}, "4")


def test_a_subscription_is_held_against_its_customers_usage(
    noon: ClockedServer, world: Any
) -> None:
    client = noon.client()
    seat = create_price(client, recurring={"interval": "month"}).id
    subscription = client.v1.subscriptions.create(
        {"customer": world["ada"], "items": [{"price": world["opus"]}, {"price": seat}]}
    )
    found = coverage(client, subscription=subscription.id)
    assert found == coverage(client, world["opus"], customer=world["ada"])

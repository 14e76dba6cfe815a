"""Past usage under other prices: who would have paid what."""

from typing import Any

import pytest
import stripe

from tests.wire.clocked import NOON, ClockedServer
from tests.wire.prices import create_price, create_tiered, metered
from tests.wire.world import create_customer, create_meter, send

DAY = 86_400


def simulation(client: stripe.StripeClient, **params: Any) -> Any:
    params = {"start_time": NOON - 30 * DAY, "end_time": NOON, **params}
    answer: Any = client.raw_request("post", "/v1/billing/simulations", **params)
    return client.deserialize(answer, api_mode="V1").to_dict()


def customers(found: Any) -> list[tuple[str, int, int, int]]:
    return [
        (one["customer"], one["before"], one["after"], one["difference"])
        for one in found["customers"]["data"]
    ]


class World:
    """Usage of three customers: 500, 1,200.5 and 20,000 tokens, and a price of a cent each."""

    def __init__(self, server: ClockedServer) -> None:
        client = server.client()
        self.meter = create_meter(client, dimension_payload_keys=["model"])
        self.small, self.middle, self.large, self.idle = (create_customer(client) for _ in range(4))
        for customer, value, model in (
            (self.small, "500", "haiku"),
            (self.middle, "1000", "haiku"),
            (self.middle, "200.5", "opus"),
            (self.large, "20000", "opus"),
        ):
            send(client, self.meter, customer, value, at=NOON - DAY, model=model)
        send(client, self.meter, self.small, "77", at=NOON - 31 * DAY, model="opus")
        self.cent = create_price(client, unit_amount=1, recurring=metered(self.meter)).id
        self.tiered = create_tiered(client, self.meter).id


@pytest.fixture(scope="module")
def world(noon: ClockedServer) -> World:
    return World(noon)


def test_each_customer_is_priced_both_ways_and_the_greatest_change_comes_first(
    noon: ClockedServer, world: World
) -> None:
    found = simulation(noon.client(), before=[world.cent], after=[world.tiered])
    # 20,000: 9,000 × 0.5 + 10,000 × 0.25 + 300 = 7,300; 1,200.5: 200.5 × 0.5 = 100.25
    assert customers(found) == [
        (world.large, 20_000, 7_300, -12_700),
        (world.middle, 1_201, 100, -1_101),
        (world.small, 500, 0, -500),
    ]
    assert (found["before"], found["after"], found["difference"]) == (21_701, 7_400, -14_301)
    assert (found["winners"], found["losers"], found["unchanged"]) == (3, 0, 0)
    assert (found["object"], found["currency"]) == ("billing.simulation", "usd")


def test_prices_may_be_described_instead_of_made(noon: ClockedServer, world: World) -> None:
    client = noon.client()
    described: Any = [
        {
            "currency": "usd",
            "recurring": metered(world.meter, model="opus"),
            "unit_amount_decimal": "1.5",
        },
        {
            "currency": "usd",
            "recurring": metered(world.meter, model="haiku"),
            "unit_amount": 5,
            "transform_quantity": {"divide_by": 1_000, "round": "up"},
        },
    ]
    before = [one.id for one in client.v1.prices.list({"recurring": {"meter": world.meter.id}})]
    found = simulation(client, before=[world.cent], after=described)
    # 1,000 and 500 of haiku are a package each; 200.5 × 1.5 = 300.75; 20,000 × 1.5 = 30,000
    assert customers(found) == [
        (world.large, 20_000, 30_000, 10_000),
        (world.middle, 1_201, 306, -895),
        (world.small, 500, 5, -495),
    ]
    assert (found["winners"], found["losers"]) == (2, 1)
    after = [one.id for one in client.v1.prices.list({"recurring": {"meter": world.meter.id}})]
    assert before == after


def test_the_same_prices_change_nothing(noon: ClockedServer, world: World) -> None:
    found = simulation(noon.client(), before=[world.cent], after=[world.cent])
    assert (found["difference"], found["unchanged"]) == (0, 3)


def test_named_customers_are_priced_whether_they_used_anything_or_not(
    noon: ClockedServer, world: World
) -> None:
    fee: Any = {
        "currency": "usd",
        "recurring": metered(world.meter),
        "billing_scheme": "tiered",
        "tiers_mode": "volume",
        "tiers": [{"up_to": "inf", "unit_amount": 1, "flat_amount": 100}],
    }
    asked: Any = {"before": [world.cent], "after": [fee]}
    both = simulation(noon.client(), **asked, customers=[world.idle, world.small])
    assert sorted(customers(both)) == sorted(
        [(world.idle, 0, 100, 100), (world.small, 500, 600, 100)]
    )
    one = simulation(noon.client(), **asked, customers=[world.small])
    assert customers(one) == [(world.small, 500, 600, 100)]


def test_the_list_may_be_cut_and_the_sums_are_still_of_all(
    noon: ClockedServer, world: World
) -> None:
    asked: Any = {"before": [world.cent], "after": [world.tiered]}
    found = simulation(noon.client(), **asked, limit=1)
    assert (len(found["customers"]["data"]), found["customers"]["has_more"]) == (1, True)
    assert (found["customers"]["total_count"], found["before"]) == (3, 21_701)


def test_prices_are_compared_in_a_currency_that_all_have(noon: ClockedServer, world: World) -> None:
    client = noon.client()
    euros = create_price(
        client,
        currency="eur",
        unit_amount=3,
        recurring=metered(world.meter),
        currency_options={"usd": {"unit_amount": 2}},
    ).id
    found = simulation(client, before=[world.cent], after=[euros], customers=[world.small])
    assert (found["currency"], customers(found)) == ("usd", [(world.small, 500, 1_000, 500)])
    with pytest.raises(stripe.InvalidRequestError, match="no amount in eur"):
        simulation(client, before=[world.cent], after=[euros], currency="eur")


def test_a_simulation_waits_for_no_writer(noon: ClockedServer, world: World) -> None:
    with noon.app.services.records.writing():
        found = simulation(noon.client(), before=[world.cent], after=[world.cent])
    assert found["unchanged"] == 3


def test_usage_below_zero_costs_nothing(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    send(client, meter, customer, "-5", at=NOON - 60)
    price = create_price(client, recurring=metered(meter)).id
    assert customers(simulation(client, before=[price], after=[price])) == [(customer, 0, 0, 0)]

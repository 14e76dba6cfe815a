"""An event's story goes on to the invoice lines that bill it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.dashboard.visitor import Visitor
from tests.wire.clocked import NOON, ClockedServer
from tests.wire.prices import metered
from tests.wire.subscribing import DAY, OCTOBER, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with ClockedServer(tmp_path) as server:
        yield World(server)


def stories(world: World) -> list[dict[str, Any]]:
    """The events' pages, in the order of their receipt."""
    with Visitor(world.server) as visitor:  # type: ignore[arg-type]  # only its address is asked
        rows = visitor.get("/test/events.json?sort=received").json()["events"]["rows"]
        paths = [f"/test/events/{row['event']['id']}" for row in rows]
        assert all(visitor.get(path).status_code == 200 for path in paths)
        return [visitor.get(f"{path}.json").json() for path in paths]


def billed(story: dict[str, Any]) -> list[tuple[str, str, bool]]:
    return [(one["invoice"], one["quantity"], one["again"]) for one in story["billed_on"]]


def test_usage_is_billed_by_the_line_of_its_period(world: World) -> None:
    subscription = world.subscribe(world.tokens)
    world.use("5")
    world.use("7", at=NOON + 60)
    world.advance(NOON + DAY)
    world.use("11")
    assert [billed(story) for story in stories(world)] == [[], [], []]
    world.advance(OCTOBER + DAY)
    world.use("13")
    (invoice, *_) = world.invoices(subscription.id)
    told = stories(world)
    assert [billed(story) for story in told] == [[(invoice.id, "23", False)]] * 3 + [[]]
    line = told[0]["billed_on"][0]
    assert (line["status"], line["amount"], line["currency"]) == (invoice.status, 23, "usd")
    assert line["number"] == invoice.number


def test_an_event_cancelled_before_it_was_billed_is_on_no_line_and_after_it_stays(
    world: World,
) -> None:
    subscription = world.subscribe(world.tokens)
    world.use("5")
    world.use("7")
    first, second = (story["row"]["event"]["identifier"] for story in stories(world))

    def cancel(identifier: str) -> None:
        world.client.v1.billing.meter_event_adjustments.create(
            {
                "event_name": world.meter.event_name,
                "type": "cancel",
                "cancel": {"identifier": identifier},
            }
        )

    cancel(first)
    world.advance(OCTOBER + DAY)
    (invoice, *_) = world.invoices(subscription.id)
    cancel(second)
    assert [billed(story) for story in stories(world)] == [[], [(invoice.id, "7", False)]]


def test_a_price_of_one_dimension_bills_its_events_alone(world: World) -> None:
    meter: Any = world.client.v1.billing.meters.create(
        {
            "display_name": "Divided",
            "event_name": "divided",
            "default_aggregation": {"formula": "sum"},
            "dimension_payload_keys": ["model"],  # type: ignore[typeddict-unknown-key]  # beyond Stripe
        }
    )
    recurring: Any = {**metered(meter), "dimension_filters": {"model": ["large"]}}
    price = world.client.v1.prices.create(
        {
            "currency": "usd",
            "unit_amount": 1,
            "recurring": recurring,
            "product_data": {"name": "Large"},
        }
    )
    world.subscribe(price.id)
    for model in ("large", "small"):
        event: Any = {
            "event_name": "divided",
            "payload": {"stripe_customer_id": world.customer, "value": "3", "model": model},
        }
        world.client.v1.billing.meter_events.create(event)
    world.advance(OCTOBER + DAY)
    large, small = stories(world)
    assert [one["quantity"] for one in large["billed_on"]] == ["3"]
    assert billed(small) == []

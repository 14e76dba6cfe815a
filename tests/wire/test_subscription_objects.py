"""Subscriptions and their items have Stripe's fields and types, and none beyond."""

from typing import Any

import pytest

from tests.wire.clocked import NOON, ClockedServer
from tests.wire.schema import SCHEMAS, beyond, violations
from tests.wire.subscribing import DAY, World


@pytest.fixture(scope="module")
def subscriptions(noon: ClockedServer) -> list[dict[str, Any]]:
    """Subscriptions, plain ones and ones with every field set."""
    world = World(noon)
    client = world.client
    full = world.subscribe(
        {
            "price": world.tokens,
            "metadata": {"a": "1"},
            "billing_thresholds": {"usage_gte": 5},
        },
        {"price": world.seats, "quantity": 3},
        billing_cycle_anchor_config={"day_of_month": 31, "hour": 0},
        billing_thresholds={"amount_gte": 50},
        collection_method="send_invoice",
        days_until_due=30,
        description="All",
        metadata={"a": "1"},
        trial_period_days=3,
        expand=["customer", "latest_invoice"],
    )
    changed: Any = {
        "cancel_at": NOON + DAY,
        "cancellation_details": {"comment": "bye", "feedback": "unused"},
        "pause_collection": {"behavior": "void", "resumes_at": NOON + DAY},
    }
    made = [
        world.subscribe(world.tokens),
        world.subscribe(world.tokens, billing_mode={"type": "classic"}),
        full,
        client.v1.subscriptions.update(full.id, changed),
        client.v1.subscriptions.cancel(full.id),
    ]
    return [one.to_dict() for one in made]


def test_subscriptions_have_stripes_fields_and_none_beyond(
    subscriptions: list[dict[str, Any]],
) -> None:
    for one in subscriptions:
        assert violations(one, SCHEMAS["subscription"]) == []
        assert beyond(one, SCHEMAS["subscription"]) == set()


def test_items_have_stripes_fields_and_none_beyond(subscriptions: list[dict[str, Any]]) -> None:
    for one in subscriptions:
        for item in one["items"]["data"]:
            assert violations(item, SCHEMAS["subscription_item"]) == []
            assert beyond(item, SCHEMAS["subscription_item"]) == set()

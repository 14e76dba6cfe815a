"""The async methods of the official client."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest
import stripe

from tests.serving import TEST_KEY
from tests.wire.clocked import NOON, ClockedServer

# The SDK hands httpx its form in a way that httpx would like to see changed.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

Scene = Callable[[stripe.StripeClient], Awaitable[Any]]


def _run(server: ClockedServer, scene: Scene) -> Any:
    """Play a scene with a client whose connections are closed at the end."""

    async def play() -> Any:
        http: Any = stripe.HTTPXClient()
        client = stripe.StripeClient(
            TEST_KEY, base_addresses={"api": server.address}, http_client=http
        )
        try:
            return await scene(client)
        finally:
            await http.close_async()

    return asyncio.run(play())


async def _meter(client: stripe.StripeClient, name: str) -> stripe.billing.Meter:
    return await client.v1.billing.meters.create_async(
        {"display_name": name, "event_name": name, "default_aggregation": {"formula": "sum"}}
    )


def test_usage_sent_at_once_is_all_in_the_next_total(noon: ClockedServer) -> None:
    async def scene(client: stripe.StripeClient) -> list[Decimal]:
        meter = await _meter(client, "async_usage")
        customer = await client.v1.customers.create_async({"name": "Async"})
        sent = [
            client.v1.billing.meter_events.create_async(
                {
                    "event_name": "async_usage",
                    "payload": {"stripe_customer_id": customer.id, "value": "0.1"},
                    "timestamp": NOON - 60,
                    "identifier": f"async-{number}",
                }
            )
            for number in range(50)
        ]
        await asyncio.gather(*sent)
        await client.v1.billing.meter_event_adjustments.create_async(
            {
                "event_name": "async_usage",
                "type": "cancel",
                "cancel": {"identifier": "async-7"},
            }
        )
        listed = await client.v1.billing.meters.event_summaries.list_async(
            meter.id, {"customer": customer.id, "start_time": NOON - 3_600, "end_time": NOON}
        )
        return [Decimal(one["aggregated_value_decimal"]) for one in listed.data]

    assert _run(noon, scene) == [Decimal("4.9")]


def test_one_identifier_sent_by_many_at_once_counts_once(noon: ClockedServer) -> None:
    async def scene(client: stripe.StripeClient) -> list[str]:
        await _meter(client, "async_race")
        customer = await client.v1.customers.create_async({"name": "Async"})
        attempts = await asyncio.gather(
            *(
                client.v1.billing.meter_events.create_async(
                    {
                        "event_name": "async_race",
                        "payload": {"stripe_customer_id": customer.id, "value": "1"},
                        "identifier": "async-race",
                    }
                )
                for _ in range(20)
            ),
            return_exceptions=True,
        )
        return sorted(type(one).__name__ for one in attempts)

    assert _run(noon, scene) == ["InvalidRequestError"] * 19 + ["MeterEvent"]


def test_meters_and_customers_live_their_lives(noon: ClockedServer) -> None:
    async def scene(client: stripe.StripeClient) -> list[Any]:
        meter = await _meter(client, "async_life")
        meters, customers = client.v1.billing.meters, client.v1.customers
        customer = await customers.create_async({"name": "A"})
        seen: list[Any] = [
            (await meters.update_async(meter.id, {"display_name": "B"})).display_name,
            (await meters.deactivate_async(meter.id)).status,
            (await meters.reactivate_async(meter.id)).status,
            (await meters.retrieve_async(meter.id)).display_name,
            (await customers.update_async(customer.id, {"name": "B"})).name,
            (await customers.retrieve_async(customer.id)).name,
            (await customers.delete_async(customer.id)).deleted,
        ]
        return seen

    assert _run(noon, scene) == ["B", "inactive", "active", "B", "B", "B", True]


def test_paging_visits_everything(clocked: ClockedServer) -> None:
    async def scene(client: stripe.StripeClient) -> tuple[list[str], list[str]]:
        made = [(await client.v1.customers.create_async({"name": "A"})).id for _ in range(5)]
        listed = await client.v1.customers.list_async({"limit": 2})
        return made, [customer.id async for customer in listed.auto_paging_iter()]

    made, seen = _run(clocked, scene)
    assert seen == made[::-1]


def test_errors_are_the_same(noon: ClockedServer) -> None:
    async def scene(client: stripe.StripeClient) -> None:
        await client.v1.customers.retrieve_async("cus_unknown")

    with pytest.raises(stripe.InvalidRequestError) as caught:
        _run(noon, scene)
    error = caught.value
    assert (error.http_status, error.code, error.param) == (404, "resource_missing", "id")
    assert error.request_id is not None

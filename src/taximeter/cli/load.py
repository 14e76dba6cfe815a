"""Loading the worked example through the public API, as any client would.

Every event has its identifier, so loading again completes what was interrupted and doubles nothing.
The meter's creation is the example's end: whoever completes it makes the same events again.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import httpx2
import msgspec

from taximeter.cli import alerts, example
from taximeter.cli.alerts import load_alerts
from taximeter.cli.asking import Refused, ask, listed, message
from taximeter.cli.example import ExampleCustomer, ExampleEvent
from taximeter.cli.subscribe import load_billing
from taximeter.kit.clock import Clock, now_s
from taximeter.kit.periods import DAY_SECONDS

CONNECTIONS = 32
ACCEPTED_DAYS = 35
_LOADED = "example_loaded"
_EVENTS = "/v1/billing/meter_events"


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """The example as it stands in a server: ids by customer, and how many events this load sent."""

    meter: str
    customers: dict[str, str]
    subscriptions: dict[str, str]
    start: int
    events: int


async def load_example(
    client: httpx2.AsyncClient, *, clock: Clock, advanced: Callable[[int, int], None]
) -> Loaded:
    """Bring the example into the environment that the client's key opens.

    `advanced` is told, after each event, how many there are and how many are done. Raises
    Refused, and httpx2.TransportError when the server goes away.
    """
    meter = await _meter(client)
    found = [await _customer(client, one) for one in example.CUSTOMERS]
    ids = {one.slug: customer["id"] for one, customer in zip(example.CUSTOMERS, found, strict=True)}
    await load_alerts(client, alerts.USAGE, meter=meter["id"], customers=ids)
    end = int(meter["created"])
    events: list[ExampleEvent] = []
    if _LOADED not in found[0]["metadata"]:
        oldest = now_s(clock) - ACCEPTED_DAYS * DAY_SECONDS
        events = [event for event in example.events(end) if event.timestamp > oldest]
        await _send_all(client, events, ids, advanced)
        await ask(
            client, "POST", f"/v1/customers/{found[0]['id']}", {f"metadata[{_LOADED}]": "true"}
        )
    start = example.start_of(end)
    subscriptions = await load_billing(
        client, meter=meter["id"], customers=ids, start=start, clock=clock
    )
    await load_alerts(client, alerts.MONEY, meter=meter["id"], customers=ids)
    return Loaded(
        meter=meter["id"],
        customers=ids,
        subscriptions=subscriptions,
        start=start,
        events=len(events),
    )


async def _meter(client: httpx2.AsyncClient) -> dict[str, Any]:
    async for meter in listed(client, "/v1/billing/meters", {"status": "active"}):
        if meter["event_name"] == example.EVENT_NAME:
            return meter
    dimensions = {
        f"dimension_payload_keys[{index}]": key for index, key in enumerate(example.DIMENSIONS)
    }
    return await ask(
        client,
        "POST",
        "/v1/billing/meters",
        {
            "display_name": example.DISPLAY_NAME,
            "event_name": example.EVENT_NAME,
            "default_aggregation[formula]": "sum",
            **dimensions,
        },
    )


async def _customer(client: httpx2.AsyncClient, wanted: ExampleCustomer) -> dict[str, Any]:
    async for customer in listed(client, "/v1/customers", {"email": wanted.email}):
        return customer
    return await ask(
        client,
        "POST",
        "/v1/customers",
        {"name": wanted.name, "email": wanted.email, "description": wanted.description},
    )


async def _send_all(
    client: httpx2.AsyncClient,
    events: list[ExampleEvent],
    ids: Mapping[str, str],
    advanced: Callable[[int, int], None],
) -> None:
    waiting = iter(events)
    done = 0

    async def send_in_turn() -> None:
        nonlocal done
        for event in waiting:
            await _send(client, event, ids[event.customer])
            done += 1
            advanced(done, len(events))

    async with asyncio.TaskGroup() as senders:
        for _ in range(CONNECTIONS):
            senders.create_task(send_in_turn())


async def _send(client: httpx2.AsyncClient, event: ExampleEvent, customer: str) -> None:
    answer = await client.post(
        _EVENTS,
        data={
            "event_name": example.EVENT_NAME,
            "identifier": event.identifier,
            "timestamp": str(event.timestamp),
            "payload[stripe_customer_id]": customer,
            "payload[value]": str(event.value),
            "payload[model]": event.model,
            "payload[token_type]": event.token_type,
        },
    )
    if answer.status_code != 200 and not _is_there_already(answer):
        raise Refused(message(answer))
    if event.canceled:
        await ask(
            client,
            "POST",
            "/v1/billing/meter_event_adjustments",
            {
                "event_name": example.EVENT_NAME,
                "type": "cancel",
                "cancel[identifier]": event.identifier,
            },
        )


def _is_there_already(answer: httpx2.Response) -> bool:
    return answer.status_code == 400 and "already exists" in message(answer)

"""Every object that is served has Stripe's fields and types, and only the listed ones beyond."""

from typing import Any

import pytest

from tests.wire.clocked import NOON, ClockedServer
from tests.wire.plain import request
from tests.wire.prices import create_price, create_tiered, metered
from tests.wire.schema import SCHEMAS, beyond, violations
from tests.wire.test_customers import EVERYTHING
from tests.wire.test_meter_usage import usage
from tests.wire.test_products import EVERYTHING as EVERYTHING_OF_A_PRODUCT
from tests.wire.world import create_customer, create_meter, send, summaries

HOUR = 3_600
EXTENSIONS: dict[str, set[str]] = {
    "billing.meter": {"dimension_payload_keys"},
    "billing.meter_event": set(),
    "billing.meter_event read back": {
        "canceled_at",
        "customer",
        "dimensions",
        "id",
        "meter",
        "value",
    },
    "billing.meter_event_adjustment": set(),
    "billing.meter_event_summary": {"aggregated_value_decimal"},
    "billing.analytics.meter_usage": set(),
    "billing.analytics.meter_usage_row": {"value_decimal"},
    "customer": set(),
    "test_helpers.test_clock": set(),
    "price": set(),
    "product": set(),
    "event": set(),
    "v2.core.event": set(),
    "webhook_endpoint": set(),
    "list": set(),
}


def _spelled(server: ClockedServer, kind: str, made: list[Any], *expand: str) -> list[Any]:
    """Objects as they come over the wire: the SDK makes numbers of decimals."""
    query = "&".join(f"expand[]={one}" for one in expand)
    return [request(server.address, "GET", f"/v1/{kind}/{one.id}?{query}").json() for one in made]


@pytest.fixture(scope="module")
def objects(noon: ClockedServer) -> dict[str, list[dict[str, Any]]]:
    """Objects of each kind, plain ones and ones with every field set."""
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    windowed = create_meter(client, "last", event_time_window="day")
    asleep = client.v1.billing.meters.deactivate(create_meter(client).id)
    event = send(client, meter, customer, "0.5", at=NOON - 60)
    whole = send(client, meter, customer, "5", at=NOON - 2 * HOUR)
    listed = summaries(client, meter, customer, NOON - 3 * HOUR, NOON, value_grouping_window="hour")
    answer: Any = client.raw_request("get", "/v1/billing/meter_events")
    events = client.deserialize(answer, api_mode="V1").to_dict()
    measured = [
        usage(client, customer, NOON - 3 * HOUR, NOON, **others).to_dict()
        for others in ({}, {"meters": [{"meter": meter.id}], "value_grouping_window": "hour"})
    ]
    adjustment = client.v1.billing.meter_event_adjustments.create(
        {
            "event_name": meter.event_name,
            "type": "cancel",
            "cancel": {"identifier": event.identifier},
        }
    )
    full = client.v1.customers.create(EVERYTHING)
    clocks = client.v1.test_helpers.test_clocks
    clock = clocks.create({"frozen_time": NOON, "name": "A year"})
    clocked = client.v1.customers.create({"test_clock": clock.id, "expand": ["test_clock"]})
    setting_out = clocks.advance(clock.id, {"frozen_time": NOON + HOUR})
    prices = [
        create_price(client, recurring={"interval": "year"}),
        create_price(client, transform_quantity={"divide_by": 10, "round": "up"}),
        create_price(client, recurring=metered(meter)),
        create_tiered(client, meter),
    ]
    default: Any = {"currency": "usd", "unit_amount": 1}
    seats: Any = {"name": "Seats", "default_price_data": default}
    products = [client.v1.products.create(one) for one in (EVERYTHING_OF_A_PRODUCT, seats)]
    return {
        "billing.meter": [one.to_dict() for one in (meter, windowed, asleep)],
        "billing.meter_event": [event.to_dict(), whole.to_dict()],
        "billing.meter_event read back": events["data"],
        "billing.meter_event_adjustment": [adjustment.to_dict()],
        "billing.meter_event_summary": [one.to_dict() for one in listed],
        "billing.analytics.meter_usage": measured,
        "billing.analytics.meter_usage_row": [
            row for one in measured for row in one["rows"]["data"]
        ],
        "customer": [
            client.v1.customers.retrieve(customer).to_dict(),
            full.to_dict(),
            clocked.to_dict(),
        ],
        "test_helpers.test_clock": [clock.to_dict(), setting_out.to_dict()],
        "price": [
            *_spelled(noon, "prices", prices, "product"),
            *_spelled(noon, "prices", prices, "tiers", "currency_options"),
        ],
        "product": _spelled(noon, "products", products, "default_price"),
        "event": request(noon.address, "GET", "/v1/events?limit=100").json()["data"],
        "v2.core.event": [one.to_dict() for one in client.v2.core.events.list({"limit": 100}).data],
        "webhook_endpoint": [
            client.v1.webhook_endpoints.create(
                {"url": "https://example.com/hook", "enabled_events": ["invoice.paid"]}
            ).to_dict(),
            client.v1.webhook_endpoints.list().data[0].to_dict(),
        ],
        "list": [client.v1.customers.list().to_dict(), events],
    }


@pytest.mark.parametrize("kind", EXTENSIONS)
def test_object_has_stripes_fields_and_only_known_ones_beyond(
    kind: str, objects: dict[str, list[dict[str, Any]]]
) -> None:
    schema = SCHEMAS[kind.removesuffix(" read back")]
    assert objects[kind]
    for one in objects[kind]:
        assert violations(one, schema) == []
        assert beyond(one, schema) == EXTENSIONS[kind]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"created": None}, [".created is null"]),
        ({"created": "1"}, [".created is no integer: '1'"]),
        ({"created": True}, [".created is no integer: True"]),
        ({"payload": {"value": 1}}, [".payload.value is no string: 1"]),
        ({"object": "meter_event"}, [".object is none of ['billing.meter_event']: 'meter_event'"]),
    ],
)
def test_a_planted_difference_is_found(change: dict[str, Any], found: list[str]) -> None:
    event = {
        "object": "billing.meter_event",
        "created": 1,
        "event_name": "tokens",
        "identifier": "a",
        "livemode": False,
        "payload": {"value": "1"},
        "timestamp": 1,
    }
    schema = SCHEMAS["billing.meter_event"]
    assert violations(event, schema) == []
    assert violations({**event, **change}, schema) == found
    assert violations({}, schema)[0] == ".created is missing"

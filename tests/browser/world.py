"""What the browser meets: two meters, one with a month of events, sent through the SDK."""

import time

import msgspec

from tests.serving import Server


class World(msgspec.Struct, frozen=True):
    """Where it is, and what is in it."""

    address: str
    meter: str
    customer: str

    def pages(self) -> dict[str, str]:
        """Every page, by the name of its picture."""
        return {
            "home": "/test",
            "meters": "/test/meters",
            "meter": f"/test/meters/{self.meter}",
            "meter-by-model": f"/test/meters/{self.meter}?by=model",
            "meter-create": "/test/meters/new",
            "search": "/test/search?q=tokens",
            "live": "/live/meters",
            "not-found": "/test/nothing",
        }


def fill(server: Server) -> World:
    """Make the meters and record the events."""
    client = server.client()
    client.v1.billing.meters.create(
        {
            "display_name": "Storage",
            "event_name": "storage_bytes",
            "default_aggregation": {"formula": "last"},
        }
    )
    meter = client.v1.billing.meters.create(
        {
            "display_name": "Tokens",
            "event_name": "tokens",
            "default_aggregation": {"formula": "sum"},
            "dimension_payload_keys": ["model"],  # type: ignore[typeddict-unknown-key]  # beyond Stripe
        }
    )
    customer = client.v1.customers.create({"name": "Cusco Robotics"})
    now = int(time.time())
    for day in range(30):
        for number, model in enumerate(("large", "small", "embed")):
            client.v1.billing.meter_events.create(
                {
                    "event_name": "tokens",
                    "timestamp": now - day * 86_400,
                    "payload": {
                        "stripe_customer_id": customer.id,
                        "value": str((day * 37 % 11 + 3) * 1_000 // (number + 1)),
                        "model": model,
                    },
                }
            )
    return World(server.address, meter.id, customer.id)

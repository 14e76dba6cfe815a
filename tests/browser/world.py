"""What the browser meets: two meters, one with a month of events, sent through the SDK."""

import time

import msgspec

from tests.dashboard.uploading import imported
from tests.dashboard.visitor import Visitor
from tests.serving import TEST_KEY, Server
from tests.wire.plain import request

MIXED = """identifier,timestamp,event_name,payload_stripe_customer_id,payload_value,payload_model
file-1,{now},tokens,{customer},250,small
file-2,{now},tokens,{customer},a lot,small
file-3,yesterday,tokens,{customer},5,large
file-4,{now},tokens,{customer},5,
"""


class World(msgspec.Struct, frozen=True):
    """Where it is, and what is in it."""

    address: str
    meter: str
    customer: str
    event: str
    upload: str
    request: str

    def pages(self) -> dict[str, str]:
        """Every page, by the name of its picture."""
        return {
            "home": "/test",
            "meters": "/test/meters",
            "meter": f"/test/meters/{self.meter}",
            "meter-by-model": f"/test/meters/{self.meter}?by=model",
            "meter-create": "/test/meters/new",
            "search": "/test/search?q=tokens",
            "events": "/test/events",
            "events-none": "/test/events?identifier=nothing&start=soon",
            "event": self.event,
            "event-record": "/test/events/record",
            "uploads": "/test/events/uploads",
            "upload": self.upload,
            "developers": "/test/developers",
            "requests": "/test/developers/requests",
            "request": self.request,
            "api-events": "/test/developers/events",
            "settings": "/test/developers/settings",
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
    with Visitor(server) as visitor:
        events = visitor.get("/test/events.json").json()["events"]["rows"]
        upload = imported(visitor, MIXED.format(customer=customer.id, now=now).encode())
        visitor.post("/test/developers/keys", on="/test/developers", name="The billing job")
        request(server.address, "GET", "/v1/customers/cus_nobody?expand[]=x", key=TEST_KEY)
        requests = visitor.get("/test/developers/requests.json?outcome=failed").json()
    return World(
        address=server.address,
        meter=meter.id,
        customer=customer.id,
        event=f"/test/events/{events[0]['event']['id']}",
        upload=f"/test/events/uploads/{upload['upload']['id']}",
        request=f"/test/developers/requests/{requests['requests']['rows'][0]['request']['id']}",
    )

"""What the browser meets: two meters, one with a month of events, sent through the SDK.

An alert has fired, and of two destinations one takes what it is told.
"""

import time

import msgspec

from tests.browser.told import Told, alerts, destinations, told
from tests.dashboard.billed import Billed, billed
from tests.dashboard.uploading import imported
from tests.dashboard.visitor import Visitor
from tests.serving import TEST_KEY, Server
from tests.webhooks.receiver import Receiver
from tests.wire.plain import request

MIXED = """identifier,timestamp,event_name,payload_stripe_customer_id,payload_value,payload_model
file-1,{now},tokens,{customer},250,small
file-2,{now},tokens,{customer},a lot,small
file-3,yesterday,tokens,{customer},5,large
file-4,{now},tokens,{customer},5,
"""

TIERS = "&".join(
    (
        "scheme=graduated",
        *("up_to=1000", "tier_unit=0", "tier_flat="),
        *("up_to=10000", "tier_unit=0.002", "tier_flat=5"),
        *("up_to=", "tier_unit=0.0015", "tier_flat="),
    )
)
"""A description of a price, as its form sends it."""


class World(msgspec.Struct, frozen=True):
    """Where it is, and what is in it."""

    address: str
    meter: str
    customer: str
    books: Billed
    line: str
    event: str
    upload: str
    request: str
    told: Told

    def pages(self) -> dict[str, str]:
        """Every page, by the name of its picture."""
        return {
            "home": "/test",
            "meters": "/test/meters",
            "meter": f"/test/meters/{self.meter}",
            "meter-by-model": f"/test/meters/{self.meter}?by=model",
            "meter-compared": f"/test/meters/{self.meter}?compare=true&window=week",
            "meter-customers": f"/test/meters/{self.meter}/customers",
            "meter-feed": f"/test/meters/{self.meter}/feed",
            "meter-create": "/test/meters/new",
            "meter-create-daily": "/test/meters/new?ingestion=day&dimensions=model%0Aregion",
            "rejected": "/test/rejected",
            "ingestion": "/test/ingestion",
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
            "api-event": f"/test/developers/events/{self.told.event}",
            "webhooks": "/test/developers/webhooks",
            "webhook": f"/test/developers/webhooks/{self.told.failing}",
            "webhook-create": "/test/developers/webhooks/new",
            "delivery": f"/test/developers/webhooks/deliveries/{self.told.delivery}",
            "alerts": "/test/alerts",
            "alert": f"/test/alerts/{self.told.alert}",
            "alert-outlook": f"/test/alerts/{self.told.alert}/outlook",
            "alert-create": f"/test/alerts/new?meter={self.meter}",
            "settings": "/test/developers/settings",
            "live": "/live/meters",
            "customers": "/test/customers",
            "customer": f"/test/customers/{self.books.customer}",
            "catalog": "/test/catalog",
            "product": f"/test/catalog/products/{self.books.product}",
            "price": f"/test/catalog/prices/{self.books.price}",
            "price-create": f"/test/catalog/prices/new?{TIERS}",
            "simulation": f"/test/catalog/simulation?before={self.books.price}&draft=1&{TIERS}"
            f"&meter={self.books.meter}",
            "invoices": "/test/invoices",
            "invoice": f"/test/invoices/{self.books.invoice}",
            "invoice-line": f"/test/invoices/{self.books.invoice}/lines/{self.line}",
            "invoice-events": f"/test/invoices/{self.books.invoice}/lines/{self.line}/events",
            "invoice-print": f"/test/invoices/{self.books.invoice}/print",
            "not-found": "/test/nothing",
        }


def fill(server: Server, receiver: Receiver) -> World:
    """Make the meters and record the events; the receiver is told of what happens."""
    client = server.client()
    failing = destinations(client, receiver)
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
    alert = alerts(client, meter.id)
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
    _reject(server, customer.id)
    with Visitor(server) as visitor:
        events = visitor.get("/test/events.json").json()["events"]["rows"]
        upload = imported(visitor, MIXED.format(customer=customer.id, now=now).encode())
        visitor.post("/test/developers/keys", on="/test/developers", name="The billing job")
        request(server.address, "GET", "/v1/customers/cus_nobody?expand[]=x", key=TEST_KEY)
        requests = visitor.get("/test/developers/requests.json?outcome=failed").json()
    books = billed(client, name="Quipu Weavers")
    lines = client.v1.invoices.retrieve(books.invoice).lines.data
    return World(
        address=server.address,
        meter=meter.id,
        customer=customer.id,
        event=f"/test/events/{events[0]['event']['id']}",
        upload=f"/test/events/uploads/{upload['upload']['id']}",
        request=f"/test/developers/requests/{requests['requests']['rows'][0]['request']['id']}",
        books=books,
        line=lines[1].id,
        told=told(server, alert=alert, failing=failing),
    )


def _reject(server: Server, customer: str) -> None:
    """Send what cannot be counted by the stream, which keeps it with the reason."""
    session = server.client().v2.billing.meter_event_session.create()
    payloads = [
        {"stripe_customer_id": customer, "value": "1,5", "model": "large"},
        {"stripe_customer_id": customer, "value": "2"},
        {"stripe_customer_id": "cus_gone", "value": "3", "model": "large"},
    ]
    server.client(session.authentication_token).v2.billing.meter_event_stream.create(
        {"events": [{"event_name": "tokens", "payload": payload} for payload in payloads]}
    )

"""What wire tests of subscriptions begin with: prices, and a customer on a test clock."""

from typing import Any

import stripe
from stripe import Invoice, Subscription
from stripe.billing import Meter

from tests.wire.clocked import NOON, ClockedServer
from tests.wire.prices import create_price, metered
from tests.wire.world import create_meter

DAY = 86_400
OCTOBER = NOON + 30 * DAY
"""2026-10-22 12:00:00 UTC, a month after every clock starts."""


class World:
    """A server with a meter of tokens, at a cent each, seats at $30.00, and a clocked customer."""

    def __init__(self, server: ClockedServer) -> None:
        self.server = server
        self.client = server.client()
        self.meter: Meter = create_meter(self.client)
        self.tokens = create_price(self.client, unit_amount=1, recurring=metered(self.meter)).id
        self.dimes = create_price(self.client, unit_amount=10, recurring=metered(self.meter)).id
        self.seats = create_price(
            self.client, unit_amount=3_000, recurring={"interval": "month"}
        ).id
        self.clock = self.client.v1.test_helpers.test_clocks.create({"frozen_time": NOON}).id
        self.customer = self.new_customer()

    def new_customer(self) -> str:
        """Create a customer on the test clock and return its id."""
        return self.client.v1.customers.create({"name": "Wire", "test_clock": self.clock}).id

    def subscribe(self, *items: Any, **params: Any) -> Subscription:
        """Subscribe the customer, or a new one, to items; a price's id stands for its item."""
        asked: Any = {
            "customer": params.pop("customer", self.customer),
            "items": [{"price": item} if isinstance(item, str) else item for item in items],
            **params,
        }
        return self.client.v1.subscriptions.create(asked)

    def use(self, value: str, *, customer: str | None = None, at: int | None = None) -> None:
        """Record tokens of a customer, now by the test clock unless a moment is given."""
        payload = {"stripe_customer_id": customer or self.customer, "value": value}
        event: Any = {"event_name": self.meter.event_name, "payload": payload}
        if at is not None:
            event["timestamp"] = at
        self.client.v1.billing.meter_events.create(event)

    def advance(self, to: int) -> None:
        """Move the test clock, and do all that falls due on its way."""
        clocks = self.client.v1.test_helpers.test_clocks
        clocks.advance(self.clock, {"frozen_time": to})
        self.server.run_due()
        assert clocks.retrieve(self.clock).status == "ready"

    def invoices(self, subscription: str) -> list[Invoice]:
        """Return a subscription's invoices, oldest first."""
        listed = self.client.v1.invoices.list({"subscription": subscription, "limit": 100})
        return list(listed.auto_paging_iter())[::-1]

    def pending(self, customer: str | None = None) -> list[int]:
        """Return the amounts of a customer's pending invoice items, oldest first."""
        params: Any = {"customer": customer or self.customer, "pending": True}
        return [item.amount for item in self.client.v1.invoice_items.list(params).data][::-1]


def amounts(invoice: Invoice) -> list[int]:
    """Return the amounts of an invoice's lines."""
    return [line.amount for line in invoice.lines.data]


def item_of(subscription: Subscription, price: str) -> str:
    """Return the id of the item that has a price."""
    found: str = next(item.id for item in subscription["items"].data if item.price.id == price)
    return found


def refusal(error: stripe.StripeError) -> tuple[int | None, str | None, str | None]:
    """Return status, code and parameter of an error."""
    return error.http_status, error.code, getattr(error, "param", None)

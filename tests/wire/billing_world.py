"""A customer on a metered price, whose periods end when the test says so."""

from typing import Any

import msgspec
import stripe
from stripe.billing import Meter

from tests.wire.clocked import ClockedServer
from tests.wire.world import create_customer, create_meter

HOUR, DAY = 3_600, 86_400
TIERS = [
    {"up_to": "100", "unit_amount_decimal": "10"},
    {"up_to": "inf", "unit_amount_decimal": "2.5", "flat_amount": 500},
]


class World(msgspec.Struct, frozen=True, kw_only=True):
    """A meter, a price that counts it, and a customer who subscribes to it."""

    server: ClockedServer
    client: stripe.StripeClient
    meter: Meter
    price: str
    customer: str
    subscription: str

    def advance(self, seconds: int) -> None:
        """Move the clock and do what falls due on the way."""
        self.server.clock.advance(seconds=seconds)
        self.server.app.runner.run_due()

    def invoices(self, **where: Any) -> list[stripe.Invoice]:
        """Return the subscription's invoices, newest first."""
        params: Any = {"subscription": self.subscription, **where}
        return list(self.client.v1.invoices.list(params).auto_paging_iter())


def create_price(
    client: stripe.StripeClient, meter: Meter, *, interval: str = "month", **others: Any
) -> str:
    """Create a metered price of 5 a unit, unless others say otherwise."""
    cost: dict[str, Any] = {"unit_amount": 5} if not others else {}
    params: Any = {
        "currency": "usd",
        "product_data": {"name": "Tokens"},
        "recurring": {"interval": interval, "usage_type": "metered", "meter": meter.id},
        **cost,
        **others,
    }
    return client.v1.prices.create(params).id


def graduated() -> dict[str, Any]:
    """Return what makes a price graduated: 10 each up to 100, then 500 and 2.5 each."""
    return {"billing_scheme": "tiered", "tiers_mode": "graduated", "tiers": TIERS}


def subscribe(
    client: stripe.StripeClient, customer: str, *prices: str, **others: Any
) -> stripe.Subscription:
    """Subscribe a customer to prices."""
    params: Any = {"customer": customer, "items": [{"price": one} for one in prices], **others}
    return client.v1.subscriptions.create(params)


def create_world(server: ClockedServer, **others: Any) -> World:
    """Create all of it; `others` are of the price."""
    client = server.client()
    meter, customer = create_meter(client), create_customer(client)
    price = create_price(client, meter, **others)
    subscription = subscribe(client, customer, price)
    return World(
        server=server,
        client=client,
        meter=meter,
        price=price,
        customer=customer,
        subscription=subscription.id,
    )

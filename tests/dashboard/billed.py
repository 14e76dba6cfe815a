"""A customer who was billed for ten days of usage at once: 21.75 USD for 12,500 units in tiers."""

import time
import uuid
from decimal import Decimal

import msgspec
import stripe

DAY = 86_400
VALUES = (4_000, 3_000, 3_000, 2_000, 500)
TOTAL = "21.75 USD"


class Billed(msgspec.Struct, frozen=True):
    """What was made, by id."""

    meter: str
    customer: str
    product: str
    price: str
    subscription: str
    invoice: str


def billed(client: stripe.StripeClient, *, name: str = "Cusco Robotics") -> Billed:
    """Make it all through the SDK; the invoice is open."""
    event_name = f"units_{uuid.uuid4().hex[:12]}"
    meter = client.v1.billing.meters.create(
        {
            "display_name": "Units sold",
            "event_name": event_name,
            "default_aggregation": {"formula": "sum"},
        }
    )
    product = client.v1.products.create({"name": "Language models"})
    price = client.v1.prices.create(
        {
            "product": product.id,
            "currency": "usd",
            "nickname": "Model units",
            "billing_scheme": "tiered",
            "tiers_mode": "graduated",
            "recurring": {"interval": "month", "usage_type": "metered", "meter": meter.id},
            "tiers": [
                {"up_to": 1_000, "unit_amount": 0},
                {"up_to": 10_000, "unit_amount_decimal": Decimal("0.2")},
                {"up_to": "inf", "unit_amount_decimal": Decimal("0.15")},
            ],
        }
    )
    customer = client.v1.customers.create({"name": name, "email": "bills@cusco.example"})
    now = int(time.time())
    for day, value in enumerate(VALUES, start=1):
        client.v1.billing.meter_events.create(
            {
                "event_name": event_name,
                "timestamp": now - day * DAY,
                "identifier": f"{event_name}-{day}",
                "payload": {"stripe_customer_id": customer.id, "value": str(value)},
            }
        )
    subscription = client.v1.subscriptions.create(
        {
            "customer": customer.id,
            "items": [{"price": price.id}],
            "backdate_start_date": now - 10 * DAY,
        }
    )
    invoice = subscription.latest_invoice
    assert isinstance(invoice, str)
    return Billed(meter.id, customer.id, product.id, price.id, subscription.id, invoice)

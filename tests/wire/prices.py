"""Products and prices for the wire tests: short to make."""

from typing import Any

import stripe
from stripe import Price
from stripe.billing import Meter

TIERS: Any = [
    {"up_to": 1_000, "unit_amount": 0},
    {"up_to": 10_000, "unit_amount_decimal": "0.5"},
    {"up_to": "inf", "unit_amount_decimal": "0.25", "flat_amount": 300},
]


def create_product(client: stripe.StripeClient, name: str = "Alpaca AI", **others: Any) -> str:
    """Create a product and return its id."""
    params: Any = {"name": name, **others}
    return client.v1.products.create(params).id


def metered(meter: Meter, **filters: str | list[str]) -> Any:
    """Billed by the month for what a meter counts; keywords are dimension filters."""
    recurring: Any = {"interval": "month", "usage_type": "metered", "meter": meter.id}
    return {**recurring, "dimension_filters": filters} if filters else recurring


def create_price(client: stripe.StripeClient, **params: Any) -> Price:
    """Create a price: ten cents, once, of a new product, but for the parameters given."""
    plain: Any = {"currency": "usd", **params}
    if not {"product", "product_data"} & params.keys():
        plain["product_data"] = {"name": "Alpaca AI"}
    if not {"unit_amount", "unit_amount_decimal", "tiers"} & params.keys():
        plain["unit_amount"] = 10
    return client.v1.prices.create(plain)


def create_tiered(client: stripe.StripeClient, meter: Meter, **params: Any) -> Price:
    """Create a metered price of three graduated tiers."""
    tiered: Any = {"billing_scheme": "tiered", "tiers_mode": "graduated", "tiers": TIERS}
    return create_price(client, recurring=metered(meter), **{**tiered, **params})

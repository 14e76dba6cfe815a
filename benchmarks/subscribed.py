"""Subscriptions for every customer of a data directory: a graduated price, 30 days to a period."""

from decimal import Decimal
from pathlib import Path

import msgspec

from benchmarks.stored import DAYS, METER, customer_id
from taximeter.app.stores import open_stores
from taximeter.customers import Customer
from taximeter.environments import TEST, find_environment
from taximeter.invoicing.boundary import next_due
from taximeter.pricing.price import CurrencyOption, Price, Recurring, Tier
from taximeter.pricing.product import Product
from taximeter.settings import Settings
from taximeter.subscriptions.create import NewSubscription, create
from taximeter.subscriptions.items import ItemChange

PRICE = "price_bench"
_PRODUCT = "prod_bench"
_TIERS = (
    Tier(up_to=1_000, unit_amount=Decimal(0)),
    Tier(up_to=100_000, unit_amount=Decimal("0.5")),
    Tier(up_to=None, unit_amount=Decimal("0.25"), flat_amount=Decimal(300)),
)


def subscription_id(number: int) -> str:
    return f"sub_bench{number:016}"


def subscribe(data: Path, customers: int, *, start: int) -> None:
    """Have every customer's first period begin at a moment."""
    with open_stores(data, Settings()) as stores, stores.records.writing() as unit:
        environment = find_environment(store=unit.environments, name=TEST)
        assert environment is not None
        unit.products.add(
            Product(
                id=_PRODUCT,
                environment=environment.id,
                created=start,
                updated=start,
                name="Requests",
            )
        )
        price = Price(
            id=PRICE,
            environment=environment.id,
            created=start,
            product=_PRODUCT,
            currency="usd",
            billing_scheme="tiered",
            tiers_mode="graduated",
            currency_options={"usd": CurrencyOption(tiers=_TIERS)},
            recurring=Recurring(
                interval="day", interval_count=DAYS, usage_type="metered", meter=METER
            ),
        )
        unit.prices.add(price)
        asked = NewSubscription(items=(ItemChange(price=PRICE),))
        for number in range(customers):
            customer = unit.customers.get(environment.id, customer_id(number))
            assert isinstance(customer, Customer)
            made = create(asked, customer=customer, prices={PRICE: price}, now=start)
            subscription = msgspec.structs.replace(made, id=subscription_id(number))
            due = next_due(subscription)
            assert due is not None
            unit.subscriptions.add(subscription)
            unit.due.schedule([due])

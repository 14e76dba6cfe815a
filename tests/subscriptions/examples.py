"""Subscriptions for examples: short to write; an example says only what it is about."""

from datetime import UTC, datetime
from typing import Any

from taximeter.customers import Customer, CustomerDetails
from taximeter.pricing.price import Price, Recurring
from taximeter.subscriptions.create import NewSubscription, create
from taximeter.subscriptions.items import ItemChange
from taximeter.subscriptions.subscription import Subscription
from tests.pricing.examples import per_unit

CUSTOMER = Customer(id="cus_1", environment=2, created=100, details=CustomerDetails())


def moment(text: str) -> int:
    """Return a moment of UTC in Unix seconds."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def tokens(id: str = "price_tokens", amount: str = "1", interval: Any = "month") -> Price:
    """A metered price of so many cents a token."""
    recurring = Recurring(interval=interval, usage_type="metered", meter="mtr_test_tokens")
    return per_unit(amount, id=id, recurring=recurring)


def seats(id: str = "price_seats", amount: str = "3000", interval: Any = "month") -> Price:
    """A licensed price of so many cents a seat."""
    return per_unit(amount, id=id, recurring=Recurring(interval=interval))


NOW = moment("2026-09-01T12:00")


def subscribe(*prices: Price, now: int = NOW, **asked: Any) -> Subscription:
    """Subscribe the customer to prices, two seats of each licensed one."""
    items = tuple(
        ItemChange(at=f"items[{place}]", price=price.id)
        if price.metered
        else ItemChange(at=f"items[{place}]", price=price.id, quantity=2)
        for place, price in enumerate(prices)
    )
    new = NewSubscription(items=asked.pop("items", items), **asked)
    return create(new, customer=CUSTOMER, prices={price.id: price for price in prices}, now=now)

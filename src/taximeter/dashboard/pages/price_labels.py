"""What a price is called, and what it costs in a few words."""

from taximeter.dashboard.format import exact_amount, quantity
from taximeter.pricing.price import Price


def price_label(price: Price) -> str:
    """Return what a price is called: its nickname, its lookup key, or what it costs."""
    return price.nickname or price.lookup_key or price_says(price)


def price_says(price: Price) -> str:
    """Return what a price costs: `0.02 USD a unit, every month`."""
    return f"{_cost(price)}, {interval_says(price)}"


def interval_says(price: Price) -> str:
    """Return how often a price is billed."""
    if price.recurring is None:
        return "once"
    count, interval = price.recurring.interval_count, price.recurring.interval
    return f"every {interval}" if count == 1 else f"every {count} {interval}s"


def _cost(price: Price) -> str:
    option = price.currency_options[price.currency]
    if price.billing_scheme == "tiered":
        return f"{len(option.tiers)} {price.tiers_mode} tiers in {price.currency.upper()}"
    amount = exact_amount(option.unit_amount, price.currency)
    if price.transform_quantity is not None:
        return f"{amount} for {quantity(price.transform_quantity.divide_by)} units"
    return f"{amount} a unit"

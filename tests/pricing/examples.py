"""Prices for examples: short to write; an example says only what it is about."""

from decimal import Decimal
from typing import Any

from taximeter.pricing.price import CurrencyOption, Price, Recurring, Tier, TransformQuantity


def a_price(id: str = "price_1", **fields: Any) -> Price:
    """A metered price of one cent a unit, but for the fields given."""
    plain: dict[str, Any] = {
        "environment": 2,
        "created": 100,
        "product": "prod_1",
        "currency": "usd",
        "currency_options": {"usd": CurrencyOption(unit_amount=Decimal(1))},
        "recurring": Recurring(interval="month", usage_type="metered", meter="mtr_test_tokens"),
    }
    return Price(id=id, **{**plain, **fields})


def per_unit(amount: str, currency: str = "usd", **fields: Any) -> Price:
    """So much a unit."""
    option = CurrencyOption(unit_amount=Decimal(amount))
    return a_price(currency=currency, currency_options={currency: option}, **fields)


def packages(amount: str, divide_by: int, rounding: Any) -> Price:
    """So much a package."""
    transform = TransformQuantity(divide_by=divide_by, round=rounding)
    return per_unit(amount, transform_quantity=transform)


def tiered(mode: str, *tiers: tuple[int | None, str | None, str | None], **fields: Any) -> Price:
    """Tiers as (up to, unit amount, flat amount)."""
    made = tuple(
        Tier(
            up_to=up_to,
            unit_amount=None if unit is None else Decimal(unit),
            flat_amount=None if flat is None else Decimal(flat),
        )
        for up_to, unit, flat in tiers
    )
    currency = fields.setdefault("currency", "usd")
    options = {currency: CurrencyOption(tiers=made)}
    return a_price(billing_scheme="tiered", tiers_mode=mode, currency_options=options, **fields)


def filtered(id: str, **values: tuple[str, ...]) -> Price:
    """A price for the usage with one of the values under each key."""
    recurring = Recurring(
        interval="month",
        usage_type="metered",
        meter="mtr_test_tokens",
        dimension_filters=tuple(sorted(values.items())),
    )
    return a_price(id, recurring=recurring)

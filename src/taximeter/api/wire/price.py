"""`price` on the wire."""

from collections.abc import Set as AbstractSet
from decimal import Decimal
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from taximeter.api.expand import NOTHING
from taximeter.api.wire.product import ProductObject
from taximeter.environments import Environment
from taximeter.kit import decimals
from taximeter.pricing.price import (
    BillingScheme,
    CurrencyOption,
    Interval,
    Price,
    PriceType,
    Recurring,
    TaxBehavior,
    Tier,
    TiersMode,
    TransformQuantity,
    UsageType,
)

PRICE_EXPANDABLE = frozenset(
    {"currency_options", "currency_options.tiers", "product", "product.default_price", "tiers"}
)


class TierObject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A tier; an amount that is no whole number stands as a decimal only."""

    flat_amount: int | None
    flat_amount_decimal: str | None
    unit_amount: int | None
    unit_amount_decimal: str | None
    up_to: int | None


class CurrencyOptionObject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a price costs in one currency."""

    custom_unit_amount: None = None
    tax_behavior: TaxBehavior
    tiers: tuple[TierObject, ...] | None
    unit_amount: int | None
    unit_amount_decimal: str | None


class RecurringObject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How often a price is billed; `dimension_filters`, where it has some, are beyond Stripe."""

    dimension_filters: dict[str, tuple[str, ...]] | UnsetType = UNSET
    interval: Interval
    interval_count: int
    meter: str | None
    trial_period_days: int | None
    usage_type: UsageType


class PriceObject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A price; tiers and currency options are there when they are expanded."""

    id: str
    object: Literal["price"] = "price"
    active: bool
    billing_scheme: BillingScheme
    created: int
    currency: str
    currency_options: dict[str, CurrencyOptionObject] | UnsetType = UNSET
    custom_unit_amount: None = None
    livemode: bool
    lookup_key: str | None
    metadata: dict[str, str]
    nickname: str | None
    product: str | ProductObject
    recurring: RecurringObject | None
    tax_behavior: TaxBehavior
    tiers: tuple[TierObject, ...] | None | UnsetType = UNSET
    tiers_mode: TiersMode | None
    transform_quantity: TransformQuantity | None
    type: PriceType
    unit_amount: int | None
    unit_amount_decimal: str | None


def price_object(
    price: Price,
    environment: Environment,
    *,
    expanded: AbstractSet[str] = NOTHING,
    product: ProductObject | None = None,
) -> PriceObject:
    """Render a price: with tiers and currency options where they are expanded, and a product."""
    own = price.currency_options[price.currency]
    options: dict[str, CurrencyOptionObject] | UnsetType = UNSET
    if "currency_options" in expanded:
        options = {currency: _option(option) for currency, option in price.currency_options.items()}
    return PriceObject(
        id=price.id,
        active=price.active,
        billing_scheme=price.billing_scheme,
        created=price.created,
        currency=price.currency,
        currency_options=options,
        livemode=environment.livemode,
        lookup_key=price.lookup_key,
        metadata=price.metadata,
        nickname=price.nickname,
        product=product or price.product,
        recurring=None if price.recurring is None else _recurring(price.recurring),
        tax_behavior=own.tax_behavior,
        tiers=_tiers(own) if "tiers" in expanded else UNSET,
        tiers_mode=price.tiers_mode,
        transform_quantity=price.transform_quantity,
        type=price.type,
        unit_amount=whole(own.unit_amount),
        unit_amount_decimal=spelled(own.unit_amount),
    )


def whole(amount: Decimal | None) -> int | None:
    """Return an amount as an integer; None where it has a fraction, or is none."""
    return None if amount is None or amount % 1 else int(amount)


def spelled(amount: Decimal | None) -> str | None:
    """Spell an amount with all its digits."""
    return None if amount is None else decimals.text(amount)


def _option(option: CurrencyOption) -> CurrencyOptionObject:
    return CurrencyOptionObject(
        tax_behavior=option.tax_behavior,
        tiers=_tiers(option),
        unit_amount=whole(option.unit_amount),
        unit_amount_decimal=spelled(option.unit_amount),
    )


def _recurring(recurring: Recurring) -> RecurringObject:
    return RecurringObject(
        dimension_filters=dict(recurring.dimension_filters) or UNSET,
        interval=recurring.interval,
        interval_count=recurring.interval_count,
        meter=recurring.meter,
        trial_period_days=recurring.trial_period_days,
        usage_type=recurring.usage_type,
    )


def _tiers(option: CurrencyOption) -> tuple[TierObject, ...] | None:
    return tuple(map(_tier, option.tiers)) or None


def _tier(tier: Tier) -> TierObject:
    return TierObject(
        flat_amount=whole(tier.flat_amount),
        flat_amount_decimal=spelled(tier.flat_amount),
        unit_amount=whole(tier.unit_amount),
        unit_amount_decimal=spelled(tier.unit_amount),
        up_to=tier.up_to,
    )

"""Prices: what a unit costs, how units are counted, and how often they are billed.

Amounts are exact decimals in the minor unit of their currency; quantities are exact decimals.
"""

from collections.abc import Collection
from decimal import Decimal
from typing import Literal, Protocol

import msgspec

from taximeter.kit.paging import CreatedRange, Cursor, Page

Interval = Literal["day", "week", "month", "year"]
UsageType = Literal["licensed", "metered"]
BillingScheme = Literal["per_unit", "tiered"]
TiersMode = Literal["graduated", "volume"]
PriceType = Literal["one_time", "recurring"]
Rounding = Literal["up", "down"]
TaxBehavior = Literal["exclusive", "inclusive", "unspecified"]

DimensionFilters = tuple[tuple[str, tuple[str, ...]], ...]
"""Which usage a price is for: under each key one of the values; as in `UsageQuery`."""

Counted = tuple[str, DimensionFilters]
"""A meter, and what of its usage: two prices with the same have the same quantities."""


class Tier(msgspec.Struct, frozen=True, kw_only=True):
    """Units above the tier before and up to `up_to` (None: without end), and what they cost."""

    up_to: int | None
    unit_amount: Decimal | None = None
    flat_amount: Decimal | None = None


class TransformQuantity(msgspec.Struct, frozen=True, kw_only=True):
    """A quantity is divided and rounded to packages before it is priced."""

    divide_by: int
    round: Rounding


class CurrencyOption(msgspec.Struct, frozen=True, kw_only=True):
    """What a price costs in one currency: an amount a unit, or tiers."""

    unit_amount: Decimal | None = None
    tiers: tuple[Tier, ...] = ()
    tax_behavior: TaxBehavior = "unspecified"


class Recurring(msgspec.Struct, frozen=True, kw_only=True):
    """How often a price is billed, and the meter that counts its units."""

    interval: Interval
    interval_count: int = 1
    usage_type: UsageType = "licensed"
    meter: str | None = None
    dimension_filters: DimensionFilters = ()
    trial_period_days: int | None = None


class Price(msgspec.Struct, frozen=True, kw_only=True):
    """A price; what it costs is fixed for life, so that invoices can be computed anew.

    `currency_options` holds every currency, the price's own included.
    """

    id: str
    environment: int
    created: int
    product: str
    currency: str
    billing_scheme: BillingScheme = "per_unit"
    currency_options: dict[str, CurrencyOption]
    tiers_mode: TiersMode | None = None
    transform_quantity: TransformQuantity | None = None
    recurring: Recurring | None = None
    active: bool = True
    lookup_key: str | None = None
    metadata: dict[str, str] = {}
    nickname: str | None = None

    @property
    def type(self) -> PriceType:
        """Say whether the price is billed every period, or once."""
        return "one_time" if self.recurring is None else "recurring"

    @property
    def metered(self) -> bool:
        """Say whether a meter counts the units."""
        return self.recurring is not None and self.recurring.usage_type == "metered"

    @property
    def counted(self) -> Counted:
        """Return what a metered price counts."""
        assert self.recurring is not None, "metered prices are recurring"
        assert self.recurring.meter is not None, "metered prices have a meter"
        return self.recurring.meter, self.recurring.dimension_filters


class PriceFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which prices to list; None, and no keys, do not restrict."""

    active: bool | None = None
    created: CreatedRange = CreatedRange()
    currency: str | None = None
    interval: Interval | None = None
    lookup_keys: tuple[str, ...] = ()
    meter: str | None = None
    product: str | None = None
    type: PriceType | None = None
    usage_type: UsageType | None = None


class LookupKeyTaken(Exception):
    """Another price of the environment has the lookup key."""


class PriceStore(Protocol):
    """Keeps prices; every method sees one environment only."""

    def add(self, price: Price) -> None:
        """Keep a new price. Raises LookupKeyTaken."""
        ...

    def get(self, environment: int, id: str) -> Price | None:
        """Return the price, or None."""
        ...

    def many(self, environment: int, ids: Collection[str]) -> dict[str, Price]:
        """Return those of the prices that exist, by id."""
        ...

    def save(self, price: Price) -> None:
        """Keep a changed price. Raises LookupKeyTaken."""
        ...

    def page(self, environment: int, cursor: Cursor, where: PriceFilter) -> Page[Price]:
        """Return a page, newest first. Raises UnknownCursor."""
        ...

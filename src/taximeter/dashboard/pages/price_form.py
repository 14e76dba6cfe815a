"""The form that describes a price, read into what the catalog takes."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec

from taximeter.dashboard.fields import Cells, FieldErrors
from taximeter.dashboard.filter_lines import typed_filters
from taximeter.errors import InvalidRequest
from taximeter.kit import decimals, money
from taximeter.pricing.amounts import TierDraft
from taximeter.pricing.draft import PriceDraft, TransformDraft
from taximeter.pricing.price import Interval, Rounding
from taximeter.pricing.recurring import RecurringDraft

Scheme = Literal["per_unit", "package", "graduated", "volume"]
Billed = Literal["metered", "licensed", "one_time"]

_DIGITS_MAX = 30
"""How far from the point an amount's first digit may stand; the catalog is stricter than that."""

_TIER = re.compile(r"tiers\[(\d+)\]\[(up_to|unit_amount|flat_amount)")
_CELLS = {"up_to": "up_to", "unit_amount": "tier_unit", "flat_amount": "tier_flat"}
_FIELDS = {
    "currency": "currency",
    "unit_amount": "unit_amount",
    "unit_amount_decimal": "unit_amount",
    "tiers": "tiers",
    "interval": "billed",
    "recurring[interval_count]": "interval_count",
    "recurring[meter]": "meter",
    "recurring[dimension_filters]": "filters",
    "transform_quantity[divide_by]": "package_size",
    "lookup_key": "lookup_key",
    "product": "product",
}


class PriceForm(msgspec.Struct, frozen=True, kw_only=True):
    """The form as it is sent; amounts in the currency's major unit, an empty `up_to` has no end.

    It is also the query of the page it stands on, so that a description can be kept and sent.
    `filters` are lines such as `model=large`; `until` is how far the curve goes.
    """

    product: str = ""
    product_name: Annotated[str, msgspec.Meta(max_length=250)] = ""
    nickname: Annotated[str, msgspec.Meta(max_length=250)] = ""
    lookup_key: Annotated[str, msgspec.Meta(max_length=200)] = ""
    currency: str = "usd"
    billed: Billed = "metered"
    meter: str = ""
    filters: str = ""
    interval: Interval = "month"
    interval_count: int = 1
    scheme: Scheme = "per_unit"
    unit_amount: str = ""
    package_size: str = ""
    package_round: Rounding = "up"
    up_to: Cells = ()
    tier_unit: Cells = ()
    tier_flat: Cells = ()
    until: str = ""

    @property
    def tiered(self) -> bool:
        """Say whether the price has tiers."""
        return self.scheme in {"graduated", "volume"}

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        """Return the rows of the table of tiers."""
        cells = (self.up_to, self.tier_unit, self.tier_flat)
        count = max(map(len, cells))
        padded = [(*column, *[""] * (count - len(column))) for column in cells]
        return [(ends, unit, flat) for ends, unit, flat in zip(*padded, strict=True)]

    @property
    def has_amounts(self) -> bool:
        """Say whether there is anything to price with yet."""
        if self.tiered:
            return any(unit or flat for _, unit, flat in self.rows)
        return bool(self.unit_amount)


def price_draft(form: PriceForm) -> PriceDraft:
    """Return what the form describes. Raises FieldErrors with all that cannot be read."""
    errors: dict[str, str] = {}
    currency = form.currency.lower()
    if not money.is_currency(currency):
        raise FieldErrors({"currency": "A currency is a three-letter code, such as USD."})
    amount, tiers, transform = None, None, None
    if form.tiered:
        tiers = tuple(_tiers(form, currency, errors))
        if not tiers and not errors:
            errors["tiers"] = "A tiered price needs at least one tier."
    else:
        amount = _amount(form.unit_amount, currency, "unit_amount", errors)
        if not form.unit_amount:
            errors["unit_amount"] = "Say what a unit costs; 0 where it is free."
    if form.scheme == "package":
        transform = _transform(form, errors)
    recurring = _recurring(form, errors)
    if errors:
        raise FieldErrors(errors)
    return PriceDraft(
        currency=currency,
        billing_scheme="tiered" if form.tiered else "per_unit",
        recurring=recurring,
        tiers=tiers,
        tiers_mode=form.scheme if form.scheme in {"graduated", "volume"} else None,
        transform_quantity=transform,
        unit_amount_decimal=amount,
    )


def by_field(error: InvalidRequest, form: PriceForm) -> FieldErrors:
    """Return what the catalog refuses, beside the form's field that it is about."""
    param = error.param or ""
    tier = _TIER.match(param)
    if tier is not None:
        row = _filled(form)[int(tier[1])][0]
        return FieldErrors({f"{_CELLS[tier[2]]}.{row}": error.message})
    name = _FIELDS.get(param) or _FIELDS.get(re.sub(r"\[[^\]]*\]$", "", param), "")
    return FieldErrors({name: error.message})


def _filled(form: PriceForm) -> list[tuple[int, str, str, str]]:
    """Return the rows that hold anything, with where they stand."""
    return [(index, *row) for index, row in enumerate(form.rows) if any(row)]


def _tiers(form: PriceForm, currency: str, errors: dict[str, str]) -> Iterator[TierDraft]:
    rows = _filled(form)
    for number, (index, up_to, unit, flat) in enumerate(rows):
        last = number == len(rows) - 1
        if not up_to and not last:
            errors[f"up_to.{index}"] = "Only the last tier has no end."
        if up_to and last:
            errors[f"up_to.{index}"] = "Leave the end of the last tier empty."
        if not unit and not flat:
            errors[f"tier_unit.{index}"] = "Say what a unit costs; 0 where it is free."
        yield TierDraft(
            up_to=up_to.replace(",", "") or "inf",
            unit_amount_decimal=_amount(unit, currency, f"tier_unit.{index}", errors),
            flat_amount_decimal=_amount(flat, currency, f"tier_flat.{index}", errors),
        )


def _amount(text: str, currency: str, field: str, errors: dict[str, str]) -> str | None:
    """Return an amount of the major unit as the catalog takes it: a text in the minor one."""
    if not text:
        return None
    value = decimals.parse(text.replace(",", ""))
    if value is None or abs(value.adjusted()) > _DIGITS_MAX:
        errors[field] = "Write an amount such as 0.002."
        return None
    if value < 0:
        errors[field] = "An amount is not negative."
        return None
    return decimals.text(money.minor(value, currency))


def _transform(form: PriceForm, errors: dict[str, str]) -> TransformDraft | None:
    size = whole(form.package_size)
    if size is None:
        errors["package_size"] = "Say how many units a package has: a whole number above 0."
        return None
    return TransformDraft(divide_by=size, round=form.package_round)


def _recurring(form: PriceForm, errors: dict[str, str]) -> RecurringDraft | None:
    if form.billed == "one_time":
        return None
    if form.interval_count < 1:
        errors["interval_count"] = "A price is billed every 1 or more periods."
        return None
    filters: dict[str, tuple[str, ...]] = {}
    if form.billed == "metered":
        if not form.meter:
            errors["meter"] = "Choose the meter that counts the units."
            return None
        try:
            filters = typed_filters(form.filters, field="filters")
        except FieldErrors as error:
            errors |= error.errors
            return None
    return RecurringDraft(
        interval=form.interval,
        interval_count=form.interval_count,
        usage_type=form.billed,
        meter=form.meter if form.billed == "metered" else None,
        dimension_filters=dict(filters),
    )


def whole(text: str) -> int | None:
    """Return the whole number above 0 that a text spells, with or without commas, or None."""
    digits = text.replace(",", "").strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 12) or not int(digits):
        return None
    return int(digits)

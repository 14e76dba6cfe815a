"""Prices as callers describe them, and the checks that make prices of them (pure)."""

from collections.abc import Mapping
from typing import Annotated

import msgspec

from taximeter.errors import InvalidRequest, ParameterMissing
from taximeter.kit import money
from taximeter.meters import Meter
from taximeter.pricing.amounts import (
    Amount,
    DecimalText,
    TierDraft,
    read_amount,
    read_tiers,
    under,
)
from taximeter.pricing.price import (
    BillingScheme,
    CurrencyOption,
    DimensionFilters,
    Interval,
    Price,
    Recurring,
    Rounding,
    TaxBehavior,
    TiersMode,
    TransformQuantity,
    UsageType,
)
from taximeter.usage.conditions import check_dimension

INTERVALS_MAX: dict[Interval, int] = {"day": 1_095, "week": 156, "month": 36, "year": 3}
"""Three years of each, the longest that Stripe bills in one."""

_ADJECTIVES: dict[Interval, str] = {
    "day": "daily",
    "week": "weekly",
    "month": "monthly",
    "year": "yearly",
}

TRIAL_DAYS_MAX = 730
DIVIDE_BY_MAX = 999_999_999_999
FILTER_VALUES_MAX = 100


class OptionDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What a price costs in one currency, as it is sent."""

    tax_behavior: TaxBehavior = "unspecified"
    tiers: tuple[TierDraft, ...] | None = None
    unit_amount: Amount | None = None
    unit_amount_decimal: DecimalText | None = None


class RecurringDraft(msgspec.Struct, frozen=True, kw_only=True):
    """How often a price is billed, as it is sent; a filter is one value or several."""

    interval: Interval
    interval_count: Annotated[int, msgspec.Meta(ge=1)] = 1
    usage_type: UsageType = "licensed"
    meter: str | None = None
    dimension_filters: dict[str, str | tuple[str, ...]] = {}
    trial_period_days: Annotated[int, msgspec.Meta(ge=1, le=TRIAL_DAYS_MAX)] | None = None


class TransformDraft(msgspec.Struct, frozen=True, kw_only=True):
    """Packages, as they are sent."""

    divide_by: Annotated[int, msgspec.Meta(ge=1, le=DIVIDE_BY_MAX)]
    round: Rounding


class PriceDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What a price is to cost, as it is sent."""

    currency: str
    billing_scheme: BillingScheme = "per_unit"
    currency_options: Mapping[str, OptionDraft] = {}
    recurring: RecurringDraft | None = None
    tax_behavior: TaxBehavior = "unspecified"
    tiers: tuple[TierDraft, ...] | None = None
    tiers_mode: TiersMode | None = None
    transform_quantity: TransformDraft | None = None
    unit_amount: Amount | None = None
    unit_amount_decimal: DecimalText | None = None


def price_of(
    draft: PriceDraft,
    *,
    id: str,
    environment: int,
    created: int,
    product: str,
    meter: Meter | None,
    path: str = "",
) -> Price:
    """Make a price; `meter` is the one that the draft names, which is there and active.

    Raises InvalidRequest, naming the parameter under `path`, where the draft stands in its request.
    """
    currency = read_currency(draft.currency, under(path, "currency"))
    _check_scheme(draft, path)
    own = OptionDraft(
        tax_behavior=draft.tax_behavior,
        tiers=draft.tiers,
        unit_amount=draft.unit_amount,
        unit_amount_decimal=draft.unit_amount_decimal,
    )
    options = {currency: currency_option(own, draft.billing_scheme, path)}
    options |= other_currencies(
        draft.currency_options, draft.billing_scheme, own=currency, path=path
    )
    return Price(
        id=id,
        environment=environment,
        created=created,
        product=product,
        currency=currency,
        billing_scheme=draft.billing_scheme,
        currency_options=options,
        tiers_mode=draft.tiers_mode,
        transform_quantity=_transform(draft.transform_quantity),
        recurring=_recurring(draft.recurring, meter, under(path, "recurring")),
    )


def read_currency(code: str, param: str) -> str:
    """Return a currency's code in lower case. Raises InvalidRequest for what is none."""
    if not money.is_currency(code.lower()):
        raise InvalidRequest(
            f"Invalid currency: {code}; send a three-letter ISO code, such as usd", param=param
        )
    return code.lower()


def other_currencies(
    drafts: Mapping[str, OptionDraft], scheme: BillingScheme, *, own: str, path: str = ""
) -> dict[str, CurrencyOption]:
    """Return what a price costs in further currencies. Raises InvalidRequest."""
    options: dict[str, CurrencyOption] = {}
    for code, option in drafts.items():
        param = f"{under(path, 'currency_options')}[{code}]"
        currency = read_currency(code, param)
        if currency == own:
            raise InvalidRequest(
                f"'{currency}' is the price's own currency, whose amounts stand outside of "
                "currency_options; list the others only.",
                param=param,
            )
        options[currency] = currency_option(option, scheme, param)
    return options


def currency_option(draft: OptionDraft, scheme: BillingScheme, path: str) -> CurrencyOption:
    """Return what a price costs in one currency. Raises InvalidRequest."""
    amount = read_amount(
        draft.unit_amount, draft.unit_amount_decimal, name="unit_amount", path=path
    )
    if scheme == "tiered":
        if amount is not None:
            raise InvalidRequest(
                "A tiered price has its amounts in its tiers; leave unit_amount out, or set "
                "billing_scheme to per_unit.",
                param=under(path, "unit_amount"),
            )
        tiers = read_tiers(draft.tiers or (), path=under(path, "tiers"))
        return CurrencyOption(tiers=tiers, tax_behavior=draft.tax_behavior)
    if draft.tiers is not None:
        raise InvalidRequest(
            "Tiers need billing_scheme=tiered; this price is billed per unit.",
            param=under(path, "tiers"),
        )
    if amount is None:
        raise InvalidRequest(
            "Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set.",
            param=under(path, "unit_amount"),
        )
    return CurrencyOption(unit_amount=amount, tax_behavior=draft.tax_behavior)


def _check_scheme(draft: PriceDraft, path: str) -> None:
    if draft.billing_scheme == "per_unit":
        if draft.tiers_mode is not None:
            raise InvalidRequest(
                "tiers_mode needs billing_scheme=tiered; this price is billed per unit.",
                param=under(path, "tiers_mode"),
            )
        return
    if draft.recurring is None:
        raise InvalidRequest(
            "Prices with `type=one_time` are not supported with tiered billing.",
            param=under(path, "interval"),
        )
    if draft.tiers_mode is None:
        param = under(path, "tiers_mode")
        raise ParameterMissing(
            f"Missing required param: {param}; send graduated or volume.", param=param
        )
    if draft.transform_quantity is not None:
        raise InvalidRequest(
            "transform_quantity cannot be combined with tiers; leave one of them out.",
            param=under(path, "transform_quantity"),
        )


def _transform(draft: TransformDraft | None) -> TransformQuantity | None:
    if draft is None:
        return None
    return TransformQuantity(divide_by=draft.divide_by, round=draft.round)


def _recurring(draft: RecurringDraft | None, meter: Meter | None, path: str) -> Recurring | None:
    if draft is None:
        return None
    most = INTERVALS_MAX[draft.interval]
    if draft.interval_count > most:
        raise InvalidRequest(
            f"The interval_count for {_ADJECTIVES[draft.interval]} prices can't be greater than "
            f"{most}",
            param=under(path, "interval_count"),
        )
    if draft.usage_type == "metered" and draft.meter is None:
        raise InvalidRequest(
            "Starting with Stripe version `2025-03-31.basil`, metered prices must be backed by "
            "meters. Create one with POST /v1/billing/meters, and name it in recurring[meter].",
            param=under(path, "meter"),
        )
    if draft.usage_type == "licensed" and draft.meter is not None:
        raise InvalidRequest(
            "A meter counts the units of metered prices only; set recurring[usage_type] to "
            "metered, or leave the meter out.",
            param=under(path, "meter"),
        )
    return Recurring(
        interval=draft.interval,
        interval_count=draft.interval_count,
        usage_type=draft.usage_type,
        meter=draft.meter,
        dimension_filters=_filters(draft, meter, under(path, "dimension_filters")),
        trial_period_days=draft.trial_period_days,
    )


def _filters(draft: RecurringDraft, meter: Meter | None, path: str) -> DimensionFilters:
    """Return filters in one order, so that equal ones look alike."""
    filters: list[tuple[str, tuple[str, ...]]] = []
    for key, sent in sorted(draft.dimension_filters.items()):
        param = f"{path}[{key}]"
        if meter is None:
            raise InvalidRequest(
                "Dimensions are a meter's; only a metered price can be for some of its usage.",
                param=param,
            )
        check_dimension(meter, key, param)
        values = (sent,) if isinstance(sent, str) else sent
        if not values:
            raise InvalidRequest(
                f"The filter by '{key}' lists no values, and nothing could pass it. List those "
                "that the price is for, or leave the filter out.",
                param=param,
            )
        if len(values) > FILTER_VALUES_MAX:
            raise InvalidRequest(
                f"A filter can list at most {FILTER_VALUES_MAX} values; the one by '{key}' lists "
                f"{len(values)}.",
                param=param,
            )
        filters.append((key, tuple(sorted(set(values)))))
    return tuple(filters)

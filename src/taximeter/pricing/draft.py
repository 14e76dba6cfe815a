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
    Price,
    Rounding,
    TaxBehavior,
    TiersMode,
    TransformQuantity,
)
from taximeter.pricing.recurring import RecurringDraft, read_recurring

DIVIDE_BY_MAX = 999_999_999_999


class OptionDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What a price costs in one currency, as it is sent."""

    tax_behavior: TaxBehavior = "unspecified"
    tiers: tuple[TierDraft, ...] | None = None
    unit_amount: Amount | None = None
    unit_amount_decimal: DecimalText | None = None


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
        recurring=read_recurring(draft.recurring, meter, under(path, "recurring")),
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

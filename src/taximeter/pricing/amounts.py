"""Amounts and tiers as callers send them, read into exact decimals."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

import msgspec

from taximeter.errors import InvalidInteger, InvalidRequest, ParameterMissing
from taximeter.kit import decimals, money
from taximeter.pricing.price import Tier

AMOUNT_MAX = 999_999_999_999
"""The largest amount, in the minor unit: twelve digits, as Stripe's largest."""

TIERS_MAX = 100
DECIMAL_CHARACTERS_MAX = 40
_UP_TO_DIGITS_MAX = 18

Amount = Annotated[int, msgspec.Meta(ge=0, le=AMOUNT_MAX)]
DecimalText = Annotated[str, msgspec.Meta(max_length=DECIMAL_CHARACTERS_MAX)]


class TierDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A tier as it is sent; `up_to` is a whole number or `inf`."""

    up_to: DecimalText
    unit_amount: Amount | None = None
    unit_amount_decimal: DecimalText | None = None
    flat_amount: Amount | None = None
    flat_amount_decimal: DecimalText | None = None


def read_amount(whole: int | None, text: str | None, *, name: str, path: str) -> Decimal | None:
    """Return the amount that is sent as `name` or as `name_decimal`; None where neither is.

    Raises InvalidRequest, naming the parameter under `path`.
    """
    param = under(path, f"{name}_decimal")
    if text is None:
        return None if whole is None else Decimal(whole)
    if whole is not None:
        raise InvalidRequest(
            f"You may only specify one of these parameters: {name}, {name}_decimal.",
            param=under(path, name),
        )
    amount = decimals.parse(text)
    if amount is None:
        raise InvalidRequest(
            f"Invalid decimal: {text}; send an amount in the currency's minor unit, such as 0.5",
            param=param,
        )
    if amount < 0 or amount > AMOUNT_MAX:
        raise InvalidRequest(
            f"Invalid decimal: {text}; an amount lies between 0 and {AMOUNT_MAX}", param=param
        )
    if decimals.decimal_places(amount) > money.PLACES:
        raise InvalidRequest(
            f"Invalid decimal: {text}; an amount can have at most {money.PLACES} decimal places",
            param=param,
        )
    return decimals.normal(amount)


def read_tiers(drafts: Sequence[TierDraft], *, path: str) -> tuple[Tier, ...]:
    """Return tiers that price every quantity once: ascending, the last one without end.

    Raises InvalidRequest, naming the parameter under `path`.
    """
    if not drafts:
        raise ParameterMissing(f"Missing required param: {path}.", param=path)
    if len(drafts) > TIERS_MAX:
        raise InvalidRequest(f"A price can have at most {TIERS_MAX} tiers.", param=path)
    tiers: list[Tier] = []
    below = 0
    for index, draft in enumerate(drafts):
        tier = _tier(draft, f"{path}[{index}]")
        param = f"{path}[{index}][up_to]"
        last = index == len(drafts) - 1
        if last and tier.up_to is not None:
            raise InvalidRequest(
                "The last tier must have up_to=inf, so that every quantity has a price.",
                param=param,
            )
        if not last:
            if tier.up_to is None:
                raise InvalidRequest("Only the last tier can have up_to=inf.", param=param)
            if tier.up_to <= below:
                raise InvalidRequest(
                    f"Tiers must be sent in ascending order: {tier.up_to} is not greater than "
                    f"{below}, where the tier before ends.",
                    param=param,
                )
            below = tier.up_to
        tiers.append(tier)
    return tuple(tiers)


def _tier(draft: TierDraft, path: str) -> Tier:
    unit = read_amount(draft.unit_amount, draft.unit_amount_decimal, name="unit_amount", path=path)
    flat = read_amount(draft.flat_amount, draft.flat_amount_decimal, name="flat_amount", path=path)
    if unit is None and flat is None:
        raise ParameterMissing(
            "A tier needs unit_amount or flat_amount, or one of them as a decimal; send 0 for "
            "units that are free.",
            param=f"{path}[unit_amount]",
        )
    return Tier(up_to=_up_to(draft.up_to, f"{path}[up_to]"), unit_amount=unit, flat_amount=flat)


def _up_to(text: str, param: str) -> int | None:
    if text == "inf":
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > _UP_TO_DIGITS_MAX or not int(text):
        raise InvalidInteger(
            f"Invalid integer: {text}; send a whole number greater than 0, or inf", param=param
        )
    return int(text)


def under(path: str, name: str) -> str:
    """Return a parameter's name in bracket form; without a path it stands alone."""
    return f"{path}[{name}]" if path else name

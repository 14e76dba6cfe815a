"""Prices that cannot be, for their amounts and tiers."""

from tests.wire.refusals.refusal import PRICES as PATH
from tests.wire.refusals.refusal import Refusal, form

PRICE = {"currency": "usd", "product": "<product>", "unit_amount": "10"}
TIERED = {
    "currency": "usd",
    "product": "<product>",
    "recurring[interval]": "month",
    "billing_scheme": "tiered",
    "tiers_mode": "volume",
    "tiers[0][up_to]": "10",
    "tiers[0][unit_amount]": "2",
    "tiers[1][up_to]": "inf",
    "tiers[1][unit_amount]": "1",
}


def refused_price(
    name: str,
    *changes: tuple[str, str | None],
    param: str,
    message: str,
    code: str | None = None,
    of: dict[str, str] = PRICE,
) -> Refusal:
    return Refusal(
        name=f"price: {name}",
        method="POST",
        path=PATH,
        body=form(of, *changes),
        code=code,
        param=param,
        message=message,
    )


AMOUNTS = (
    refused_price(
        "no currency",
        ("currency", None),
        code="parameter_missing",
        param="currency",
        message="Missing required param: currency.",
    ),
    *(
        refused_price(
            f"currency {sent}",
            ("currency", sent),
            param="currency",
            message=f"Invalid currency: {sent}; send a three-letter ISO code, such as usd",
        )
        for sent in ("US", "us$", "usd1", "€")
    ),
    refused_price(
        "no amount",
        ("unit_amount", None),
        param="unit_amount",
        message="Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set.",
    ),
    refused_price(
        "both amounts",
        ("unit_amount_decimal", "10"),
        param="unit_amount",
        message="You may only specify one of these parameters: unit_amount, unit_amount_decimal.",
    ),
    refused_price(
        "a negative amount",
        ("unit_amount", "-1"),
        code="parameter_invalid_integer",
        param="unit_amount",
        message="This value must be greater than or equal to 0 (it currently is '-1').",
    ),
    refused_price(
        "an amount with a fraction",
        ("unit_amount", "0.5"),
        code="parameter_invalid_integer",
        param="unit_amount",
        message="Invalid integer: 0.5",
    ),
    refused_price(
        "an amount of thirteen digits",
        ("unit_amount", "1000000000000"),
        code="parameter_invalid_integer",
        param="unit_amount",
        message="This value must be less than or equal to 999999999999 (it currently is "
        "'1000000000000').",
    ),
    *(
        refused_price(
            f"a decimal amount of {sent}",
            ("unit_amount", None),
            ("unit_amount_decimal", sent),
            param="unit_amount_decimal",
            message=f"Invalid decimal: {sent}; {said}",
        )
        for sent, said in (
            ("ten", "send an amount in the currency's minor unit, such as 0.5"),
            ("NaN", "send an amount in the currency's minor unit, such as 0.5"),
            ("-0.5", "an amount lies between 0 and 999999999999"),
            ("1e9999", "an amount lies between 0 and 999999999999"),
            ("0.0000000000001", "an amount can have at most 12 decimal places"),
            ("1e-9999", "an amount can have at most 12 decimal places"),
        )
    ),
    refused_price(
        "a customer's own amount",
        ("custom_unit_amount[enabled]", "true"),
        code="parameter_unknown",
        param="custom_unit_amount",
        message="Received unknown parameter: custom_unit_amount. Customers do not choose what "
        "they pay here; send unit_amount.",
    ),
    refused_price(
        "its own currency among the others",
        ("currency_options[usd][unit_amount]", "1"),
        param="currency_options[usd]",
        message="'usd' is the price's own currency, whose amounts stand outside of "
        "currency_options; list the others only.",
    ),
    refused_price(
        "another currency without an amount",
        ("currency_options[eur][tax_behavior]", "inclusive"),
        param="currency_options[eur][unit_amount]",
        message="Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set.",
    ),
    refused_price(
        "a currency that is none among the others",
        ("currency_options[euro][unit_amount]", "1"),
        param="currency_options[euro]",
        message="Invalid currency: euro; send a three-letter ISO code, such as usd",
    ),
    refused_price(
        "packages of nothing",
        ("transform_quantity[divide_by]", "0"),
        ("transform_quantity[round]", "up"),
        code="parameter_invalid_integer",
        param="transform_quantity[divide_by]",
        message="This value must be greater than or equal to 1 (it currently is '0').",
    ),
)

TIERS = (
    refused_price(
        "tiers once",
        ("recurring[interval]", None),
        of=TIERED,
        param="interval",
        message="Prices with `type=one_time` are not supported with tiered billing.",
    ),
    refused_price(
        "tiers without the scheme",
        ("billing_scheme", None),
        ("tiers_mode", None),
        of=TIERED,
        param="tiers",
        message="Tiers need billing_scheme=tiered; this price is billed per unit.",
    ),
    refused_price(
        "a tiers mode without the scheme",
        ("tiers_mode", "volume"),
        param="tiers_mode",
        message="tiers_mode needs billing_scheme=tiered; this price is billed per unit.",
    ),
    refused_price(
        "the scheme without a mode",
        ("tiers_mode", None),
        of=TIERED,
        code="parameter_missing",
        param="tiers_mode",
        message="Missing required param: tiers_mode; send graduated or volume.",
    ),
    refused_price(
        "the scheme without tiers",
        *((name, None) for name in TIERED if name.startswith("tiers[")),
        of=TIERED,
        code="parameter_missing",
        param="tiers",
        message="Missing required param: tiers.",
    ),
    refused_price(
        "tiers and an amount beside them",
        ("unit_amount", "1"),
        of=TIERED,
        param="unit_amount",
        message="A tiered price has its amounts in its tiers; leave unit_amount out, or set "
        "billing_scheme to per_unit.",
    ),
    refused_price(
        "tiers of packages",
        ("transform_quantity[divide_by]", "10"),
        ("transform_quantity[round]", "up"),
        of=TIERED,
        param="transform_quantity",
        message="transform_quantity cannot be combined with tiers; leave one of them out.",
    ),
    refused_price(
        "a last tier with an end",
        ("tiers[1][up_to]", "20"),
        of=TIERED,
        param="tiers[1][up_to]",
        message="The last tier must have up_to=inf, so that every quantity has a price.",
    ),
    refused_price(
        "a tier without end before the last",
        ("tiers[0][up_to]", "inf"),
        of=TIERED,
        param="tiers[0][up_to]",
        message="Only the last tier can have up_to=inf.",
    ),
    refused_price(
        "tiers that do not ascend",
        ("tiers[1][up_to]", "10"),
        ("tiers[2][up_to]", "inf"),
        ("tiers[2][unit_amount]", "1"),
        of=TIERED,
        param="tiers[1][up_to]",
        message="Tiers must be sent in ascending order: 10 is not greater than 10, where the tier "
        "before ends.",
    ),
    *(
        refused_price(
            f"a tier up to {sent}",
            ("tiers[0][up_to]", sent),
            of=TIERED,
            code="parameter_invalid_integer",
            param="tiers[0][up_to]",
            message=f"Invalid integer: {sent}; send a whole number greater than 0, or inf",
        )
        for sent in ("0", "-5", "1.5", "many", "9999999999999999999")
    ),
    refused_price(
        "a tier without amounts",
        ("tiers[0][unit_amount]", None),
        of=TIERED,
        code="parameter_missing",
        param="tiers[0][unit_amount]",
        message="A tier needs unit_amount or flat_amount, or one of them as a decimal; send 0 for "
        "units that are free.",
    ),
    refused_price(
        "a tier with both flat amounts",
        ("tiers[1][flat_amount]", "1"),
        ("tiers[1][flat_amount_decimal]", "1"),
        of=TIERED,
        param="tiers[1][flat_amount]",
        message="You may only specify one of these parameters: flat_amount, flat_amount_decimal.",
    ),
)

PRICES = (*AMOUNTS, *TIERS)

"""Products and prices that cannot be."""

from tests.wire.refusals.refusal import PRICES as PATH
from tests.wire.refusals.refusal import PRODUCTS, Refusal, empty, form

PRICE = {"currency": "usd", "product": "<product>", "unit_amount": "10"}
METERED = {
    **PRICE,
    "recurring[interval]": "month",
    "recurring[usage_type]": "metered",
    "recurring[meter]": "<grouped>",
}
TIERED = {
    "currency": "usd",
    "product": "<product>",
    "billing_scheme": "tiered",
    "tiers_mode": "volume",
    "tiers[0][up_to]": "10",
    "tiers[0][unit_amount]": "2",
    "tiers[1][up_to]": "inf",
    "tiers[1][unit_amount]": "1",
}


def _price(
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
    _price(
        "no currency",
        ("currency", None),
        code="parameter_missing",
        param="currency",
        message="Missing required param: currency.",
    ),
    *(
        _price(
            f"currency {sent}",
            ("currency", sent),
            param="currency",
            message=f"Invalid currency: {sent}; send a three-letter ISO code in lower case, such "
            "as usd",
        )
        for sent in ("USD", "us", "usd1", "€")
    ),
    _price(
        "no amount",
        ("unit_amount", None),
        code="parameter_missing",
        param="unit_amount",
        message="Missing required param: unit_amount, or unit_amount_decimal for fractions of the "
        "currency's minor unit.",
    ),
    _price(
        "both amounts",
        ("unit_amount_decimal", "10"),
        code="parameters_exclusive",
        param="unit_amount_decimal",
        message="You may only specify one of these parameters: unit_amount, unit_amount_decimal.",
    ),
    _price(
        "a negative amount",
        ("unit_amount", "-1"),
        code="parameter_invalid_integer",
        param="unit_amount",
        message="This value must be greater than or equal to 0 (it currently is '-1').",
    ),
    _price(
        "an amount with a fraction",
        ("unit_amount", "0.5"),
        code="parameter_invalid_integer",
        param="unit_amount",
        message="Invalid integer: 0.5",
    ),
    _price(
        "an amount of thirteen digits",
        ("unit_amount", "1000000000000"),
        code="parameter_invalid_integer",
        param="unit_amount",
        message="This value must be less than or equal to 999999999999 (it currently is "
        "'1000000000000').",
    ),
    *(
        _price(
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
    _price(
        "a customer's own amount",
        ("custom_unit_amount[enabled]", "true"),
        code="parameter_unknown",
        param="custom_unit_amount",
        message="Received unknown parameter: custom_unit_amount. Customers do not choose what "
        "they pay here; send unit_amount.",
    ),
    _price(
        "its own currency among the others",
        ("currency_options[usd][unit_amount]", "1"),
        param="currency_options[usd]",
        message="'usd' is the price's own currency, whose amounts stand outside of "
        "currency_options; list the others only.",
    ),
    _price(
        "another currency without an amount",
        ("currency_options[eur][tax_behavior]", "inclusive"),
        code="parameter_missing",
        param="currency_options[eur][unit_amount]",
        message="Missing required param: unit_amount, or unit_amount_decimal for fractions of the "
        "currency's minor unit.",
    ),
    _price(
        "a currency that is none among the others",
        ("currency_options[euro][unit_amount]", "1"),
        param="currency_options[euro]",
        message="Invalid currency: euro; send a three-letter ISO code in lower case, such as usd",
    ),
    _price(
        "packages of nothing",
        ("transform_quantity[divide_by]", "0"),
        ("transform_quantity[round]", "up"),
        code="parameter_invalid_integer",
        param="transform_quantity[divide_by]",
        message="This value must be greater than or equal to 1 (it currently is '0').",
    ),
)

TIERS = (
    _price(
        "tiers without the scheme",
        ("billing_scheme", None),
        ("tiers_mode", None),
        of=TIERED,
        param="tiers",
        message="Tiers need billing_scheme=tiered; this price is billed per unit.",
    ),
    _price(
        "a tiers mode without the scheme",
        ("tiers_mode", "volume"),
        param="tiers_mode",
        message="tiers_mode needs billing_scheme=tiered; this price is billed per unit.",
    ),
    _price(
        "the scheme without a mode",
        ("tiers_mode", None),
        of=TIERED,
        code="parameter_missing",
        param="tiers_mode",
        message="Missing required param: tiers_mode; send graduated or volume.",
    ),
    _price(
        "the scheme without tiers",
        *((name, None) for name in TIERED if name.startswith("tiers[")),
        of=TIERED,
        code="parameter_missing",
        param="tiers",
        message="Missing required param: tiers.",
    ),
    _price(
        "tiers and an amount beside them",
        ("unit_amount", "1"),
        of=TIERED,
        param="unit_amount",
        message="A tiered price has its amounts in its tiers; leave unit_amount out, or set "
        "billing_scheme to per_unit.",
    ),
    _price(
        "tiers of packages",
        ("transform_quantity[divide_by]", "10"),
        ("transform_quantity[round]", "up"),
        of=TIERED,
        param="transform_quantity",
        message="transform_quantity cannot be combined with tiers; leave one of them out.",
    ),
    _price(
        "a last tier with an end",
        ("tiers[1][up_to]", "20"),
        of=TIERED,
        param="tiers[1][up_to]",
        message="The last tier must have up_to=inf, so that every quantity has a price.",
    ),
    _price(
        "a tier without end before the last",
        ("tiers[0][up_to]", "inf"),
        of=TIERED,
        param="tiers[0][up_to]",
        message="Only the last tier can have up_to=inf.",
    ),
    _price(
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
        _price(
            f"a tier up to {sent}",
            ("tiers[0][up_to]", sent),
            of=TIERED,
            code="parameter_invalid_integer",
            param="tiers[0][up_to]",
            message=f"Invalid integer: {sent}; send a whole number greater than 0, or inf",
        )
        for sent in ("0", "-5", "1.5", "many", "9999999999999999999")
    ),
    _price(
        "a tier without amounts",
        ("tiers[0][unit_amount]", None),
        of=TIERED,
        code="parameter_missing",
        param="tiers[0][unit_amount]",
        message="A tier needs unit_amount or flat_amount, or one of them as a decimal; send 0 for "
        "units that are free.",
    ),
    _price(
        "a tier with both flat amounts",
        ("tiers[1][flat_amount]", "1"),
        ("tiers[1][flat_amount_decimal]", "1"),
        of=TIERED,
        code="parameters_exclusive",
        param="tiers[1][flat_amount_decimal]",
        message="You may only specify one of these parameters: flat_amount, flat_amount_decimal.",
    ),
)

RECURRING = (
    _price(
        "more than three years",
        ("recurring[usage_type]", None),
        ("recurring[meter]", None),
        ("recurring[interval_count]", "37"),
        of=METERED,
        param="recurring[interval_count]",
        message="Invalid interval_count: 37; a price is billed at least every three years, which "
        "is 36 times a month.",
    ),
    _price(
        "metered without a meter",
        ("recurring[meter]", None),
        of=METERED,
        code="parameter_missing",
        param="recurring[meter]",
        message="Missing required param: recurring[meter]. A metered price counts what a meter "
        "counts; create one with POST /v1/billing/meters.",
    ),
    _price(
        "licensed with a meter",
        ("recurring[usage_type]", "licensed"),
        of=METERED,
        param="recurring[meter]",
        message="A meter counts the units of metered prices only; set recurring[usage_type] to "
        "metered, or leave the meter out.",
    ),
    _price(
        "an unknown meter",
        ("recurring[meter]", "mtr_none"),
        of=METERED,
        code="resource_missing",
        param="recurring[meter]",
        message="No such meter: 'mtr_none'",
    ),
    _price(
        "an inactive meter",
        ("recurring[meter]", "<asleep>"),
        of=METERED,
        param="recurring[meter]",
        message="Meter <asleep> is inactive, and counts nothing any more. Reactivate it, or name "
        "another.",
    ),
    _price(
        "how usage adds up",
        ("recurring[aggregate_usage]", "max"),
        of=METERED,
        code="parameter_unknown",
        param="recurring[aggregate_usage]",
        message="Received unknown parameter: recurring[aggregate_usage]. How usage adds up is "
        "decided by the meter's default_aggregation.",
    ),
    _price(
        "a filter by what is no dimension",
        ("recurring[dimension_filters][color]", "red"),
        of=METERED,
        param="recurring[dimension_filters][color]",
        message="'color' is not a dimension of meter <grouped>; its dimensions are: model.",
    ),
    _price(
        "an empty filter",
        ("recurring[dimension_filters][model]", ""),
        of=METERED,
        code="parameter_invalid_empty",
        param="recurring[dimension_filters][model]",
        message=empty("recurring[dimension_filters][model]"),
    ),
    _price(
        "a filter without a meter",
        ("recurring[usage_type]", None),
        ("recurring[meter]", None),
        ("recurring[dimension_filters][model]", "opus"),
        of=METERED,
        param="recurring[dimension_filters][model]",
        message="Dimensions are a meter's; only a metered price can be for some of its usage.",
    ),
)

LABELS = (
    _price(
        "no product",
        ("product", None),
        code="parameter_missing",
        param="product",
        message="Missing required param: product, or product_data to make one with its price.",
    ),
    _price(
        "two products",
        ("product_data[name]", "Llama AI"),
        code="parameters_exclusive",
        param="product_data",
        message="You may only specify one of these parameters: product, product_data.",
    ),
    _price(
        "an unknown product",
        ("product", "prod_none"),
        code="resource_missing",
        param="product",
        message="No such product: 'prod_none'",
    ),
    _price(
        "a bad price of a new product",
        ("product", None),
        ("product_data[name]", "Llama AI"),
        ("unit_amount", None),
        code="parameter_missing",
        param="unit_amount",
        message="Missing required param: unit_amount, or unit_amount_decimal for fractions of the "
        "currency's minor unit.",
    ),
    _price(
        "a long lookup key",
        ("lookup_key", "k" * 201),
        param="lookup_key",
        message=f"Invalid string: {'k' * 100}…; must be at most 200 characters",
    ),
    Refusal(
        name="price: change what it costs",
        method="POST",
        path=f"{PATH}/<price>",
        body="unit_amount=1",
        code="parameter_unknown",
        param="unit_amount",
        message="Received unknown parameter: unit_amount. What a price costs is fixed for life, "
        "since invoices depend on it. Create a new price, and set active to false on this one.",
    ),
    Refusal(
        name="price: unknown",
        method="GET",
        path=f"{PATH}/price_none",
        status=404,
        code="resource_missing",
        param="price",
        message="No such price: 'price_none'",
    ),
    Refusal(
        name="price: too many lookup keys",
        method="GET",
        path=f"{PATH}?" + "&".join(f"lookup_keys[]={number}" for number in range(11)),
        param="lookup_keys",
        message="A list can name at most 10 lookup keys.",
    ),
    Refusal(
        name="price: an expansion that is none",
        method="GET",
        path=f"{PATH}?expand[]=data.customer",
        param="expand[0]",
        message="This property cannot be expanded (data.customer).",
    ),
)


def _product(
    name: str, body: str, *, param: str, message: str, code: str | None = None, of: str = ""
) -> Refusal:
    return Refusal(
        name=f"product: {name}",
        method="POST",
        path=f"{PRODUCTS}{of}",
        body=body,
        code=code,
        param=param,
        message=message,
    )


OF_PRODUCTS = (
    _product(
        "no name",
        "active=true",
        code="parameter_missing",
        param="name",
        message="Missing required param: name.",
    ),
    _product(
        "an empty name",
        "name=",
        code="parameter_invalid_empty",
        param="name",
        message=empty("name"),
    ),
    _product(
        "nine images",
        "name=a&" + "&".join(f"images[]={number}" for number in range(9)),
        param="images",
        message="A product can have at most 8 images.",
    ),
    _product(
        "what is shipped",
        "name=a&package_dimensions[height]=1",
        code="parameter_unknown",
        param="package_dimensions",
        message="Received unknown parameter: package_dimensions. Nothing is shipped here; leave "
        "it out.",
    ),
    _product(
        "a bad default price",
        "name=a&default_price_data[currency]=usd",
        code="parameter_missing",
        param="default_price_data[unit_amount]",
        message="Missing required param: unit_amount, or unit_amount_decimal for fractions of the "
        "currency's minor unit.",
    ),
    Refusal(
        name="product: delete one with prices",
        method="DELETE",
        path=f"{PRODUCTS}/<product>",
        param="id",
        message="This product cannot be deleted because it has one or more prices. Set active to "
        "false instead.",
    ),
    Refusal(
        name="product: unknown",
        method="GET",
        path=f"{PRODUCTS}/prod_none",
        status=404,
        code="resource_missing",
        param="id",
        message="No such product: 'prod_none'",
    ),
    Refusal(
        name="product: no ids",
        method="GET",
        path=f"{PRODUCTS}?ids=",
        code="parameter_invalid_empty",
        param="ids",
        message="The list ids is empty. Name at least one product, or leave ids out for all.",
    ),
)

PRICES = (*AMOUNTS, *TIERS, *RECURRING, *LABELS, *OF_PRODUCTS)

"""Products, and prices for what they are billed by and belong to, that cannot be."""

from tests.wire.refusals.prices import PRICE, refused_price
from tests.wire.refusals.refusal import CUSTOMERS, PRICES, PRODUCTS, Refusal, empty

METERED = {
    **PRICE,
    "recurring[interval]": "month",
    "recurring[usage_type]": "metered",
    "recurring[meter]": "<grouped>",
}

RECURRING = (
    refused_price(
        "more than three years",
        ("recurring[usage_type]", None),
        ("recurring[meter]", None),
        ("recurring[interval_count]", "37"),
        of=METERED,
        param="recurring[interval_count]",
        message="The interval_count for monthly prices can't be greater than 36",
    ),
    refused_price(
        "metered without a meter",
        ("recurring[meter]", None),
        of=METERED,
        param="recurring[meter]",
        message="Starting with Stripe version `2025-03-31.basil`, metered prices must be backed by "
        "meters. Create one with POST /v1/billing/meters, and name it in recurring[meter].",
    ),
    refused_price(
        "licensed with a meter",
        ("recurring[usage_type]", "licensed"),
        of=METERED,
        param="recurring[meter]",
        message="A meter counts the units of metered prices only; set recurring[usage_type] to "
        "metered, or leave the meter out.",
    ),
    refused_price(
        "an unknown meter",
        ("recurring[meter]", "mtr_none"),
        of=METERED,
        code="resource_missing",
        param="recurring[meter]",
        message="No such meter: 'mtr_none'",
    ),
    refused_price(
        "an inactive meter",
        ("recurring[meter]", "<asleep>"),
        of=METERED,
        param="recurring[meter]",
        message="Meter <asleep> is inactive, and counts nothing any more. Reactivate it, or name "
        "another.",
    ),
    refused_price(
        "how usage adds up",
        ("recurring[aggregate_usage]", "max"),
        of=METERED,
        code="parameter_unknown",
        param="recurring[aggregate_usage]",
        message="Received unknown parameter: recurring[aggregate_usage]. How usage adds up is "
        "decided by the meter's default_aggregation.",
    ),
    refused_price(
        "a filter by what is no dimension",
        ("recurring[dimension_filters][color]", "red"),
        of=METERED,
        param="recurring[dimension_filters][color]",
        message="'color' is not a dimension of meter <grouped>; its dimensions are: model.",
    ),
    refused_price(
        "an empty filter",
        ("recurring[dimension_filters][model]", ""),
        of=METERED,
        code="parameter_invalid_empty",
        param="recurring[dimension_filters][model]",
        message=empty("recurring[dimension_filters][model]"),
    ),
    refused_price(
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
    *(
        Refusal(
            name=f"search {path}",
            method="GET",
            path=f"{path}/search?query=a",
            status=404,
            message=f"Unrecognized request URL (GET: {path}/search). See docs/compatibility.md for "
            "the addresses that this server knows.",
        )
        for path in (PRICES, PRODUCTS, CUSTOMERS)
    ),
    refused_price(
        "no product",
        ("product", None),
        param="product",
        message="You must specify either `product` or `product_data` when creating a price.",
    ),
    refused_price(
        "two products",
        ("product_data[name]", "Llama AI"),
        param="product",
        message="You may only specify one of these parameters: product, product_data.",
    ),
    refused_price(
        "an unknown product",
        ("product", "prod_none"),
        code="resource_missing",
        param="product",
        message="No such product: 'prod_none'",
    ),
    refused_price(
        "a bad price of a new product",
        ("product", None),
        ("product_data[name]", "Llama AI"),
        ("unit_amount", None),
        param="unit_amount",
        message="Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set.",
    ),
    refused_price(
        "a long lookup key",
        ("lookup_key", "k" * 201),
        param="lookup_key",
        message=f"Invalid string: {'k' * 100}…; must be at most 200 characters",
    ),
    Refusal(
        name="price: change what it costs",
        method="POST",
        path=f"{PRICES}/<price>",
        body="unit_amount=1",
        code="parameter_unknown",
        param="unit_amount",
        message="Received unknown parameter: unit_amount. What a price costs is fixed for life, "
        "since invoices depend on it. Create a new price, and set active to false on this one.",
    ),
    Refusal(
        name="price: unknown",
        method="GET",
        path=f"{PRICES}/price_none",
        status=404,
        code="resource_missing",
        param="price",
        message="No such price: 'price_none'",
    ),
    Refusal(
        name="price: those of an unknown product",
        method="GET",
        path=f"{PRICES}?product=prod_none",
        code="resource_missing",
        param="product",
        message="No such product: 'prod_none'",
    ),
    Refusal(
        name="price: a lookup key that is taken",
        method="POST",
        path=f"{PRICES}/<price>",
        body="lookup_key=taken",
        param="lookup_key",
        message="A price (`<keyed>`) already uses that lookup key. Send transfer_lookup_key=true "
        "to take it over.",
    ),
    Refusal(
        name="price: too many lookup keys",
        method="GET",
        path=f"{PRICES}?" + "&".join(f"lookup_keys[]={number}" for number in range(11)),
        param="lookup_keys",
        message="A list can name at most 10 lookup keys.",
    ),
    Refusal(
        name="price: an expansion that is none",
        method="GET",
        path=f"{PRICES}?expand[]=data.customer",
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
        param="default_price_data[unit_amount]",
        message="Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set.",
    ),
    Refusal(
        name="product: delete one with prices",
        method="DELETE",
        path=f"{PRODUCTS}/<product>",
        message="This product cannot be deleted because it has one or more user-created prices.",
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

CATALOG = (*RECURRING, *LABELS, *OF_PRODUCTS)

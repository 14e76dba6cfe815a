"""Simulations and coverage, asked for wrongly."""

from urllib.parse import urlencode

from tests.wire.refusals.refusal import NOON, Refusal, form

SIMULATIONS = "/v1/billing/simulations"
COVERAGE = "/v1/billing/price_coverage"
SIMULATION = {
    "before[0]": "<price>",
    "after[0]": "<price>",
    "start_time": str(NOON - 3_600),
    "end_time": str(NOON),
}
INLINE = {
    "after[0]": None,
    "after[0][currency]": "usd",
    "after[0][unit_amount]": "2",
    "after[0][recurring][interval]": "month",
    "after[0][recurring][usage_type]": "metered",
    "after[0][recurring][meter]": "<meter>",
}
COVERED = {"start_time": str(NOON - 3_600), "end_time": str(NOON)}


def _simulation(
    name: str,
    *changes: tuple[str, str | None],
    param: str,
    message: str,
    code: str | None = None,
) -> Refusal:
    return Refusal(
        name=f"simulation: {name}",
        method="POST",
        path=SIMULATIONS,
        body=form(SIMULATION, *changes),
        code=code,
        param=param,
        message=message,
    )


def _coverage(
    name: str, query: str, *, param: str, message: str, code: str | None = None
) -> Refusal:
    return Refusal(
        name=f"coverage: {name}",
        method="GET",
        path=f"{COVERAGE}?{query}&{urlencode(COVERED)}",
        code=code,
        param=param,
        message=message,
    )


PRICE_SETS = (
    _simulation(
        "nothing to try",
        ("after[0]", None),
        code="parameter_missing",
        param="after",
        message="Missing required param: after.",
    ),
    _simulation(
        "an empty set",
        ("after[0]", None),
        ("after", ""),
        code="parameter_invalid_empty",
        param="after",
        message="The list after is empty. Name at least one price.",
    ),
    _simulation(
        "an unknown price",
        ("after[0]", "price_none"),
        code="resource_missing",
        param="after[0]",
        message="No such price: 'price_none'",
    ),
    _simulation(
        "a price twice",
        ("before[1]", "<price>"),
        param="before[1]",
        message="Price <price> is named twice; name it once.",
    ),
    _simulation(
        "seats",
        ("after[0]", "<seat>"),
        param="after[0]",
        message="Price <seat> is not metered, and says nothing about usage. Name metered prices "
        "only.",
    ),
    _simulation(
        "two currencies",
        *INLINE.items(),
        ("after[0][currency]", "eur"),
        param="after[0]",
        message="Price after[0] has no amount in usd; it has one in: eur. Compare prices of one "
        "currency, or name one that all of them have in currency.",
    ),
    _simulation(
        "a currency that no price has",
        ("currency", "jpy"),
        param="before[0]",
        message="Price <price> has no amount in jpy; it has one in: usd. Compare prices of one "
        "currency, or name one that all of them have in currency.",
    ),
    _simulation(
        "a described price without an amount",
        *INLINE.items(),
        ("after[0][unit_amount]", None),
        param="after[0][unit_amount]",
        message="Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set.",
    ),
    _simulation(
        "a described price of a product",
        *INLINE.items(),
        ("after[0][product]", "<product>"),
        code="parameter_unknown",
        param="after[0][product]",
        message="Received unknown parameter: after[0][product]. The price is only tried, and "
        "belongs to no product; leave it out.",
    ),
    _simulation(
        "a range that ends before it starts",
        ("end_time", str(NOON - 7_200)),
        param="end_time",
        message=f"Invalid end_time: {NOON - 7_200} must be later than start_time ({NOON - 3_600}).",
    ),
    _simulation(
        "a range within a minute",
        ("end_time", str(NOON + 1)),
        param="end_time",
        message=f"Invalid end_time: {NOON + 1} does not lie on a minute boundary. Use {NOON} or "
        f"{NOON + 60}.",
    ),
    _simulation(
        "an unknown customer",
        ("customers[0]", "cus_none"),
        code="resource_missing",
        param="customers[0]",
        message="No such customer: 'cus_none'",
    ),
    _simulation(
        "no customers",
        ("customers", ""),
        param="customers",
        message="Name 1 to 1000 customers, or leave customers out for all of them.",
    ),
    _coverage(
        "no prices",
        "expand=",
        param="prices",
        message="Name either prices, or a subscription for the prices of its items.",
    ),
    _coverage(
        "prices and a subscription",
        "prices[]=<price>&subscription=sub_none",
        param="prices",
        message="Name either prices, or a subscription for the prices of its items.",
    ),
    _coverage(
        "an unknown subscription",
        "subscription=sub_none",
        code="resource_missing",
        param="subscription",
        message="No such subscription: 'sub_none'",
    ),
    _coverage(
        "a subscription and a customer",
        "subscription=sub_none&customer=<customer>",
        param="customer",
        message="A subscription is held against the usage of its own customer; leave customer "
        "out, or name its prices in prices.",
    ),
    _coverage(
        "an unknown price",
        "prices[]=price_none",
        code="resource_missing",
        param="prices[0]",
        message="No such price: 'price_none'",
    ),
    _coverage(
        "seats",
        "prices[]=<seat>",
        param="prices[0]",
        message="Price <seat> is not metered, and says nothing about usage. Name metered prices "
        "only.",
    ),
    _coverage(
        "an unknown customer",
        "prices[]=<price>&customer=cus_none",
        code="resource_missing",
        param="customer",
        message="No such customer: 'cus_none'",
    ),
)

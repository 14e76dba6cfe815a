"""Random prices, products, coverage and simulations: never a 500, always in Stripe's shape."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.serving import TEST_KEY
from tests.wire.clocked import NOON, ClockedServer
from tests.wire.test_fuzz import CAREFREE, Target, check_answer

NAMES = [
    *("active", "billing_scheme", "currency", "currency_options[eur][unit_amount]", "nickname"),
    *("currency_options[eur][tiers][0][up_to]", "expand[]", "lookup_key", "metadata[a]", "product"),
    *("product_data[name]", "product_data[id]", "recurring[interval]", "recurring[usage_type]"),
    *("recurring[interval_count]", "recurring[meter]", "recurring[dimension_filters][model]"),
    *("recurring[dimension_filters][model][0]", "recurring[trial_period_days]", "tax_behavior"),
    *("tiers[0][flat_amount_decimal]", "tiers[0][unit_amount]", "tiers[0][up_to]", "tiers_mode"),
    *("tiers[1][unit_amount_decimal]", "tiers[1][up_to]", "transfer_lookup_key", "unit_amount"),
    *("transform_quantity[divide_by]", "transform_quantity[round]", "unit_amount_decimal", "url"),
    *("default_price", "default_price_data[currency]", "images[]", "marketing_features[0][name]"),
    *(
        "name",
        "id",
        "ids[]",
        "lookup_keys[]",
        "limit",
        "type",
        "created",
        "customers[]",
        "before[]",
    ),
    *("after[0][currency]", "after[0][recurring][meter]", "after[0][unit_amount]", "prices[]"),
]
VALUES = [
    *("", "0", "1", "-1", "1.5", "1e400", "1e-400", "NaN", "99999999999999999999", "true", "inf"),
    *("0.000000000001", "999999999999", "usd", "eur", "jpy", "USD", "month", "year", "metered"),
    *("licensed", "tiered", "per_unit", "graduated", "volume", "up", "down", "tiers", "product"),
    *("data.tiers", "currency_options", "{price}", "{meter}", "{customer}", "prod_1", "large"),
    *("x" * 300, "a\x00b", "é✓", "%00", "'; DROP TABLE prices; --"),
]
BASES: list[list[tuple[str, str]]] = [
    [],
    [("currency", "usd"), ("product_data[name]", "a"), ("unit_amount", "1")],
    [
        *(("currency", "usd"), ("product_data[name]", "a"), ("billing_scheme", "tiered")),
        *(("tiers_mode", "volume"), ("tiers[0][up_to]", "inf"), ("tiers[0][unit_amount]", "1")),
    ],
    [
        *(("currency", "usd"), ("product_data[name]", "a"), ("unit_amount_decimal", "0.5")),
        *(("recurring[interval]", "month"), ("recurring[usage_type]", "metered")),
        ("recurring[meter]", "{meter}"),
    ],
    [("name", "a")],
    [
        *(("before[0]", "{price}"), ("after[0][currency]", "usd"), ("after[0][unit_amount]", "2")),
        *(("after[0][recurring][interval]", "month"), ("start_time", str(NOON - 3_600))),
        *(("after[0][recurring][meter]", "{meter}"), ("end_time", str(NOON))),
        ("after[0][recurring][usage_type]", "metered"),
    ],
    [("prices[]", "{price}"), ("start_time", str(NOON - 3_600)), ("end_time", str(NOON))],
]
PATHS = ["/v1/prices", "/v1/prices/{price}", "/v1/products", "/v1/products/prod_1"]
PATHS += ["/v1/billing/simulations", "/v1/billing/price_coverage"]

texts = st.sampled_from(VALUES) | st.text(max_size=12)
pairs = st.lists(st.tuples(st.sampled_from(NAMES), texts), max_size=4)
sent = st.tuples(st.sampled_from(BASES), pairs).map(lambda both: [*both[0], *both[1]])
posts = st.tuples(
    *(st.just("POST"), st.sampled_from(PATHS), st.just([]), sent, st.just({}), st.just(TEST_KEY))
)
gets = st.tuples(
    *(st.just("GET"), st.sampled_from(PATHS), sent, st.none(), st.just({}), st.just(TEST_KEY))
)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with (
        ClockedServer(tmp_path_factory.mktemp("fuzz") / "data") as server,
        httpx2.Client(timeout=30) as http,
    ):
        yield Target(server, http)


@settings(CAREFREE, max_examples=400, derandomize=True)
@given(request=posts | posts | gets)
def test_random_prices_are_answered_in_stripes_shape(
    request: tuple[Any, ...], target: Target
) -> None:
    check_answer(target.send(request))

"""The catalog: prices made by the form, their curves, and what is wrong with a form."""

import re
from html import unescape
from urllib.parse import urlencode

import httpx2
import pytest
import stripe

from tests.dashboard.billed import billed
from tests.dashboard.visitor import Visitor, errors_of

TIERS = [
    ("up_to", "1,000"),
    ("tier_unit", "0"),
    ("tier_flat", ""),
    ("up_to", "10000"),
    ("tier_unit", "0.002"),
    ("tier_flat", "5"),
    ("up_to", ""),
    ("tier_unit", "0.0015"),
    ("tier_flat", ""),
]
NEW = "/test/catalog/prices/new"


def send(visitor: Visitor, fields: list[tuple[str, str]]) -> httpx2.Response:
    """Send the form, whose names repeat."""
    body = urlencode([("csrf_token", visitor.token(NEW)), *fields])
    kind = {"content-type": "application/x-www-form-urlencoded"}
    return visitor.http.post(NEW, content=body, headers=kind)


def cell_errors(answer: httpx2.Response) -> dict[str, str]:
    found = re.findall(r'<p class="error" id="e-(\w+-\d+)">(.*?)</p>', answer.text)
    return {name: unescape(message) for name, message in found}


def test_a_tiered_price_is_made_with_its_product(
    developer: Visitor, client: stripe.StripeClient
) -> None:
    meter = billed(client).meter
    answer = send(
        developer,
        [
            ("product_name", "Speech"),
            ("nickname", "Minutes"),
            ("billed", "metered"),
            ("meter", meter),
            ("scheme", "graduated"),
            *TIERS,
        ],
    )
    assert answer.status_code == 303
    path = answer.headers["location"]
    assert path.startswith("/test/catalog/prices/price_")
    price = client.v1.prices.retrieve(path.rpartition("/")[2], {"expand": ["tiers", "product"]})
    assert price.tiers is not None
    assert [(one.up_to, str(one.unit_amount_decimal)) for one in price.tiers] == [
        (1_000, "0"),
        (10_000, "0.2"),
        (None, "0.15"),
    ]
    assert price.tiers[1].flat_amount == 500
    assert isinstance(price.product, stripe.Product)
    assert price.product.name == "Speech"
    page = developer.get(path).text
    assert "Made the price Minutes." in page
    assert "0.0015 USD" in page


def test_the_curve_is_computed_while_the_price_is_described(developer: Visitor) -> None:
    query = urlencode([("scheme", "graduated"), *TIERS])
    data = developer.get(f"{NEW}.json?{query}").json()
    points = {one["quantity"]: one["amount"] for one in data["curve"]["points"]}
    assert points["1000"] == 0
    assert points["1001"] == 500
    assert points["10000"] == 2_300
    assert points["15000"] == 3_050
    assert data["chart"]["kind"] == "line"
    assert data["chart"]["series"][0]["values"][-1] == "30.5"
    part = developer.get(f"{NEW}?{query}", hx_request="true", hx_target="curve").text
    assert part.lstrip().startswith('<section id="curve"')
    volume = urlencode([("scheme", "volume"), *TIERS])
    points = developer.get(f"{NEW}.json?{volume}").json()["curve"]["points"]
    assert [one["amount"] for one in points if one["quantity"] == "15000"] == [2_250]
    table = developer.get(f"{NEW}.csv?{query}").text
    assert "10000,2300,0.23,usd" in table


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"scheme": "per_unit", "unit_amount": "two"}, {"unit_amount"}),
        ({"scheme": "per_unit", "unit_amount": "-1"}, {"unit_amount"}),
        ({"scheme": "per_unit"}, {"unit_amount"}),
        ({"unit_amount": "1", "currency": "dollars"}, {"currency"}),
        ({"unit_amount": "1", "billed": "metered"}, {"meter"}),
        ({"unit_amount": "1", "product": "", "product_name": ""}, {"product_name"}),
        ({"scheme": "package", "unit_amount": "1", "package_size": "0"}, {"package_size"}),
        ({"unit_amount": "1", "interval_count": "soon"}, {"interval_count"}),
        ({"unit_amount": "1", "interval_count": "99"}, {"interval_count"}),
        ({"scheme": "graduated"}, {"tiers"}),
        ({"unit_amount": "0.000000000000001"}, {"unit_amount"}),
    ],
)
def test_what_is_wrong_with_a_price_stands_beside_its_field(
    developer: Visitor, fields: dict[str, str], wrong: set[str]
) -> None:
    sent = {"product_name": "Never made", "billed": "licensed", **fields}
    answer = send(developer, list(sent.items()))
    assert answer.status_code == 422
    assert set(errors_of(answer)) == wrong


def test_what_is_wrong_with_a_tier_stands_beside_its_cell(developer: Visitor) -> None:
    tiers = [
        ("up_to", "10"),
        ("tier_unit", "1"),
        ("tier_flat", ""),
        ("up_to", "5"),
        ("tier_unit", "1"),
        ("tier_flat", "free"),
        ("up_to", ""),
        ("tier_unit", "1"),
        ("tier_flat", ""),
    ]
    base = [("product_name", "Never made"), ("billed", "licensed"), ("scheme", "volume")]
    answer = send(developer, [*base, *tiers])
    assert answer.status_code == 422
    assert cell_errors(answer) == {"tier_flat-1": "Write an amount such as 0.002."}
    tiers[5] = ("tier_flat", "")
    answer = send(developer, [*base, *tiers])
    assert "ascending order" in cell_errors(answer)["up_to-1"]
    assert 'value="5"' in answer.text
    answer = send(developer, [*base, *tiers[:6]])
    assert "Leave the end of the last tier empty." in cell_errors(answer)["up_to-1"]


def test_a_price_and_a_product_are_archived_and_restored(
    developer: Visitor, client: stripe.StripeClient
) -> None:
    books = billed(client)
    price, product = (
        f"/test/catalog/prices/{books.price}",
        f"/test/catalog/products/{books.product}",
    )
    for path in (price, product):
        assert developer.post(f"{path}/archive", on=path).status_code == 303
        assert "archived" in developer.get(path).text
        assert developer.post(f"{path}/restore", on=path).status_code == 303
    assert developer.post(f"{product}/rename", on=product, name="Models").status_code == 303
    assert client.v1.products.retrieve(books.product).name == "Models"
    missing = developer.post(f"{product}/rename", on=product, name="")
    assert "name" in errors_of(missing)
    kept = developer.post(f"{product}/delete", on=product)
    assert kept.status_code == 422
    assert "cannot be deleted" in kept.text


def test_the_list_finds_products_by_their_prices(
    developer: Visitor, client: stripe.StripeClient
) -> None:
    books = billed(client)
    rows = developer.get(f"/test/catalog.json?q={books.price}").json()["products"]["rows"]
    assert [one["id"] for one in rows] == [books.product]
    assert rows[0]["prices"][0]["says"] == "3 graduated tiers in USD, every month"
    assert books.price in developer.get(f"/test/catalog.csv?q={books.price}").text


def test_prices_are_tried_on_past_usage_before_they_exist(
    developer: Visitor, client: stripe.StripeClient
) -> None:
    books = billed(client)
    query = urlencode(
        [
            ("before", books.price),
            ("draft", "1"),
            ("billed", "metered"),
            ("meter", books.meter),
            ("scheme", "per_unit"),
            ("unit_amount", "0.002"),
        ]
    )
    path = "/test/catalog/simulation"
    outcome = developer.get(f"{path}.json?{query}").json()["outcome"]
    assert (outcome["before"], outcome["after"], outcome["losers"]) == (2_175, 2_500, 1)
    (row,) = outcome["customers"]["rows"]
    assert (row["name"], row["difference"], row["percent"]) == ("Cusco Robotics", 325, "14.9")
    page = developer.get(f"{path}?{query}").text
    assert "+3.25 USD" in page
    assert (
        f"{books.customer},Cusco Robotics,2175,2500,325"
        in developer.get(f"{path}.csv?{query}").text
    )


def test_a_simulation_says_what_it_cannot_compare(
    developer: Visitor, client: stripe.StripeClient
) -> None:
    books = billed(client)
    path = f"/test/catalog/simulation.json?before={books.price}"
    problem = developer.get(f"{path}&after=price_nothing").json()["problem"]
    assert problem == {"after": "No such price: 'price_nothing'"}
    draft = f"{path}&draft=1&unit_amount=1&currency=eur&meter={books.meter}"
    assert "no amount in usd" in developer.get(draft).json()["problem"]["after"]
    assert developer.get(f"{path}&draft=1").json()["problem"].keys() == {"unit_amount", "meter"}
    assert developer.get("/test/catalog/simulation").status_code == 200

"""Names that are markup, addresses that are nonsense, and those who may only look."""

import re
from urllib.parse import urlencode

import pytest

from tests.dashboard.billed import Billed, billed
from tests.dashboard.visitor import Visitor
from tests.serving import Server

NASTY = '</script><img src=x onerror="ran()">{{7*7}}\'"<b>=1+1'


@pytest.fixture(scope="module")
def books(server: Server) -> Billed:
    client = server.client()
    made = billed(client, name=NASTY)
    client.v1.products.update(made.product, {"name": NASTY, "description": NASTY})
    client.v1.prices.update(made.price, {"nickname": NASTY})
    client.v1.billing.meters.update(made.meter, {"display_name": NASTY})
    client.v1.customers.update(made.customer, {"description": NASTY})
    client.v1.billing.credit_grants.create(
        {
            "customer": made.customer,
            "name": NASTY,
            "amount": {"type": "monetary", "monetary": {"currency": "usd", "value": 1}},
            "applicability_config": {"scope": {"price_type": "metered"}},
        }
    )
    return made


def paths(developer: Visitor, books: Billed) -> list[str]:
    invoice = f"/test/invoices/{books.invoice}"
    line = developer.get(f"{invoice}.json").json()["lines"][0]["id"]
    typed = urlencode({"product_name": NASTY, "nickname": NASTY, "unit_amount": NASTY})
    return [
        "/test/invoices",
        f"/test/invoices?{urlencode({'q': NASTY, 'customer': books.customer})}",
        invoice,
        f"{invoice}/print",
        f"{invoice}/lines/{line}",
        f"{invoice}/lines/{line}/events",
        "/test/customers",
        f"/test/customers/{books.customer}",
        "/test/catalog",
        f"/test/catalog/products/{books.product}",
        f"/test/catalog/prices/{books.price}",
        f"/test/catalog/prices/new?{typed}",
        f"/test/catalog/simulation?before={books.price}&after={books.price}",
        f"/test/catalog/simulation?before={books.price}&draft=1&{typed}",
        f"/test/search?{urlencode({'q': NASTY})}",
    ]


def test_nothing_that_is_named_so_runs_or_breaks_a_page(developer: Visitor, books: Billed) -> None:
    for path in paths(developer, books):
        page = developer.get(path)
        assert page.status_code == 200, path
        assert "<img src=x" not in page.text, path
        assert "<b>=1" not in page.text, path
        forbidden = r"<script(?! src=)|<style|\sstyle=|<[^>\"]*\son\w+=|\"javascript:"
        assert re.findall(forbidden, page.text) == [], path


def test_every_page_has_its_json_twin(developer: Visitor, books: Billed) -> None:
    for path in paths(developer, books):
        name, question, query = path.partition("?")
        assert isinstance(developer.get(f"{name}.json{question}{query}").json(), dict), path


@pytest.mark.parametrize(
    "query",
    [
        "page=-7&sort=nothing&after=in_nothing&status=odd",
        "page=99999999999999999999999999&sort=--created",
        "until=1e99&days=3&window=eon&currency=zz&meter=none",
        "until=999999999999&days=365&window=hour",
        "start=-99999999999999999999999&end=99999999999999999999999&before=99999999999999999999999",
        "before=-1&start=99999999999999999999999",
        "scheme=volume&tier_unit=1e999&tier_unit=1e-999&up_to=9&up_to=%00",
        "scheme=volume&tier_unit=1&tier_unit=1&up_to=999999999999999999",
        "unit_amount=99999999999999&scheme=package&package_size=1&interval_count=0&billed=x",
        "q=%F0%9F%A6%99%00%FF",
    ],
)
def test_an_address_that_makes_no_sense_shows_a_page_all_the_same(
    developer: Visitor, books: Billed, query: str
) -> None:
    for path in paths(developer, books):
        answer = developer.get(f"{path.partition('?')[0]}?{query}")
        assert answer.status_code == 200, (path, query, answer.text)


def test_whoever_may_only_look_changes_nothing(
    closed_server: Server, admin: Visitor, viewer: Visitor
) -> None:
    made = admin.post(
        "/test/catalog/prices/new", product_name="Kept", billed="licensed", unit_amount="1"
    )
    price = made.headers["location"]
    assert "Archive" not in viewer.get(price).text
    assert viewer.get("/test/catalog/prices/new").status_code == 403
    for change in (f"{price}/archive", "/test/catalog/prices/new", "/test/invoices/in_1/pay"):
        assert viewer.post(change, on="/test/catalog", unit_amount="1").status_code == 403
    assert admin.get(f"{price}.json").json()["price"]["active"] is True


def test_what_another_environment_holds_is_not_there(developer: Visitor, books: Billed) -> None:
    for kind, id in (
        ("customers", books.customer),
        ("invoices", books.invoice),
        ("catalog/prices", books.price),
        ("catalog/products", books.product),
    ):
        assert developer.get(f"/live/{kind}/{id}").status_code == 404

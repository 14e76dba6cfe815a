"""Products: every parameter, updates that set, keep and unset, default prices, deletion, lists."""

from typing import Any

import pytest
import stripe

from tests.wire.clocked import NOON, ClockedServer
from tests.wire.prices import create_price, create_product

EVERYTHING: Any = {
    "active": False,
    "description": "a + b = c; 100 %",
    "images": ["https://example.com/a.png", "https://example.com/b.png"],
    "marketing_features": [{"name": "fast"}, {"name": "schön"}],
    "metadata": {"a b": "1", "ключ": "✓"},
    "name": "Alpaca AI",
    "shippable": False,
    "statement_descriptor": "ALPACA",
    "tax_code": "txcd_10000000",
    "unit_label": "token",
    "url": "https://example.com",
}
UNSET: dict[str, Any] = {
    "description": None,
    "images": [],
    "marketing_features": [],
    "metadata": {},
    "statement_descriptor": None,
    "tax_code": None,
    "unit_label": None,
    "url": None,
}


def test_created_product_answers_with_everything_that_was_set(noon: ClockedServer) -> None:
    client = noon.client()
    product = client.v1.products.create(EVERYTHING)
    found = product.to_dict()
    assert {name: found[name] for name in EVERYTHING} == EVERYTHING
    assert (found["created"], found["updated"], found["livemode"]) == (NOON, NOON, False)
    assert (found["object"], found["type"], found["default_price"]) == ("product", "service", None)
    assert found["id"].startswith("prod_")
    assert client.v1.products.retrieve(product.id).to_dict() == found


def test_a_product_may_have_an_id_of_the_callers_once(noon: ClockedServer) -> None:
    client = noon.client()
    assert create_product(client, id="tokens") == "tokens"
    with pytest.raises(stripe.InvalidRequestError) as caught:
        create_product(client, id="tokens")
    assert (caught.value.code, caught.value.param) == ("resource_already_exists", "id")


def test_update_keeps_what_it_does_not_name_and_unsets_what_is_empty(
    clocked: ClockedServer,
) -> None:
    client = clocked.client()
    before = client.v1.products.create(EVERYTHING).to_dict()
    clocked.clock.advance(seconds=5)
    renamed = client.v1.products.update(
        before["id"], {"name": "Llama AI", "active": True, "metadata": {"a b": "", "new": "n"}}
    ).to_dict()
    expected = {**before, "name": "Llama AI", "active": True, "updated": NOON + 5}
    assert renamed == {**expected, "metadata": {"ключ": "✓", "new": "n"}}
    empty: Any = dict.fromkeys(UNSET, "")
    assert client.v1.products.update(before["id"], empty).to_dict() == {**expected, **UNSET}


def test_a_default_price_is_made_with_its_product(noon: ClockedServer) -> None:
    client = noon.client()
    product = client.v1.products.create(
        {
            "name": "Seats",
            "default_price_data": {
                "currency": "usd",
                "unit_amount": 2_000,
                "recurring": {"interval": "month"},
                "metadata": {"a": "1"},
            },
            "expand": ["default_price"],
        }
    )
    price: Any = product.default_price
    assert (price.product, price.unit_amount, price.recurring.interval) == (
        product.id,
        2_000,
        "month",
    )
    assert client.v1.products.retrieve(product.id).default_price == price.id
    assert client.v1.prices.retrieve(price.id).metadata.to_dict() == {"a": "1"}


def test_a_default_price_is_one_of_the_products_own_active_prices(noon: ClockedServer) -> None:
    client = noon.client()
    product = create_product(client)
    own, other = create_price(client, product=product), create_price(client)
    asleep = create_price(client, product=product, active=False)
    for price, said in ((other.id, "of product"), (asleep.id, "is inactive"), ("price_no", "No")):
        with pytest.raises(stripe.InvalidRequestError, match=said) as caught:
            client.v1.products.update(product, {"default_price": price})
        assert caught.value.param == "default_price"
    assert client.v1.products.update(product, {"default_price": own.id}).default_price == own.id
    with pytest.raises(stripe.InvalidRequestError, match="cannot be archived"):
        client.v1.prices.update(own.id, {"active": False})
    assert client.v1.products.update(product, {"default_price": ""}).default_price is None
    assert client.v1.prices.update(own.id, {"active": False}).active is False


def test_a_product_without_prices_can_be_deleted(noon: ClockedServer) -> None:
    client = noon.client()
    product = create_product(client)
    gone = {"id": product, "object": "product", "deleted": True}
    assert client.v1.products.delete(product).to_dict() == gone
    for ask in (client.v1.products.retrieve, client.v1.products.update, client.v1.products.delete):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            ask(product)
        assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")


def test_a_product_with_a_price_cannot_be_deleted(noon: ClockedServer) -> None:
    client = noon.client()
    product = create_product(client)
    create_price(client, product=product, active=False)
    with pytest.raises(stripe.InvalidRequestError, match="cannot be deleted"):
        client.v1.products.delete(product)
    assert client.v1.products.retrieve(product).id == product


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, [3, 2, 1, 0]),
        ({"active": True}, [3, 2, 0]),
        ({"shippable": True}, [2]),
        ({"url": "https://example.com"}, [3]),
        ({"created": {"gte": NOON + 60, "lt": NOON + 180}}, [2, 1]),
        ({"created": NOON}, [0]),
        ({"type": "service", "limit": 1}, [3]),
        ({"type": "good"}, []),
    ],
)
def test_list_filters(params: Any, expected: list[int], clocked: ClockedServer) -> None:
    client = clocked.client()
    made = []
    more: Any = ({}, {"active": False}, {"shippable": True}, {"url": "https://example.com"})
    for others in more:
        made.append(create_product(client, **others))
        clocked.clock.advance(seconds=60)
    listed = client.v1.products.list(params)
    assert [one.id for one in listed.data] == [made[index] for index in expected]
    two = client.v1.products.list({"ids": [made[1], "prod_none", made[0]]})
    assert [one.id for one in two.data] == [made[1], made[0]]


def test_lists_are_paged_by_the_sdk(clocked: ClockedServer) -> None:
    client = clocked.client()
    made = [create_product(client) for _ in range(5)]
    listed = client.v1.products.list({"limit": 2})
    assert [one.id for one in listed.auto_paging_iter()] == made[::-1]

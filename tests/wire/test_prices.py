"""Prices: what they cost, what may change, what is shown when, and lists."""

from decimal import Decimal
from typing import Any

import pytest
import stripe

from tests.wire.clocked import NOON, ClockedServer
from tests.wire.prices import (
    TIERS,
    create_price,
    create_product,
    create_tiered,
    metered,
)
from tests.wire.world import create_meter


def test_a_price_answers_with_everything_that_was_set(noon: ClockedServer) -> None:
    client = noon.client()
    product = create_product(client)
    params: Any = {
        "currency": "usd",
        "product": product,
        "lookup_key": "seats_monthly",
        "metadata": {"a": "1"},
        "nickname": "Seats",
        "recurring": {"interval": "month", "interval_count": 3, "trial_period_days": 14},
        "tax_behavior": "exclusive",
        "transform_quantity": {"divide_by": 10, "round": "up"},
        "unit_amount": 2_000,
    }
    found = client.v1.prices.create(params).to_dict()
    recurring = {**params["recurring"], "usage_type": "licensed", "meter": None}
    expected = {**params, "recurring": recurring}
    assert {name: found[name] for name in params} == expected
    assert (found["unit_amount_decimal"], found["type"]) == (Decimal(2_000), "recurring")
    assert (found["created"], found["active"], found["livemode"]) == (NOON, True, False)
    assert {"tiers", "currency_options"}.isdisjoint(found)
    assert client.v1.prices.retrieve(found["id"]).to_dict() == found


@pytest.mark.parametrize(
    ("sent", "whole", "spelled"),
    [
        ({"unit_amount": 0}, 0, "0"),
        ({"unit_amount_decimal": "0.000000000001"}, None, "0.000000000001"),
        ({"unit_amount_decimal": "2.50"}, None, "2.5"),
        ({"unit_amount_decimal": "1e3"}, 1_000, "1000"),
        ({"unit_amount": 999_999_999_999}, 999_999_999_999, "999999999999"),
    ],
)
def test_an_amount_with_a_fraction_stands_as_a_decimal_only(
    sent: Any, whole: int | None, spelled: str, noon: ClockedServer
) -> None:
    price = create_price(noon.client(), **sent)
    assert (price.unit_amount, price["unit_amount_decimal"]) == (whole, Decimal(spelled))
    assert (price.type, price.recurring) == ("one_time", None)


def test_tiers_are_shown_when_they_are_expanded(noon: ClockedServer) -> None:
    client = noon.client()
    meter = create_meter(client)
    price = create_tiered(client, meter, expand=["tiers"])
    shown: Any = price.to_dict()["tiers"]
    assert [(one["up_to"], one["unit_amount"], one["flat_amount"]) for one in shown] == [
        (1_000, 0, None),
        (10_000, None, None),
        (None, None, 300),
    ]
    assert [one["unit_amount_decimal"] for one in shown] == [
        Decimal(0),
        Decimal("0.5"),
        Decimal("0.25"),
    ]
    assert (price.billing_scheme, price.tiers_mode, price.unit_amount) == (
        "tiered",
        "graduated",
        None,
    )
    assert "tiers" not in client.v1.prices.retrieve(price.id)
    listed = client.v1.prices.list({"expand": ["data.tiers"], "recurring": {"meter": meter.id}})
    assert [one.to_dict()["tiers"] for one in listed.data] == [shown]


def test_a_price_may_have_amounts_in_several_currencies(noon: ClockedServer) -> None:
    client = noon.client()
    price = create_price(
        client,
        unit_amount=100,
        currency_options={"eur": {"unit_amount": 90}, "jpy": {"unit_amount_decimal": "15.5"}},
        expand=["currency_options"],
    )
    options: Any = price.to_dict()["currency_options"]
    assert {code: one["unit_amount_decimal"] for code, one in options.items()} == {
        "usd": "100",
        "eur": "90",
        "jpy": "15.5",
    }
    more: Any = {
        "currency_options": {"gbp": {"unit_amount": 80, "tax_behavior": "inclusive"}},
        "expand": ["currency_options"],
    }
    added: Any = client.v1.prices.update(price.id, more).to_dict()["currency_options"]
    assert list(added) == ["usd", "eur", "jpy", "gbp"]
    assert added["gbp"]["tax_behavior"] == "inclusive"
    with pytest.raises(stripe.InvalidRequestError, match="is fixed") as caught:
        client.v1.prices.update(price.id, {"currency_options": {"eur": {"unit_amount": 1}}})
    assert caught.value.param == "currency_options[eur]"


def test_tiers_in_several_currencies_are_shown_with_them(noon: ClockedServer) -> None:
    client = noon.client()
    price = create_tiered(
        client,
        create_meter(client),
        currency_options={"eur": {"tiers": TIERS}},
        expand=["currency_options.tiers", "tiers"],
    ).to_dict()
    options: Any = price["currency_options"]
    assert options["eur"]["tiers"] == options["usd"]["tiers"]
    amounts = [one["unit_amount_decimal"] for one in options["eur"]["tiers"]]
    tiers: Any = price["tiers"]
    assert [Decimal(one) for one in amounts] == [one["unit_amount_decimal"] for one in tiers]


def test_a_price_makes_its_product(noon: ClockedServer) -> None:
    client = noon.client()
    data: Any = {"name": "Llama AI", "unit_label": "token", "metadata": {"a": "1"}}
    price = create_price(client, product_data=data, expand=["product"])
    product: Any = price.product
    assert (product.name, product.unit_label, product.metadata.to_dict()) == (
        "Llama AI",
        "token",
        {"a": "1"},
    )
    assert client.v1.prices.retrieve(price.id).product == product.id


def test_a_price_for_a_part_of_the_usage_echoes_its_filters(noon: ClockedServer) -> None:
    client = noon.client()
    meter = create_meter(client, dimension_payload_keys=["model", "type"])
    one = create_price(client, recurring=metered(meter, model="opus"))
    several = create_price(
        client, recurring=metered(meter, type=["output", "input", "output"], model=["haiku"])
    )
    plain = create_price(client, recurring=metered(meter))
    found: Any = [price.to_dict()["recurring"] for price in (one, several, plain)]
    assert found[0]["dimension_filters"] == {"model": ["opus"]}
    assert found[1]["dimension_filters"] == {"model": ["haiku"], "type": ["input", "output"]}
    assert "dimension_filters" not in found[2]


def test_update_changes_labels_and_nothing_that_costs(noon: ClockedServer) -> None:
    client = noon.client()
    before = create_price(client, nickname="a", metadata={"a": "1"}).to_dict()
    refused: Any = {"unit_amount": 1}
    changed: Any = {"active": False, "nickname": "", "metadata": {"b": "2"}, "lookup_key": "upd"}
    after = client.v1.prices.update(before["id"], changed).to_dict()
    assert after == {
        **before,
        "active": False,
        "nickname": None,
        "metadata": {"a": "1", "b": "2"},
        "lookup_key": "upd",
    }
    with pytest.raises(stripe.InvalidRequestError, match="fixed for life"):
        client.v1.prices.update(before["id"], refused)


def test_tax_behavior_is_decided_once(noon: ClockedServer) -> None:
    client = noon.client()
    price = create_price(client)
    decided = client.v1.prices.update(price.id, {"tax_behavior": "inclusive"})
    assert (price.tax_behavior, decided.tax_behavior) == ("unspecified", "inclusive")
    assert client.v1.prices.update(price.id, {"tax_behavior": "inclusive"}) == decided
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.prices.update(price.id, {"tax_behavior": "exclusive"})
    assert caught.value.param == "tax_behavior"


def test_a_lookup_key_is_taken_over_only_when_that_is_asked_for(noon: ClockedServer) -> None:
    client = noon.client()
    first = create_price(client, lookup_key="moves")
    with pytest.raises(stripe.InvalidRequestError, match=first.id) as caught:
        create_price(client, lookup_key="moves")
    assert (caught.value.code, caught.value.param) == (None, "lookup_key")
    second = create_price(client, lookup_key="moves", transfer_lookup_key=True)
    assert client.v1.prices.retrieve(first.id).lookup_key is None
    back: Any = {"lookup_key": "moves", "transfer_lookup_key": True}
    assert client.v1.prices.update(first.id, back).lookup_key == "moves"
    assert client.v1.prices.update(first.id, back).lookup_key == "moves"
    listed = client.v1.prices.list({"lookup_keys": ["moves", "none"]})
    assert [one.id for one in listed.data] == [first.id]
    assert client.v1.prices.retrieve(second.id).lookup_key is None


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, [3, 2, 1, 0]),
        ({"active": False}, [3]),
        ({"currency": "EUR"}, [3]),
        ({"type": "one_time"}, [3, 0]),
        ({"type": "recurring"}, [2, 1]),
        ({"recurring": {"interval": "year"}}, [1]),
        ({"recurring": {"usage_type": "metered"}}, [2]),
        ({"created": {"gt": NOON}, "limit": 2}, [3, 2]),
    ],
)
def test_list_filters(params: Any, expected: list[int], clocked: ClockedServer) -> None:
    client = clocked.client()
    product, made = create_product(client), []
    kinds: Any = (
        {},
        {"recurring": {"interval": "year"}},
        {"recurring": metered(create_meter(client))},
        {"currency": "EUR", "active": False},
    )
    for kind in kinds:
        made.append(create_price(client, product=product, **kind).id)
        clocked.clock.advance(seconds=60)
    of_product: Any = {**params, "product": product}
    for asked in (params, of_product):
        listed = client.v1.prices.list(asked)
        assert [one.id for one in listed.data] == [made[index] for index in expected]
    of_other: Any = {**params, "product": create_product(client)}
    assert client.v1.prices.list(of_other).data == []


def test_prices_of_one_environment_are_not_seen_in_another(noon: ClockedServer) -> None:
    price = create_price(noon.client())
    sandbox = noon.client(noon.create_key("spring").secret)
    with pytest.raises(stripe.InvalidRequestError, match="No such price"):
        sandbox.v1.prices.retrieve(price.id)
    assert sandbox.v1.prices.list().data == []

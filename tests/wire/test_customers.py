"""Customers: every parameter, updates that set, keep and unset, deletion, lists."""

from typing import Any

import pytest
import stripe

from tests.wire.clocked import NOON, ClockedServer
from tests.wire.world import create_customer, create_meter, send, total

EVERYTHING: Any = {
    "address": {
        "city": "Åbo",
        "country": "FI",
        "line1": "Storgatan 1",
        "line2": "c/o & sons",
        "postal_code": "20100",
        "state": "",
    },
    "balance": -500,
    "business_name": "Bolaget",
    "description": "a + b = c; 100 %",
    "email": "ada@example.com",
    "individual_name": "Ada",
    "invoice_prefix": "ADA1",
    "invoice_settings": {
        "custom_fields": [{"name": "VAT", "value": "FI1"}, {"name": "PO", "value": "7"}],
        "default_payment_method": "pm_1",
        "footer": "Thank you",
        "rendering_options": {"amount_tax_display": "exclude_tax", "template": "inrtem_1"},
    },
    "metadata": {"a b": "1", "ключ": "✓"},
    "name": "Ada & Co",
    "next_invoice_sequence": 7,
    "phone": "+358 1",
    "preferred_locales": ["fi", "sv"],
    "shipping": {"address": {"city": "Åbo"}, "name": "Ada", "phone": "1"},
    "tax_exempt": "reverse",
}
UNSET: dict[str, Any] = {
    "address": None,
    "business_name": None,
    "description": None,
    "email": None,
    "individual_name": None,
    "name": None,
    "phone": None,
    "shipping": None,
}


def _empty_address(**fields: str) -> dict[str, str | None]:
    names = ("city", "country", "line1", "line2", "postal_code", "state")
    return {name: fields.get(name) for name in names}


def test_created_customer_answers_with_everything_that_was_set(noon: ClockedServer) -> None:
    client = noon.client()
    customer = client.v1.customers.create(EVERYTHING)
    found = customer.to_dict()
    expected = {
        **EVERYTHING,
        "address": {**EVERYTHING["address"], "state": None},
        "shipping": {**EVERYTHING["shipping"], "address": _empty_address(city="Åbo")},
    }
    assert {name: found[name] for name in expected} == expected
    assert (found["created"], found["livemode"], found["object"]) == (NOON, False, "customer")
    assert client.v1.customers.retrieve(customer.id).to_dict() == found


def test_update_keeps_what_it_does_not_name(noon: ClockedServer) -> None:
    client = noon.client()
    before = client.v1.customers.create(EVERYTHING).to_dict()
    after = client.v1.customers.update(
        before["id"],
        {"phone": "2", "metadata": {"new": "n", "a b": ""}, "invoice_settings": {"footer": "Bye"}},
    ).to_dict()
    assert after == {
        **before,
        "phone": "2",
        "metadata": {"ключ": "✓", "new": "n"},
        "invoice_settings": {**before["invoice_settings"], "footer": "Bye"},
    }


def test_empty_string_unsets_a_field(noon: ClockedServer) -> None:
    client = noon.client()
    before = client.v1.customers.create(EVERYTHING).to_dict()
    empty: Any = {**dict.fromkeys(UNSET, ""), "metadata": "", "tax_exempt": ""}
    after = client.v1.customers.update(before["id"], empty).to_dict()
    assert after == {**before, **UNSET, "metadata": {}, "tax_exempt": "none"}


def test_deleted_customer_says_so_takes_no_usage_and_keeps_its_past(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    send(client, meter, customer, "5", at=NOON - 60)
    gone = {"id": customer, "object": "customer", "deleted": True}
    assert client.v1.customers.delete(customer).to_dict() == gone
    assert client.v1.customers.retrieve(customer).to_dict() == gone
    with pytest.raises(stripe.InvalidRequestError, match=f"No such customer: '{customer}'"):
        send(client, meter, customer, "7", at=NOON - 60)
    assert total(client, meter, customer, NOON - 3_600, NOON) == 5


def test_deleted_customer_can_be_neither_changed_nor_deleted_again(noon: ClockedServer) -> None:
    client = noon.client()
    customer = create_customer(client)
    client.v1.customers.delete(customer)
    for name in ("update", "delete"):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            getattr(client.v1.customers, name)(customer)
        assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, [3, 2, 1]),
        ({"email": "a@example.com"}, [3, 1]),
        ({"email": "A@example.com"}, []),
        ({"created": NOON + 60}, [2]),
        ({"created": {"gt": NOON + 60}}, [3]),
        ({"created": {"gte": NOON + 60}}, [3, 2]),
        ({"created": {"lt": NOON + 60}}, [1]),
        ({"created": {"lte": NOON + 60}}, [2, 1]),
        ({"created": {"gt": NOON, "lt": NOON + 120}}, [2]),
        ({"email": "a@example.com", "created": {"lte": NOON + 60}}, [1]),
    ],
)
def test_list_filters_by_email_and_creation_and_leaves_out_the_deleted(
    params: Any, expected: list[int], clocked: ClockedServer
) -> None:
    client = clocked.client()
    deleted = client.v1.customers.create({"email": "a@example.com"}).id
    client.v1.customers.delete(deleted)
    made = [deleted]
    for email in ("a@example.com", "b@example.com", "a@example.com"):
        made.append(client.v1.customers.create({"email": email}).id)
        clocked.clock.advance(seconds=60)
    listed = client.v1.customers.list(params)
    assert [customer.id for customer in listed.data] == [made[index] for index in expected]

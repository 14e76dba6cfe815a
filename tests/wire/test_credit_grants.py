"""Credit grants through the official SDK: granting, changing, ending, listing."""

from typing import Any

import pytest
import stripe

from tests.wire.clocked import NOON, ClockedServer
from tests.wire.credits import METERED, amount, balances, create_price, grant, ledger, spend
from tests.wire.world import create_customer

DAY = 86_400


def test_a_grant_answers_with_everything_that_was_set(noon: ClockedServer) -> None:
    client = noon.client()
    customer, price = create_customer(client), create_price(client)
    sent: Any = {
        "customer": customer,
        "amount": amount(1_500),
        "applicability_config": {"scope": {"prices": [{"id": price}]}},
        "category": "promotional",
        "effective_at": NOON + DAY,
        "expires_at": NOON + 9 * DAY,
        "metadata": {"cost_basis": "0.9"},
        "name": "Welcome",
        "priority": 0,
    }
    made = client.v1.billing.credit_grants.create(sent)
    found = made.to_dict()
    assert {name: found[name] for name in sent} == {
        **sent,
        "applicability_config": {"scope": {"price_type": None, "prices": [{"id": price}]}},
    }
    rest = {name: value for name, value in found.items() if name not in sent}
    assert rest == {
        "id": made.id,
        "object": "billing.credit_grant",
        "created": NOON,
        "updated": NOON,
        "customer_account": None,
        "livemode": False,
        "test_clock": None,
        "voided_at": None,
    }
    assert made.id.startswith("credgr_")
    assert client.v1.billing.credit_grants.retrieve(made.id).to_dict() == found


def test_a_grant_has_stripes_defaults(noon: ClockedServer) -> None:
    client = noon.client()
    made = grant(client, create_customer(client)).to_dict()
    defaults = {
        "applicability_config": {"scope": {"price_type": "metered", "prices": None}},
        "category": "paid",
        "effective_at": NOON,
        "expires_at": None,
        "metadata": {},
        "name": None,
        "priority": 50,
    }
    assert {name: made[name] for name in defaults} == defaults


def test_an_update_moves_the_expiry_and_keeps_what_it_does_not_name(
    clocked: ClockedServer,
) -> None:
    client = clocked.client()
    credit_grants = client.v1.billing.credit_grants
    before = grant(client, create_customer(client), metadata={"a": "1"}).to_dict()
    clocked.clock.advance(seconds=60)
    moved = credit_grants.update(before["id"], {"expires_at": NOON + DAY}).to_dict()
    assert moved == {**before, "expires_at": NOON + DAY, "updated": NOON + 60}
    changed = credit_grants.update(before["id"], {"expires_at": "", "metadata": {"b": "2"}})
    assert changed.to_dict() == {**moved, "expires_at": None, "metadata": {"a": "1", "b": "2"}}


def test_expiring_a_grant_takes_what_is_left(clocked: ClockedServer) -> None:
    client = clocked.client()
    customer = create_customer(client)
    made = grant(client, customer)
    spend(clocked, customer, 300)
    clocked.clock.advance(seconds=60)
    ended = client.v1.billing.credit_grants.expire(made.id)
    assert (ended.expires_at, ended.updated, ended.voided_at) == (NOON + 60, NOON + 60, None)
    assert balances(client, customer) == [("usd", 0, 0)]
    assert ledger(client, customer) == [
        ("credits_expired", -700),
        ("credits_applied", -300),
        ("credits_granted", 1_000),
    ]


def test_voiding_a_grant_undoes_it(clocked: ClockedServer) -> None:
    client = clocked.client()
    customer = create_customer(client)
    made = grant(client, customer)
    clocked.clock.advance(seconds=60)
    ended = client.v1.billing.credit_grants.void_grant(made.id)
    assert (ended.expires_at, ended.updated, ended.voided_at) == (None, NOON + 60, NOON + 60)
    assert ledger(client, customer) == [("credits_voided", -1_000), ("credits_granted", 1_000)]


def test_a_grant_that_paid_for_something_is_not_voided(noon: ClockedServer) -> None:
    client = noon.client()
    customer = create_customer(client)
    made = grant(client, customer)
    spend(noon, customer, 1)
    with pytest.raises(stripe.InvalidRequestError, match="has paid for an invoice") as caught:
        client.v1.billing.credit_grants.void_grant(made.id)
    assert (caught.value.code, caught.value.param) == ("status_transition_invalid", "id")
    assert balances(client, customer) == [("usd", 999, 999)]


@pytest.mark.parametrize("ended", ["expire", "void_grant"])
def test_what_has_ended_does_not_end_again_and_keeps_its_expiry(
    ended: str, noon: ClockedServer
) -> None:
    client = noon.client()
    credit_grants = client.v1.billing.credit_grants
    made = grant(client, create_customer(client))
    getattr(credit_grants, ended)(made.id)
    for again in ("expire", "void_grant"):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            getattr(credit_grants, again)(made.id)
        assert caught.value.code == "status_transition_invalid"
    with pytest.raises(stripe.InvalidRequestError) as caught:
        credit_grants.update(made.id, {"expires_at": NOON + DAY})
    assert caught.value.param == "expires_at"
    noted = credit_grants.update(made.id, {"metadata": {"a": "1"}}).to_dict()
    assert noted["metadata"] == {"a": "1"}


def test_a_customer_has_at_most_a_hundred_unused_grants(noon: ClockedServer) -> None:
    client = noon.client()
    customer = create_customer(client)
    first, *_ = [grant(client, customer, 1) for _ in range(100)]
    with pytest.raises(stripe.InvalidRequestError, match="at most 100") as caught:
        grant(client, customer)
    assert caught.value.param == "customer"
    client.v1.billing.credit_grants.void_grant(first.id)
    assert grant(client, customer).amount.monetary is not None


def test_grants_are_listed_newest_first_and_by_customer(clocked: ClockedServer) -> None:
    client = clocked.client()
    one, other = create_customer(client), create_customer(client)
    made = [grant(client, customer).id for customer in (one, other, one)]
    credit_grants = client.v1.billing.credit_grants
    paged: Any = {"limit": 1}
    found = [one.id for one in credit_grants.list(paged).auto_paging_iter()]
    assert found == made[::-1]
    assert [one.id for one in credit_grants.list({"customer": one}).data] == [made[2], made[0]]


def test_the_customer_of_a_grant_is_expanded_when_asked_for(noon: ClockedServer) -> None:
    client = noon.client()
    customer = create_customer(client)
    made = grant(client, customer, expand=["customer"]).to_dict()
    whole = client.v1.customers.retrieve(customer).to_dict()
    assert made["customer"] == whole
    listed = client.v1.billing.credit_grants.list(
        {"customer": customer, "expand": ["data.customer"]}
    )
    assert [one["customer"] for one in listed.to_dict()["data"]] == [whole]


@pytest.mark.parametrize(
    ("price", "param", "message"),
    [
        (
            {"recurring": {"interval": "month"}},
            "applicability_config[scope][prices][1][id]",
            "no meter counts the units",
        ),
        ({"currency": "eur"}, "amount[monetary][currency]", "its currencies: eur"),
    ],
)
def test_credits_for_a_price_that_they_could_never_pay_are_refused(
    price: Any, param: str, message: str, noon: ClockedServer
) -> None:
    client = noon.client()
    ids = [{"id": create_price(client)}, {"id": create_price(client, **price)}]
    scope: Any = {"scope": {"prices": ids}}
    with pytest.raises(stripe.InvalidRequestError, match=message) as caught:
        grant(client, create_customer(client), applicability_config=scope)
    assert caught.value.param == param


def test_a_grant_belongs_to_its_environment(noon: ClockedServer) -> None:
    made = grant(noon.client(), create_customer(noon.client()))
    elsewhere = noon.client(noon.create_key("spring").secret)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        elsewhere.v1.billing.credit_grants.retrieve(made.id)
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")


def test_a_currency_may_be_spelled_in_capitals(noon: ClockedServer) -> None:
    client = noon.client()
    made = client.v1.billing.credit_grants.create(
        {
            "customer": create_customer(client),
            "amount": amount(5, "USD"),
            "applicability_config": METERED,
        }
    )
    assert made.to_dict()["amount"]["monetary"] == {"currency": "usd", "value": 5}

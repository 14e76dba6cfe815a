"""What a customer has left, and the ledger that says why, through the official SDK."""

from typing import Any

import pytest
import stripe

from tests.wire.clocked import NOON, ClockedServer
from tests.wire.credits import amount, balances, create_price, grant, ledger, spend
from tests.wire.world import create_customer

DAY = 86_400


def test_a_balance_is_what_was_granted_less_what_was_used(noon: ClockedServer) -> None:
    client = noon.client()
    customer = create_customer(client)
    grant(client, customer)
    grant(client, customer, amount=amount(70, "eur"))
    spend(noon, customer, 250)
    assert balances(client, customer) == [("eur", 70, 70), ("usd", 750, 750)]


def test_a_customer_without_grants_has_no_balance(noon: ClockedServer) -> None:
    client = noon.client()
    assert balances(client, create_customer(client)) == []


def test_what_is_not_in_effect_or_has_expired_is_not_available(clocked: ClockedServer) -> None:
    client = clocked.client()
    customer = create_customer(client)
    grant(client, customer, 5, effective_at=NOON + 2 * DAY)
    grant(client, customer, 30, expires_at=NOON + DAY)
    assert balances(client, customer) == [("usd", 30, 35)]
    clocked.clock.advance(seconds=2 * DAY)
    ((_, available, _),) = balances(client, customer)
    assert available == 5


def test_a_balance_is_asked_for_by_scope_or_by_grant(noon: ClockedServer) -> None:
    client = noon.client()
    customer = create_customer(client)
    first, second = create_price(client), create_price(client)
    grant(client, customer, 1)
    both: Any = {"scope": {"prices": [{"id": first}, {"id": second}]}}
    grant(client, customer, 20, applicability_config=both)
    last = grant(
        client, customer, 300, applicability_config={"scope": {"prices": [{"id": second}]}}
    )

    def scoped(*prices: str) -> list[tuple[str, int, int]]:
        scope = {"prices": [{"id": id} for id in prices]}
        return balances(client, customer, type="applicability_scope", applicability_scope=scope)

    assert balances(client, customer) == [("usd", 1, 1)]
    assert scoped(first) == [("usd", 21, 21)]
    assert scoped(second) == [("usd", 321, 321)]
    assert scoped(first, second) == [("usd", 21, 21)]
    one = balances(client, customer, type="credit_grant", credit_grant=last.id)
    assert one == [("usd", 300, 300)]


def test_the_customer_of_a_balance_is_expanded_when_asked_for(noon: ClockedServer) -> None:
    client = noon.client()
    customer = create_customer(client)
    made = grant(client, customer)
    asked: Any = {
        "customer": customer,
        "filter": {"type": "credit_grant", "credit_grant": made.id},
        "expand": ["customer"],
    }
    found = client.v1.billing.credit_balance_summary.retrieve(asked).to_dict()
    assert found["customer"] == client.v1.customers.retrieve(customer).to_dict()


def test_an_entry_names_its_grant_and_the_line_that_it_paid_for(noon: ClockedServer) -> None:
    client = noon.client()
    customer = create_customer(client)
    made = grant(client, customer, effective_at=NOON - DAY)
    spend(noon, customer, 40, invoice="in_paid")
    transactions = client.v1.billing.credit_balance_transactions
    debit, credit = (one.to_dict() for one in transactions.list({"customer": customer}).data)
    assert debit == {
        "id": debit["id"],
        "object": "billing.credit_balance_transaction",
        "created": NOON,
        "credit": None,
        "credit_grant": made.id,
        "debit": {
            "amount": amount(40),
            "credits_applied": {"invoice": "in_paid", "invoice_line_item": "il_1"},
            "type": "credits_applied",
        },
        "effective_at": NOON,
        "livemode": False,
        "test_clock": None,
        "type": "debit",
    }
    assert (credit["effective_at"], credit["debit"], credit["credit"]) == (
        NOON - DAY,
        None,
        {
            "amount": amount(1_000),
            "credits_application_invoice_voided": None,
            "type": "credits_granted",
        },
    )
    assert transactions.retrieve(debit["id"]).to_dict() == debit
    expanded = transactions.retrieve(debit["id"], {"expand": ["credit_grant"]}).to_dict()
    assert expanded["credit_grant"] == made.to_dict()


def test_the_ledger_is_listed_by_customer_and_by_grant(noon: ClockedServer) -> None:
    client = noon.client()
    customer = create_customer(client)
    first, second = grant(client, customer, 1), grant(client, customer, 2)
    grant(client, create_customer(client), 3)
    client.v1.billing.credit_grants.void_grant(first.id)
    granted = [("credits_granted", 2), ("credits_granted", 1)]
    assert ledger(client, customer, limit=1) == [("credits_voided", -1), *granted]
    assert ledger(client, customer, credit_grant=second.id) == [("credits_granted", 2)]


@pytest.mark.parametrize("method", ["retrieve", "list"])
def test_nothing_is_found_in_another_environment(method: str, noon: ClockedServer) -> None:
    client = noon.client()
    customer = create_customer(client)
    grant(client, customer)
    (entry,) = client.v1.billing.credit_balance_transactions.list({"customer": customer}).data
    elsewhere = noon.client(noon.create_key("autumn").secret).v1.billing
    transactions: Any = elsewhere.credit_balance_transactions
    asked = entry.id if method == "retrieve" else {"customer": customer}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        getattr(transactions, method)(asked)
    assert caught.value.code == "resource_missing"

"""Customers: found, and shown with all that they used, owe and have left."""

import stripe

from tests.dashboard.billed import VALUES, billed
from tests.dashboard.visitor import Visitor


def test_customers_are_found_by_name_address_and_id(
    developer: Visitor, client: stripe.StripeClient
) -> None:
    books = billed(client, name="Quipu Weavers")
    for query in ("quipu", "BILLS@cusco", books.customer):
        rows = developer.get(f"/test/customers.json?q={query}").json()["customers"]["rows"]
        assert books.customer in [one["id"] for one in rows], query
    assert developer.get("/test/customers.json?q=nobody+is").json()["customers"]["found"] == 0
    page = developer.get(f"/test/search?q={books.customer}").text
    assert f'href="/test/customers/{books.customer}"' in page


def test_a_customer_shows_usage_subscriptions_and_invoices(
    developer: Visitor, client: stripe.StripeClient
) -> None:
    books = billed(client)
    data = developer.get(f"/test/customers/{books.customer}.json").json()
    (used,) = data["meters"]
    assert (used["id"], used["value"]) == (books.meter, str(sum(VALUES)))
    assert data["chart"]["total"] == str(sum(VALUES))
    (subscription,) = data["subscriptions"]
    assert subscription["prices"] == {books.price: "Model units"}
    assert [one["id"] for one in data["invoices"]] == [books.invoice]
    assert developer.get(f"/test/customers/{books.customer}").status_code == 200
    table = developer.get(f"/test/customers/{books.customer}.csv").text.splitlines()
    assert sorted(line.partition(",")[2] for line in table[1:] if not line.endswith(",0")) == (
        sorted(str(value) for value in VALUES)
    )


def test_the_bill_so_far_follows_usage_and_takes_credits_at_once(
    developer: Visitor, client: stripe.StripeClient
) -> None:
    books = billed(client)
    path = f"/test/customers/{books.customer}"
    before = developer.get(f"{path}.json").json()["account"]
    assert [one["subtotal"] for one in before["bills"]] == [0]
    client.v1.billing.credit_grants.create(
        {
            "customer": books.customer,
            "name": "Welcome",
            "category": "promotional",
            "amount": {"type": "monetary", "monetary": {"currency": "usd", "value": 500}},
            "applicability_config": {"scope": {"price_type": "metered"}},
        }
    )
    event_name = client.v1.billing.meters.retrieve(books.meter).event_name
    client.v1.billing.meter_events.create(
        {
            "event_name": event_name,
            "payload": {"stripe_customer_id": books.customer, "value": "2000"},
        }
    )
    account = developer.get(f"{path}.json").json()["account"]
    (bill,) = account["bills"]
    assert (bill["subtotal"], bill["credited"], bill["due"]) == (200, 200, 0)
    (credit,) = account["credits"]
    assert (credit["balance"], credit["live"], credit["state"]) == (500, 300, "available")
    page = developer.get(path).text
    assert "3.00 USD</strong> left of 5.00 USD" in page


def test_a_deleted_customer_and_one_of_a_deleted_clock_are_still_shown(
    developer: Visitor, client: stripe.StripeClient
) -> None:
    clock = client.v1.test_helpers.test_clocks.create({"frozen_time": 1_700_000_000})
    timed = client.v1.customers.create({"name": "Of a clock", "test_clock": clock.id})
    assert "at 2023-11-14" in developer.get(f"/test/customers/{timed.id}").text
    client.v1.test_helpers.test_clocks.delete(clock.id)
    gone = client.v1.customers.create({"name": "Gone soon"})
    client.v1.customers.delete(gone.id)
    for id in (timed.id, gone.id):
        page = developer.get(f"/test/customers/{id}")
        assert (page.status_code, "deleted" in page.text) == (200, True)
    assert developer.get("/test/customers/cus_nobody").status_code == 404

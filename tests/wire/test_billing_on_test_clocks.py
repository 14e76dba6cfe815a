"""What falls due while a test clock is advanced: all of it, in order, at its own moment."""

from typing import Any

import pytest
import stripe

from tests.wire.clocked import NOON, ClockedServer
from tests.wire.world import create_meter, send

DAY, HOUR = 86_400, 3_600
START = NOON + 1_000 * DAY
"""2029-06-18 12:00:00 UTC, where the clocks here stand at first."""

YEAR = 365 * DAY


def create_price(client: stripe.StripeClient, meter: str) -> str:
    params: Any = {
        "currency": "usd",
        "unit_amount": 2,
        "recurring": {"interval": "month", "usage_type": "metered", "meter": meter},
        "product_data": {"name": "Tokens"},
    }
    return client.v1.prices.create(params).id


def create_clock(client: stripe.StripeClient) -> str:
    return client.v1.test_helpers.test_clocks.create({"frozen_time": START}).id


def subscribe(client: stripe.StripeClient, clock: str, price: str) -> tuple[str, str]:
    """A customer on a clock and its subscription."""
    customer = client.v1.customers.create({"test_clock": clock}).id
    params: Any = {"customer": customer, "items": [{"price": price}]}
    return customer, client.v1.subscriptions.create(params).id


def advance(server: ClockedServer, clock: str, to: int) -> None:
    clocks = server.client().v1.test_helpers.test_clocks
    clocks.advance(clock, {"frozen_time": to})
    server.run_due()
    found = clocks.retrieve(clock)
    assert (found.status, found.frozen_time) == ("ready", to)


def invoices(client: stripe.StripeClient, subscription: str) -> list[stripe.Invoice]:
    """A subscription's invoices, the oldest first."""
    listed = client.v1.invoices.list({"subscription": subscription, "limit": 100})
    return list(listed.auto_paging_iter())[::-1]


def test_a_year_in_one_request_closes_twelve_months_each_at_its_moment(
    noon: ClockedServer,
) -> None:
    client = noon.client()
    meter, clock = create_meter(client), create_clock(client)
    customer, subscription = subscribe(client, clock, create_price(client, meter.id))
    send(client, meter, customer, "21")
    advance(noon, clock, START + YEAR)
    made = invoices(client, subscription)
    assert [one.amount_due for one in made] == [42, *[0] * 11]
    assert [one.created for one in made] == [one.period_end for one in made]
    assert [one.period_start for one in made[1:]] == [one.period_end for one in made[:-1]]
    assert (made[0].period_start, made[-1].period_end) == (START, START + YEAR)
    finalized = [one.status_transitions.finalized_at for one in made]
    assert finalized == [*(one.period_end + HOUR for one in made[:-1]), None]


def test_all_customers_of_a_clock_are_billed_and_nobody_else(noon: ClockedServer) -> None:
    client = noon.client()
    meter = create_meter(client)
    price = create_price(client, meter.id)
    clock, other = create_clock(client), create_clock(client)
    together = [subscribe(client, clock, price) for _ in range(20)]
    _, apart = subscribe(client, other, price)
    for number, (customer, _) in enumerate(together):
        send(client, meter, customer, str(number))
    advance(noon, clock, START + 40 * DAY)
    billed = [invoices(client, subscription) for _, subscription in together]
    assert [[one.total for one in made] for made in billed] == [[2 * n] for n in range(20)]
    assert invoices(client, apart) == []


def test_credits_expire_at_their_moment_on_the_clock(noon: ClockedServer) -> None:
    client = noon.client()
    clock = create_clock(client)
    customer = client.v1.customers.create({"test_clock": clock}).id
    grant = client.v1.billing.credit_grants.create(
        {
            "customer": customer,
            "amount": {"type": "monetary", "monetary": {"currency": "usd", "value": 500}},
            "applicability_config": {"scope": {"price_type": "metered"}},
            "expires_at": START + 10 * DAY,
        }
    )
    advance(noon, clock, START + 10 * DAY - 1)
    transactions = client.v1.billing.credit_balance_transactions
    assert len(transactions.list({"customer": customer}).data) == 1
    advance(noon, clock, START + 30 * DAY)
    expired, _ = transactions.list({"customer": customer, "credit_grant": grant.id}).data
    assert expired.debit is not None
    assert (expired.debit.type, expired.created) == ("credits_expired", START + 10 * DAY)


def test_deleted_clock_leaves_no_subscription_invoice_or_credit(noon: ClockedServer) -> None:
    client = noon.client()
    meter, clock = create_meter(client), create_clock(client)
    customer, subscription = subscribe(client, clock, create_price(client, meter.id))
    grant = client.v1.billing.credit_grants.create(
        {
            "customer": customer,
            "amount": {"type": "monetary", "monetary": {"currency": "usd", "value": 500}},
            "applicability_config": {"scope": {"price_type": "metered"}},
        }
    )
    advance(noon, clock, START + 40 * DAY)
    (invoice,) = invoices(client, subscription)
    client.v1.test_helpers.test_clocks.delete(clock)
    noon.run_due()
    for retrieve, id in (
        (client.v1.subscriptions.retrieve, subscription),
        (client.v1.invoices.retrieve, invoice.id),
        (client.v1.billing.credit_grants.retrieve, grant.id),
    ):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            retrieve(id)
        assert caught.value.http_status == 404

"""Credits pay invoices, come back from voided ones, and expire."""

import pytest
import stripe

from tests.wire.billing_world import DAY, HOUR, create_world
from tests.wire.clocked import NOON, ClockedServer
from tests.wire.credits import balances, grant, ledger
from tests.wire.test_test_clocks import LATER, advance, create_clock, create_clocked
from tests.wire.world import create_customer, send

MONTH = 30 * DAY


def test_an_invoice_is_paid_by_credits_first_and_says_which(clocked: ClockedServer) -> None:
    world = create_world(clocked)
    made = grant(world.client, world.customer, 8)
    send(world.client, world.meter, world.customer, "3", at=NOON)
    world.advance(MONTH)
    world.advance(HOUR)
    (invoice,) = world.invoices()
    assert (invoice.subtotal, invoice.total, invoice.amount_due) == (15, 7, 7)
    line = invoice.lines.data[0].to_dict()
    entry, _ = world.client.v1.billing.credit_balance_transactions.list(
        {"customer": world.customer}
    ).data
    assert (entry.credit_grant, entry.created) == (made.id, NOON + MONTH + HOUR)
    assert entry.to_dict()["debit"]["credits_applied"] == {
        "invoice": invoice.id,
        "invoice_line_item": line["id"],
    }
    (paid,) = line["pretax_credit_amounts"]
    assert (paid["amount"], paid["credit_balance_transaction"]) == (8, entry.id)
    assert balances(world.client, world.customer) == [("usd", 0, 0)]


def test_the_invoice_finalized_first_has_the_first_claim(clocked: ClockedServer) -> None:
    world = create_world(clocked)
    grant(world.client, world.customer, 20)
    for days in (0, 31):
        send(world.client, world.meter, world.customer, "3", at=world.server.now())
        world.advance(MONTH if days == 0 else 31 * DAY)
    world.advance(HOUR)
    assert [one.amount_due for one in world.invoices()] == [10, 0]


def test_a_voided_invoice_gives_its_credits_back_once(clocked: ClockedServer) -> None:
    world = create_world(clocked)
    grant(world.client, world.customer, 8)
    send(world.client, world.meter, world.customer, "3", at=NOON)
    world.advance(MONTH)
    world.advance(HOUR)
    (invoice,) = world.invoices()
    world.client.v1.invoices.void_invoice(invoice.id)
    assert balances(world.client, world.customer) == [("usd", 8, 8)]
    assert ledger(world.client, world.customer) == [
        ("credits_application_invoice_voided", 8),
        ("credits_applied", -8),
        ("credits_granted", 8),
    ]


def test_what_comes_back_past_its_expiry_is_gone_at_once(clocked: ClockedServer) -> None:
    world = create_world(clocked)
    grant(world.client, world.customer, 8, expires_at=NOON + MONTH + DAY)
    send(world.client, world.meter, world.customer, "3", at=NOON)
    world.advance(MONTH)
    world.advance(2 * DAY)
    (invoice,) = world.invoices()
    world.client.v1.invoices.void_invoice(invoice.id)
    assert balances(world.client, world.customer) == [("usd", 0, 0)]
    assert ledger(world.client, world.customer)[:2] == [
        ("credits_expired", -8),
        ("credits_application_invoice_voided", 8),
    ]


def test_credits_expire_at_their_moment_and_move_with_it(clocked: ClockedServer) -> None:
    client = clocked.client()
    customer = create_customer(client)
    made = grant(client, customer, 8, expires_at=NOON + HOUR)
    client.v1.billing.credit_grants.update(made.id, {"expires_at": NOON + DAY})
    for _ in range(2):
        clocked.clock.advance(seconds=HOUR)
        clocked.run_due()
    assert balances(client, customer) == [("usd", 8, 8)]
    clocked.clock.advance(seconds=DAY)
    clocked.run_due()
    clocked.run_due()
    assert ledger(client, customer) == [("credits_expired", -8), ("credits_granted", 8)]


def test_credits_that_expire_in_the_grace_period_pay_for_the_period_before(
    clocked: ClockedServer,
) -> None:
    world = create_world(clocked)
    grant(world.client, world.customer, 20, expires_at=NOON + MONTH + HOUR // 2)
    send(world.client, world.meter, world.customer, "3", at=NOON)
    world.advance(MONTH)
    world.advance(HOUR // 2)
    assert balances(world.client, world.customer) == [("usd", 0, 20)]
    world.advance(HOUR // 2)
    (invoice,) = world.invoices()
    assert (invoice.subtotal, invoice.amount_due) == (15, 0)
    world.advance(HOUR)
    assert ledger(world.client, world.customer) == [
        ("credits_expired", -5),
        ("credits_applied", -15),
        ("credits_granted", 20),
    ]


def test_credits_of_a_clocked_customer_live_on_the_clock(clocked: ClockedServer) -> None:
    client = clocked.client()
    clock = create_clock(client)
    customer = create_clocked(client, clock)
    made = grant(client, customer, 8, expires_at=LATER + DAY, expand=["test_clock"]).to_dict()
    assert (made["created"], made["effective_at"]) == (LATER, LATER)
    assert made["test_clock"] == client.v1.test_helpers.test_clocks.retrieve(clock).to_dict()
    assert client.v1.billing.credit_grants.list().data == []
    advance(clocked, clock, LATER + 2 * DAY)
    gone, _ = client.v1.billing.credit_balance_transactions.list({"customer": customer}).data
    assert (gone.created, gone.effective_at, gone.test_clock) == (LATER + DAY, LATER + DAY, clock)
    assert balances(client, customer) == [("usd", 0, 0)]


def test_credits_go_with_their_test_clock(clocked: ClockedServer) -> None:
    client = clocked.client()
    clock = create_clock(client)
    customer = create_clocked(client, clock)
    made = grant(client, customer, expires_at=LATER + DAY)
    client.v1.test_helpers.test_clocks.delete(clock)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.billing.credit_grants.retrieve(made.id)
    assert caught.value.http_status == 404
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        balances(client, customer)
    assert ledger(client, customer) == []

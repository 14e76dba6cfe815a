"""From usage to invoice: what a period's usage comes to, when, and who pays for it."""

from decimal import Decimal
from typing import Any

import pytest
import stripe

from tests.wire.billing_world import DAY, HOUR, create_world, graduated
from tests.wire.clocked import NOON, ClockedServer
from tests.wire.world import send

MONTH = 30 * DAY
"""From 22 September to 22 October."""


def test_a_period_is_billed_in_arrears_and_finalized_an_hour_later(clocked: ClockedServer) -> None:
    world = create_world(clocked)
    send(world.client, world.meter, world.customer, "3", at=NOON)
    world.advance(MONTH)
    (draft,) = world.invoices()
    assert (draft.status, draft.billing_reason, draft.amount_due) == (
        "draft",
        "subscription_cycle",
        15,
    )
    assert (draft.period_start, draft.period_end) == (NOON, NOON + MONTH)
    assert draft.automatically_finalizes_at == NOON + MONTH + HOUR
    world.advance(HOUR)
    (invoice,) = world.invoices()
    assert (invoice.status, invoice.amount_due, invoice.amount_remaining) == ("open", 15, 15)
    assert invoice.number is not None
    assert invoice.number.endswith("-0001")
    assert invoice.status_transitions.finalized_at == NOON + MONTH + HOUR
    line = invoice.lines.data[0]
    assert (line.amount, line.quantity, line.quantity_decimal) == (15, 3, Decimal(3))
    assert (line.period.start, line.period.end) == (NOON, NOON + MONTH)
    assert line.parent is not None
    assert line.parent.type == "subscription_item_details"


def test_usage_that_comes_in_the_grace_period_is_on_the_invoice(clocked: ClockedServer) -> None:
    world = create_world(clocked, **graduated())
    send(world.client, world.meter, world.customer, "100", at=NOON)
    world.advance(MONTH)
    (draft,) = world.invoices()
    ids = [line.id for line in draft.lines.data]
    send(world.client, world.meter, world.customer, "20", at=NOON + DAY)
    world.advance(HOUR)
    (invoice,) = world.invoices()
    assert [line.amount for line in invoice.lines.data] == [1_000, 50, 500]
    assert [line.id for line in invoice.lines.data][: len(ids)] == ids
    assert (invoice.subtotal, invoice.total) == (1_550, 1_550)


def test_an_event_on_a_boundary_belongs_to_the_period_that_begins(clocked: ClockedServer) -> None:
    world = create_world(clocked)
    world.advance(MONTH)
    for moment, value in ((-1, "1"), (0, "10")):
        send(world.client, world.meter, world.customer, value, at=NOON + MONTH + moment)
    world.advance(31 * DAY)
    world.advance(HOUR)
    assert [one.amount_due for one in world.invoices()] == [50, 5]


def test_periods_missed_while_the_server_was_down_have_an_invoice_each(
    clocked: ClockedServer,
) -> None:
    world = create_world(clocked)
    send(world.client, world.meter, world.customer, "2", at=NOON)
    world.advance(100 * DAY)
    invoices = world.invoices()
    assert [one.amount_due for one in invoices] == [0, 0, 10]
    assert [one.period_start for one in invoices[:-1]] == [one.period_end for one in invoices[1:]]


def test_nothing_due_is_paid_at_once(clocked: ClockedServer) -> None:
    world = create_world(clocked)
    world.advance(MONTH)
    world.advance(HOUR)
    (invoice,) = world.invoices()
    assert (invoice.status, invoice.amount_due, invoice.total) == ("paid", 0, 0)


def test_the_balance_of_a_customer_pays_first(clocked: ClockedServer) -> None:
    world = create_world(clocked)
    world.client.v1.customers.update(world.customer, {"balance": -10})
    send(world.client, world.meter, world.customer, "3", at=NOON)
    world.advance(MONTH)
    world.advance(HOUR)
    (invoice,) = world.invoices()
    assert (invoice.total, invoice.starting_balance, invoice.ending_balance) == (15, -10, 0)
    assert (invoice.amount_due, invoice.status) == (5, "open")
    assert world.client.v1.customers.retrieve(world.customer).balance == 0


def test_credits_pay_for_metered_lines_and_come_back_when_it_is_voided(
    clocked: ClockedServer,
) -> None:
    world = create_world(clocked)
    grant: Any = {
        "customer": world.customer,
        "amount": {"type": "monetary", "monetary": {"currency": "usd", "value": 12}},
        "applicability_config": {"scope": {"price_type": "metered"}},
    }
    world.client.v1.billing.credit_grants.create(grant)
    send(world.client, world.meter, world.customer, "3", at=NOON)
    world.advance(MONTH)
    (draft,) = world.invoices()
    assert draft.amount_due == 3
    world.advance(HOUR)
    (invoice,) = world.invoices()
    assert (invoice.subtotal, invoice.total, invoice.amount_due) == (15, 3, 3)
    assert invoice.total_pretax_credit_amounts is not None
    (credit,) = invoice.total_pretax_credit_amounts
    assert (credit.amount, credit.type) == (12, "credit_balance_transaction")
    assert _credits(world.client, world.customer) == 0
    voided = world.client.v1.invoices.void_invoice(invoice.id)
    assert voided.status == "void"
    assert _credits(world.client, world.customer) == 12


def _credits(client: stripe.StripeClient, customer: str) -> int:
    params: Any = {
        "customer": customer,
        "filter": {"type": "applicability_scope", "applicability_scope": {"price_type": "metered"}},
    }
    summary = client.v1.billing.credit_balance_summary.retrieve(params)
    amount = summary.balances[0].available_balance.monetary
    assert amount is not None
    return amount.value


@pytest.mark.parametrize("interval", ["day", "week", "month", "year"])
def test_each_interval_bills_all_of_its_usage(interval: str, clocked: ClockedServer) -> None:
    world = create_world(clocked, interval=interval, unit_amount=1)
    for _ in range(10):
        send(world.client, world.meter, world.customer, "1", at=clocked.now())
        world.advance(HOUR)
    world.advance(366 * DAY)
    assert sum(one.total for one in world.invoices()) == 10

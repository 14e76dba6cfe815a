"""A year of a subscription on a test clock, through the official SDK, against hand arithmetic.

Anchored on 31 January at 10:00, so that its months end on 28 February, 31 March and
so on.
Two seats at $20.00 are paid in advance. Tokens are paid in arrears:

    the first 1,000 a month     free
    the next 9,000              0.5 cents each
    what is above 10,000        0.25 cents each, and $3.00 for getting there

On 10 July the tokens' price changes to one cent each, and nothing is free any more. $15.00 of
credits, granted on the first day, pay for tokens only.
"""

from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from tests.wire.clocked import ClockedServer
from tests.wire.world import create_meter, send


def moment(month: int, day: int, hour: int = 10, *, year: int = 2026) -> int:
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp())


ENDS = [
    *(moment(month, day) for month, day in zip(range(2, 7), (28, 31, 30, 31, 30), strict=True)),
    *(
        moment(month, day)
        for month, day in zip(range(7, 13), (31, 31, 30, 31, 30, 31), strict=True)
    ),
    moment(1, 31, year=2027),
]
"""Where each of the twelve months ends."""

SEATS = 2 * 2_000

EXPECTED = [
    # The last day is not in the month that ends at its tenth hour, and is in the next.
    # February: 12,000.5 tokens
    #   1,000 × 0                       0
    #   9,000 × 0.5              4,500
    #   2,000.5 × 0.25             500    (500.125, rounded half away from zero)
    #   flat fee of tier 3         300    together 5,300; credits pay 1,500 of it
    {"lines": [0, 4_500, 500, 300, SEATS], "credits": 1_500, "due": 7_800},
    # March: 1,001 tokens, of which one costs 0.5 cents: 1 cent
    {"lines": [0, 1, SEATS], "credits": 0, "due": 4_001},
    # April: 1,000 tokens, all free
    {"lines": [0, SEATS], "credits": 0, "due": 4_000},
    # May: no tokens at all
    {"lines": [0, SEATS], "credits": 0, "due": 4_000},
    # June: 10,000 tokens: 9,000 × 0.5 = 4,500, and the third tier is not reached
    {"lines": [0, 4_500, SEATS], "credits": 0, "due": 8_500},
    # July: 3,000 tokens until the 10th: 2,000 × 0.5 = 1,000; then 700 × 1 = 700
    {"lines": [0, 1_000, 700, SEATS], "credits": 0, "due": 5_700},
    # August: 10,001, corrected by 1, = 10,000 × 1
    {"lines": [10_000, SEATS], "credits": 0, "due": 14_000},
    # September: 0.4 tokens: 0.4 cents, rounded to nothing
    {"lines": [0, SEATS], "credits": 0, "due": 4_000},
    # October: 0.5 tokens: half a cent, rounded away from zero
    {"lines": [1, SEATS], "credits": 0, "due": 4_001},
    # November: 5 tokens less than none bill a quantity of 0
    {"lines": [0, SEATS], "credits": 0, "due": 4_000},
    # December: 25 tokens
    {"lines": [25, SEATS], "credits": 0, "due": 4_025},
    # January: 1 token, and nothing after the year
    {"lines": [1, SEATS], "credits": 0, "due": 4_001},
]

USAGE: dict[int, list[tuple[int, str]]] = {
    0: [(moment(1, 31, 10), "0.5"), (moment(2, 14), "11000"), (moment(2, 28, 9), "1000")],
    1: [(moment(2, 28, 10), "1001")],
    2: [(moment(3, 31, 10), "400"), (moment(4, 30, 9), "600")],
    4: [(moment(6, 1), "10000")],
    5: [(moment(6, 30, 10), "2999"), (moment(7, 10, 9), "1"), (moment(7, 10, 11), "700")],
    6: [(moment(8, 5), "10001"), (moment(8, 6), "-1")],
    7: [(moment(9, 5), "0.4")],
    8: [(moment(10, 5), "0.5")],
    9: [(moment(11, 5), "-5")],
    10: [(moment(12, 5), "25")],
    11: [(moment(1, 30, year=2027), "1")],
}
"""What is used in each month: moments and tokens."""


def advance(client: stripe.StripeClient, clock: str, to: int) -> None:
    """Move a clock and ask until it has arrived."""
    client.v1.test_helpers.test_clocks.advance(clock, {"frozen_time": to})
    for _ in range(100_000):
        status = client.v1.test_helpers.test_clocks.retrieve(clock).status
        if status != "advancing":
            assert status == "ready"
            return
    pytest.fail("the clock did not arrive")


def create_price(client: stripe.StripeClient, product: str, **terms: Any) -> stripe.Price:
    params: Any = {"currency": "usd", "product": product, **terms}
    return client.v1.prices.create(params)


def test_every_invoice_of_a_year_is_what_hand_arithmetic_says(clocked: ClockedServer) -> None:
    client = clocked.client()
    start = moment(1, 31)
    clock = client.v1.test_helpers.test_clocks.create({"frozen_time": start}).id
    customer = client.v1.customers.create({"name": "A year", "test_clock": clock}).id
    meter = create_meter(client)
    product = client.v1.products.create({"name": "Alpaca AI"}).id
    metered = {"interval": "month", "usage_type": "metered", "meter": meter.id}
    tokens = create_price(
        client,
        product,
        recurring=metered,
        billing_scheme="tiered",
        tiers_mode="graduated",
        tiers=[
            {"up_to": 1_000, "unit_amount": 0},
            {"up_to": 10_000, "unit_amount_decimal": "0.5"},
            {"up_to": "inf", "unit_amount_decimal": "0.25", "flat_amount": 300},
        ],
    )
    cent = create_price(client, product, recurring=metered, unit_amount=1)
    seat = create_price(client, product, recurring={"interval": "month"}, unit_amount=2_000)
    client.v1.billing.credit_grants.create(
        {
            "customer": customer,
            "amount": {"type": "monetary", "monetary": {"currency": "usd", "value": 1_500}},
            "applicability_config": {"scope": {"price_type": "metered"}},
        }
    )
    subscription = client.v1.subscriptions.create(
        {"customer": customer, "items": [{"price": tokens.id}, {"price": seat.id, "quantity": 2}]}
    )
    assert subscription.status == "active"

    for month, end in enumerate(ENDS):
        for at, value in USAGE.get(month, []):
            if at >= moment(7, 10) and month == 5 and value == "700":
                advance(client, clock, moment(7, 10))
                item = next(one for one in subscription["items"].data if one.price.id == tokens.id)
                client.v1.subscription_items.update(item.id, {"price": cent.id})
            if at > _now(client, clock):
                advance(client, clock, at)
            send(client, meter, customer, value, at=at)
        advance(client, clock, end)
        # In the grace period, the last hour's usage may still come; then the draft is finalized.
        advance(client, clock, end + 2 * 3_600)

    listed = client.v1.invoices.list({"subscription": subscription.id, "limit": 100})
    first, *cycles = reversed(list(listed.auto_paging_iter()))
    assert (first.billing_reason, first.total, first.amount_due) == (
        "subscription_create",
        SEATS,
        SEATS,
    )
    assert [_seen(one) for one in cycles] == EXPECTED
    assert [one.period_end for one in cycles] == ENDS
    assert {one.status for one in cycles} == {"open"}
    balance = client.v1.billing.credit_balance_summary.retrieve(
        {
            "customer": customer,
            "filter": {
                "type": "applicability_scope",
                "applicability_scope": {"price_type": "metered"},
            },
        }
    )
    (left,) = balance.balances
    for amount in (left.available_balance, left.ledger_balance):
        assert amount.monetary is not None
        assert amount.monetary.value == 0
    numbers = [one.number for one in (first, *cycles)]
    assert [number[-4:] for number in numbers if number] == [f"{n:04}" for n in range(1, 14)]

    last = cycles[0]
    assert client.v1.invoices.pay(last.id, {"paid_out_of_band": True}).status == "paid"


def _now(client: stripe.StripeClient, clock: str) -> int:
    return client.v1.test_helpers.test_clocks.retrieve(clock).frozen_time


def _seen(invoice: stripe.Invoice) -> dict[str, Any]:
    credited = sum(one.amount for one in invoice.total_pretax_credit_amounts or [])
    return {
        "lines": [line.amount for line in invoice.lines.data],
        "credits": credited,
        "due": invoice.amount_due,
    }

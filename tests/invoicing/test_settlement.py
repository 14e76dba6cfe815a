"""What is left to pay, and what is left on the balance."""

from decimal import Decimal
from typing import Any

import pytest

from taximeter.credits.grant import CreditGrant
from taximeter.customers import Customer, CustomerDetails
from taximeter.invoicing.invoice import Invoice, Line, MeteredUsage
from taximeter.invoicing.settlement import settle

USAGE = MeteredUsage(meter="mtr_1", start=0, end=100, as_of_us=0, value=Decimal(1))


def a_line(amount: int, *, metered: bool = True) -> Line:
    return Line(
        id=f"il_{amount}",
        kind="units",
        amount=amount,
        currency="usd",
        description="Tokens",
        period_start=0,
        period_end=100,
        quantity=Decimal(1),
        price="price_1",
        usage=USAGE if metered else None,
    )


def an_invoice(*lines: Line) -> Invoice:
    return Invoice(
        id="in_1",
        environment=2,
        created=100,
        customer="cus_1",
        currency="usd",
        billing_reason="subscription_cycle",
        period_start=0,
        period_end=100,
        lines=lines,
    )


def settled(invoice: Invoice, *, balance: int = 0, credit: int = 0, **details: Any) -> Any:
    grant = CreditGrant(
        id="credgr_1",
        environment=2,
        created=0,
        updated=0,
        customer="cus_1",
        currency="usd",
        amount=1_000,
        effective_at=0,
    )
    customer = Customer(
        id="cus_1", environment=2, created=0, details=CustomerDetails(balance=balance, **details)
    )
    return settle(invoice, customer=customer, grants=[grant], balances={"credgr_1": credit})


@pytest.mark.parametrize(
    ("total", "balance", "due", "left"),
    [
        (300, 0, 300, 0),
        (300, -500, 0, -200),
        (300, -100, 200, 0),
        (300, 200, 500, 0),
        (0, 200, 200, 0),
        (-300, 0, 0, -300),
        (-300, -100, 0, -400),
        (-300, 100, 0, -200),
        (-300, 500, 0, 200),
    ],
)
def test_the_balance_pays_or_is_owed_and_takes_what_is_negative(
    total: int, balance: int, due: int, left: int
) -> None:
    found = settled(an_invoice(a_line(total)), balance=balance)
    assert (found.invoice.amount_due, found.customer.details.balance) == (due, left)
    assert (found.invoice.starting_balance, found.invoice.ending_balance) == (balance, left)
    assert found.invoice.amount_due - found.invoice.total == (left - balance) * -1


def test_credits_pay_metered_lines_only_and_before_the_balance() -> None:
    invoice = an_invoice(a_line(100), a_line(70, metered=False))
    found = settled(invoice, credit=1_000, balance=-30)
    assert [one.amount for one in found.applications] == [100]
    assert (found.invoice.total, found.invoice.amount_due) == (70, 40)


def test_credits_never_pay_more_than_the_invoice_comes_to() -> None:
    found = settled(an_invoice(a_line(100), a_line(-60)), credit=1_000)
    assert (found.invoice.total, sum(one.amount for one in found.applications)) == (0, 40)


def test_a_balance_is_left_alone_by_an_invoice_in_another_currency() -> None:
    found = settled(an_invoice(a_line(100)), balance=-500, currency="eur")
    assert (found.invoice.amount_due, found.customer.details.balance) == (100, -500)
    assert found.customer.details.currency == "eur"

"""What a customer has used and will be billed for, and what that leaves of credits."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from taximeter.credits.balance import Balance, add_up, is_available
from taximeter.credits.grant import CreditGrant
from taximeter.customers import Customer
from taximeter.dashboard.page import View
from taximeter.dashboard.pages.invoice import LineRow, line_rows
from taximeter.invoicing.invoice import Invoice
from taximeter.invoicing.settlement import settle
from taximeter.invoicing.unbilled import unbilled_invoices

CreditState = Literal["available", "not yet", "used up", "expired", "voided"]


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice to come, as it would be now; `invoice` is a draft's id, None where none is kept.

    Amounts are in the minor unit.
    """

    invoice: str | None
    subscription: str | None
    currency: str
    period_start: int
    period_end: int
    closes_at: int | None
    lines: tuple[LineRow, ...]
    subtotal: int
    credited: int
    balance_applied: int
    due: int


class Credit(msgspec.Struct, frozen=True, kw_only=True):
    """A grant: `balance` is left of it by the ledger, `live` once all usage so far is billed."""

    id: str
    name: str | None
    category: str
    currency: str
    amount: int
    balance: int
    live: int
    prices: int
    priority: int
    effective_at: int
    expires_at: int | None
    state: CreditState


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Bills in the order in which they close, and the credits that pay for them."""

    bills: tuple[Bill, ...]
    credits: tuple[Credit, ...]
    balances: tuple[Balance, ...]


def read_account(view: View, customer: Customer, *, now: int) -> Account:
    """Read what is to be billed as of now; each bill leaves less of the credits to the next one.

    Nothing is kept. Raises LogFailed.
    """
    unit, environment = view.unit, customer.environment
    grants = unit.credit_grants.of_customers(environment, (customer.id,), ended=True)
    balances = unit.credit_ledger.balances(environment, [grant.id for grant in grants])
    live, payer, bills = dict(balances), customer, []
    for invoice in unbilled_invoices(customer, billing=view.billing()):
        settled = settle(invoice, customer=payer, grants=grants, balances=live)
        payer = settled.customer
        for application in settled.applications:
            live[application.credit_grant] -= application.amount
        bills.append(_bill(settled.invoice))
    return Account(
        bills=tuple(bills),
        credits=tuple(
            _credit(grant, balances[grant.id], live[grant.id], now) for grant in _in_order(grants)
        ),
        balances=add_up(grants, balances=balances, now=now, live=live),
    )


def _in_order(grants: Sequence[CreditGrant]) -> list[CreditGrant]:
    """Return those that are in use first, in the order in which they pay."""
    return sorted(
        grants,
        key=lambda one: (
            one.voided_at is not None or one.expired_at is not None,
            one.priority,
            one.effective_at,
            one.id,
        ),
    )


def _bill(invoice: Invoice) -> Bill:
    kept = invoice.status == "draft" and invoice.billing_reason != "upcoming"
    return Bill(
        invoice=invoice.id if kept else None,
        subscription=invoice.subscription,
        currency=invoice.currency,
        period_start=invoice.period_start,
        period_end=invoice.period_end,
        closes_at=invoice.automatically_finalizes_at if kept else None,
        lines=line_rows(invoice),
        subtotal=invoice.subtotal,
        credited=invoice.credited,
        balance_applied=invoice.balance_applied,
        due=invoice.amount_due,
    )


def _credit(grant: CreditGrant, balance: int, live: int, now: int) -> Credit:
    state: CreditState = "available"
    if grant.voided_at is not None:
        state = "voided"
    elif grant.has_expired(now):
        state = "expired"
    elif not is_available(grant, now):
        state = "not yet"
    elif live == 0:
        state = "used up"
    return Credit(
        id=grant.id,
        name=grant.name,
        category=grant.category,
        currency=grant.currency,
        amount=grant.amount,
        balance=balance,
        live=live,
        prices=len(grant.prices),
        priority=grant.priority,
        effective_at=grant.effective_at,
        expires_at=grant.expires_at,
        state=state,
    )

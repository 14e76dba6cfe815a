"""`billing.credit_balance_summary` and `billing.credit_balance_transaction` on the wire."""

from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from taximeter.api.wire.credit_grant import CreditAmount, CreditGrantObject, credit_amount
from taximeter.api.wire.customer import CustomerObject, DeletedCustomerObject
from taximeter.api.wire.test_clock import TestClockObject
from taximeter.credits.balance import Balance
from taximeter.credits.grant import CreditBalanceTransaction, TransactionType
from taximeter.environments import Environment


class BalanceObject(msgspec.Struct, frozen=True, kw_only=True):
    """What is left in one currency; `live_available_balance` is ours, where it is asked for."""

    available_balance: CreditAmount
    ledger_balance: CreditAmount
    live_available_balance: CreditAmount | UnsetType = UNSET


class CreditBalanceSummaryObject(msgspec.Struct, frozen=True, kw_only=True):
    """What a customer has left."""

    object: Literal["billing.credit_balance_summary"] = "billing.credit_balance_summary"
    balances: tuple[BalanceObject, ...]
    customer: str | CustomerObject | DeletedCustomerObject
    customer_account: None = None
    livemode: bool


class InvoiceLineRef(msgspec.Struct, frozen=True, kw_only=True):
    """The line of an invoice that credits paid for."""

    invoice: str
    invoice_line_item: str


class CreditObject(msgspec.Struct, frozen=True, kw_only=True):
    """Credits that came."""

    amount: CreditAmount
    credits_application_invoice_voided: InvoiceLineRef | None
    type: TransactionType


class DebitObject(msgspec.Struct, frozen=True, kw_only=True):
    """Credits that went."""

    amount: CreditAmount
    credits_applied: InvoiceLineRef | None
    type: TransactionType


class CreditBalanceTransactionObject(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the ledger; amounts are positive, and `type` says which way they went."""

    id: str
    object: Literal["billing.credit_balance_transaction"] = "billing.credit_balance_transaction"
    created: int
    credit: CreditObject | None
    credit_grant: str | CreditGrantObject
    debit: DebitObject | None
    effective_at: int
    livemode: bool
    test_clock: str | TestClockObject | None
    type: Literal["credit", "debit"]


def summary_object(
    balances: Sequence[Balance],
    environment: Environment,
    *,
    customer: str | CustomerObject | DeletedCustomerObject,
) -> CreditBalanceSummaryObject:
    """Render what a customer has left."""
    return CreditBalanceSummaryObject(
        balances=tuple(
            BalanceObject(
                available_balance=credit_amount(one.currency, one.available),
                ledger_balance=credit_amount(one.currency, one.ledger),
                live_available_balance=UNSET
                if one.live is None
                else credit_amount(one.currency, one.live),
            )
            for one in balances
        ),
        customer=customer,
        livemode=environment.livemode,
    )


def transaction_object(
    entry: CreditBalanceTransaction,
    environment: Environment,
    *,
    grant: CreditGrantObject | None = None,
    test_clock: TestClockObject | None = None,
) -> CreditBalanceTransactionObject:
    """Render an entry, with its grant and its test clock where they are to be expanded."""
    amount = credit_amount(entry.currency, abs(entry.amount))
    line = None
    if entry.invoice is not None and entry.invoice_line_item is not None:
        line = InvoiceLineRef(invoice=entry.invoice, invoice_line_item=entry.invoice_line_item)
    credit = debit = None
    match entry.type:
        case "credits_granted" | "credits_application_invoice_voided":
            credit = CreditObject(
                amount=amount, credits_application_invoice_voided=line, type=entry.type
            )
        case "credits_applied" | "credits_expired" | "credits_voided":
            debit = DebitObject(amount=amount, credits_applied=line, type=entry.type)
    return CreditBalanceTransactionObject(
        id=entry.id,
        created=entry.created,
        credit=credit,
        credit_grant=entry.credit_grant if grant is None else grant,
        debit=debit,
        effective_at=entry.effective_at,
        livemode=environment.livemode,
        test_clock=entry.test_clock if test_clock is None else test_clock,
        type="debit" if credit is None else "credit",
    )

"""What pays for an invoice before anybody is asked to: billing credits, then the balance."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from taximeter.credits.apply import Application, Payable, apply
from taximeter.credits.grant import CreditGrant
from taximeter.customers import Customer
from taximeter.invoicing.invoice import Invoice, Line, LineCredit


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice with what was applied to it, and the customer whose balance that left."""

    invoice: Invoice
    customer: Customer
    applications: tuple[Application, ...]


def settle(
    invoice: Invoice,
    *,
    customer: Customer,
    grants: Sequence[CreditGrant],
    balances: Mapping[str, int],
) -> Settlement:
    """Apply credits to metered lines in their order, then the customer's balance to what is left.

    `grants` are the customer's, with what the ledger says is left of each. The same function serves
    drafts and previews, which only show what it finds.
    """
    applications = apply(
        [
            Payable(line=line.id, price=line.price, amount=line.amount)
            for line in invoice.lines
            if line.usage is not None and line.price is not None and line.amount > 0
        ],
        grants=grants,
        balances=balances,
        currency=invoice.currency,
        period_end=invoice.period_end,
        at_most=max(0, invoice.subtotal),
    )
    credited = msgspec.structs.replace(invoice, lines=with_credits(invoice.lines, applications))
    return _balanced(credited, customer, applications)


def with_credits(
    lines: Sequence[Line],
    applications: Sequence[Application],
    transactions: Sequence[str | None] = (),
) -> tuple[Line, ...]:
    """Note on each line which credits pay for it, in place of what stood there.

    `transactions` are the ids of the ledger's entries, one for each application, where there are
    entries.
    """
    paid_by: dict[str, list[LineCredit]] = defaultdict(list)
    for application, transaction in zip(
        applications, transactions or [None] * len(applications), strict=True
    ):
        paid_by[application.line].append(
            LineCredit(
                amount=application.amount,
                credit_grant=application.credit_grant,
                credit_balance_transaction=transaction,
            )
        )
    return tuple(
        msgspec.structs.replace(line, credits=tuple(paid_by[line.id]))
        if line.credits or line.id in paid_by
        else line
        for line in lines
    )


def _balanced(
    invoice: Invoice, customer: Customer, applications: tuple[Application, ...]
) -> Settlement:
    details = customer.details
    currency = details.currency or invoice.currency
    # A balance is money of one currency; an invoice in another is none of its business.
    before = details.balance if currency == invoice.currency else 0
    total = invoice.total
    if total < 0:
        after = before + total if currency == invoice.currency else before
    elif before < 0:
        after = min(0, before + total)
    else:
        after = 0
    applied = before - after
    left = details.balance if currency != invoice.currency else after
    return Settlement(
        invoice=msgspec.structs.replace(
            invoice,
            starting_balance=before,
            ending_balance=after,
            balance_applied=applied,
        ),
        customer=msgspec.structs.replace(
            customer, details=msgspec.structs.replace(details, balance=left, currency=currency)
        ),
        applications=applications,
    )

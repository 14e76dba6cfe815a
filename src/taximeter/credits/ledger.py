"""The entries of the ledger: each move of credits is one, and none is ever changed.

What is left of a grant is the sum of its entries. So each function here is told what was left
before, or works from the entries themselves, and returns what to add.
"""

from collections.abc import Collection, Mapping, Sequence

from taximeter.credits.apply import Application
from taximeter.credits.grant import (
    CreditBalanceTransaction,
    CreditGrant,
    CreditGrantStore,
    CreditLedger,
    TransactionType,
)
from taximeter.kit.ids import new_id

Entries = tuple[CreditBalanceTransaction, ...]


def granted(grant: CreditGrant) -> Entries:
    """Return the entry that a grant begins with; it counts from when the grant does."""
    amount = grant.amount
    return _entry(grant, "credits_granted", amount, now=grant.created, at=grant.effective_at)


def applied(
    applications: Sequence[Application],
    *,
    grants: Mapping[str, CreditGrant],
    invoice: str,
    now: int,
) -> Entries:
    """Return the entries of an invoice that is finalized, one for each application in its order."""
    return tuple(
        entry
        for one in applications
        for entry in _entry(
            grants[one.credit_grant],
            "credits_applied",
            -one.amount,
            now=now,
            invoice=invoice,
            line=one.line,
        )
    )


def expired(grant: CreditGrant, *, balance: int, now: int, at: int | None = None) -> Entries:
    """Return the entry that takes away what is left at expiry; none where nothing is left.

    `at` is when the credits expired, where the ledger is told of it only later.
    """
    return _entry(grant, "credits_expired", -balance, now=now, at=at)


def voided(grant: CreditGrant, *, balance: int, now: int) -> Entries:
    """Return the entry that takes away what is left of a voided grant."""
    return _entry(grant, "credits_voided", -balance, now=now)


def reinstated(
    entries: Collection[CreditBalanceTransaction],
    *,
    grants: Mapping[str, CreditGrant],
    now: int,
) -> Entries:
    """Return the entries that give back what a voided invoice used.

    `entries` are all that name the invoice: a second time gives nothing back. What belongs to a
    grant that has expired by now expires with the same breath.
    """
    used: dict[tuple[str, str, str], int] = {}
    for entry in entries:
        assert entry.invoice is not None
        assert entry.invoice_line_item is not None
        key = (entry.credit_grant, entry.invoice, entry.invoice_line_item)
        used[key] = used.get(key, 0) - entry.amount
    new: list[CreditBalanceTransaction] = []
    for (id, invoice, line), amount in used.items():
        grant = grants[id]
        new += _entry(
            grant,
            "credits_application_invoice_voided",
            amount,
            now=now,
            invoice=invoice,
            line=line,
        )
        if grant.has_expired(now):
            new += expired(grant, balance=amount, now=now)
    return tuple(new)


def reinstate(
    *,
    grants: CreditGrantStore,
    ledger: CreditLedger,
    environment: int,
    invoice: str,
    now: int,
) -> None:
    """Give back what an invoice used, because it is voided; twice is once."""
    entries = ledger.of_invoice(environment, invoice)
    found = {entry.credit_grant: grants.get(environment, entry.credit_grant) for entry in entries}
    known = {id: grant for id, grant in found.items() if grant is not None}
    assert known.keys() == found.keys(), "a grant with entries is never deleted"
    ledger.add(reinstated(entries, grants=known, now=now))


def _entry(
    grant: CreditGrant,
    type: TransactionType,
    amount: int,
    *,
    now: int,
    at: int | None = None,
    invoice: str | None = None,
    line: str | None = None,
) -> Entries:
    if amount == 0:
        return ()
    entry = CreditBalanceTransaction(
        id=new_id("cbtxn"),
        environment=grant.environment,
        created=now,
        customer=grant.customer,
        test_clock=grant.test_clock,
        credit_grant=grant.id,
        type=type,
        amount=amount,
        currency=grant.currency,
        effective_at=now if at is None else at,
        invoice=invoice,
        invoice_line_item=line,
    )
    return (entry,)

"""Which credits pay for which lines of an invoice: Stripe's order, as a pure function."""

from collections.abc import Mapping, Sequence
from math import inf

import msgspec

from taximeter.credits.grant import CreditGrant


class Payable(msgspec.Struct, frozen=True, kw_only=True):
    """A line that credits may pay for: one of a metered price, with an amount above zero."""

    line: str
    price: str
    amount: int


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """Credits of one grant that pay for a line, or for a part of it; the amount is above zero."""

    line: str
    credit_grant: str
    amount: int


def apply(
    payables: Sequence[Payable],
    *,
    grants: Sequence[CreditGrant],
    balances: Mapping[str, int],
    currency: str,
    period_end: int,
    at_most: int | None = None,
) -> tuple[Application, ...]:
    """Pay lines in their order from grants in theirs, as far as the balances go.

    `period_end` is the invoice's: a grant pays if it is in effect by then and has not expired. A
    grant that is missing in `balances` has nothing left. `at_most` is what the whole invoice comes
    to: where other lines take money back, credits pay no more than remains.
    """
    eligible = [one for one in grants if is_eligible(one, currency=currency, period_end=period_end)]
    left = {one.id: max(0, balances.get(one.id, 0)) for one in eligible}
    in_order = sorted(eligible, key=order)
    payable = sum(one.amount for one in payables if one.amount > 0)
    remaining = payable if at_most is None else max(0, min(payable, at_most))
    applied: list[Application] = []
    for line in payables:
        unpaid = min(line.amount, remaining)
        for grant in in_order:
            amount = min(unpaid, left[grant.id])
            if amount <= 0 or not covers(grant, line.price):
                continue
            applied.append(Application(line=line.line, credit_grant=grant.id, amount=amount))
            left[grant.id] -= amount
            unpaid -= amount
            remaining -= amount
    return tuple(applied)


def is_eligible(grant: CreditGrant, *, currency: str, period_end: int) -> bool:
    """Say whether a grant may pay for an invoice of a currency whose period ends at a moment."""
    return (
        grant.currency == currency
        and grant.voided_at is None
        and grant.expired_at is None
        and grant.effective_at <= period_end
        and (grant.expires_at is None or period_end < grant.expires_at)
    )


def covers(grant: CreditGrant, price: str) -> bool:
    """Say whether a grant pays for usage at a metered price."""
    return not grant.prices or price in grant.prices


def order(grant: CreditGrant) -> tuple[int, float, bool, int, int, str]:
    """Return what grants are sorted by: the one used first comes first, and no two are equal.

    By priority, then those that expire sooner, promotional before paid, effective earlier, created
    earlier; the id makes the order total.
    """
    return (
        grant.priority,
        inf if grant.expires_at is None else grant.expires_at,
        grant.category == "paid",
        grant.effective_at,
        grant.created,
        grant.id,
    )

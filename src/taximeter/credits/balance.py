"""What a customer has left: by the ledger, and to be used at a moment."""

from collections.abc import Mapping, Sequence

import msgspec

from taximeter.credits.apply import covers
from taximeter.credits.grant import CreditGrant


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """What is left in one currency, in its minor unit.

    `ledger` is what the entries come to; `available` leaves out what is not in effect yet and what
    has expired, even where the ledger was not told of it yet.
    """

    currency: str
    available: int
    ledger: int


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """What credits must be able to pay for to be counted: these prices, or any metered price."""

    prices: tuple[str, ...] = ()


def within(grant: CreditGrant, scope: Scope) -> bool:
    """Say whether a grant pays for all of a scope."""
    if not scope.prices:
        return not grant.prices
    return all(covers(grant, price) for price in scope.prices)


def add_up(
    grants: Sequence[CreditGrant], *, balances: Mapping[str, int], now: int
) -> tuple[Balance, ...]:
    """Add up what is left of grants, one balance for each of their currencies, by name."""
    ledger: dict[str, int] = {}
    available: dict[str, int] = {}
    for grant in grants:
        balance = balances[grant.id]
        usable = balance if is_available(grant, now) else 0
        ledger[grant.currency] = ledger.get(grant.currency, 0) + balance
        available[grant.currency] = available.get(grant.currency, 0) + usable
    return tuple(
        Balance(currency=currency, available=available[currency], ledger=ledger[currency])
        for currency in sorted(ledger)
    )


def is_available(grant: CreditGrant, now: int) -> bool:
    """Say whether a grant is in effect at a moment."""
    return grant.voided_at is None and grant.effective_at <= now and not grant.has_expired(now)

"""What a customer has left: by the ledger, and to be used at a moment."""

from collections.abc import Mapping, Sequence

import msgspec

from taximeter.credits.apply import covers
from taximeter.credits.grant import CreditGrant


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """What is left in one currency, in its minor unit.

    `ledger` is what the entries come to; `available` leaves out what is not in effect yet and what
    has expired, even where the ledger was not told of it yet. `live` is what will be left of that
    once all that was used by now is billed; None where nobody asked.
    """

    currency: str
    available: int
    ledger: int
    live: int | None = None


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """What credits must be able to pay for to be counted: these prices, or any metered price."""

    prices: tuple[str, ...] = ()


def within(grant: CreditGrant, scope: Scope) -> bool:
    """Say whether a grant pays for all of a scope."""
    if not scope.prices:
        return not grant.prices
    return all(covers(grant, price) for price in scope.prices)


def add_up(
    grants: Sequence[CreditGrant],
    *,
    balances: Mapping[str, int],
    now: int,
    live: Mapping[str, int] | None = None,
) -> tuple[Balance, ...]:
    """Add up what is left of grants, one balance for each of their currencies, by name.

    `live` is what will be left of each grant once all usage is billed, where that is known.
    """
    found: dict[str, Balance] = {}
    for grant in grants:
        before = found.get(grant.currency) or Balance(
            currency=grant.currency, available=0, ledger=0, live=None if live is None else 0
        )
        counts = is_available(grant, now)
        found[grant.currency] = Balance(
            currency=grant.currency,
            available=before.available + (balances[grant.id] if counts else 0),
            ledger=before.ledger + balances[grant.id],
            live=None
            if before.live is None or live is None
            else before.live + (live[grant.id] if counts else 0),
        )
    return tuple(found[currency] for currency in sorted(found))


def is_available(grant: CreditGrant, now: int) -> bool:
    """Say whether a grant is in effect at a moment."""
    return grant.voided_at is None and grant.effective_at <= now and not grant.has_expired(now)

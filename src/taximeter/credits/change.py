"""Changing a grant: its expiry and metadata, and ending it by hand."""

import msgspec
from msgspec import UNSET, UnsetType

from taximeter.credits import ledger
from taximeter.credits.create import changeable_at, check_expiry
from taximeter.credits.expire import expiry, unscheduled
from taximeter.credits.grant import CreditGrant, CreditGrantStore
from taximeter.credits.stores import CreditUnit
from taximeter.environments import Environment
from taximeter.errors import InvalidRequest, NotFound
from taximeter.kit.clock import Clock
from taximeter.metadata import merged_metadata

_TRANSITION = "status_transition_invalid"


def retrieve(*, store: CreditGrantStore, environment: Environment, id: str) -> CreditGrant:
    """Return the grant. Raises NotFound."""
    grant = store.get(environment.id, id)
    if grant is None:
        raise NotFound(f"No such credit grant: '{id}'", param="id")
    return grant


def update(
    *,
    unit: CreditUnit,
    environment: Environment,
    clock: Clock,
    id: str,
    expires_at: int | None | UnsetType = UNSET,
    metadata: dict[str, str] | None | UnsetType = UNSET,
) -> CreditGrant:
    """Move the expiry (None: never) or change metadata.

    Raises NotFound, and InvalidRequest for an expiry in the past or of a grant that has ended.
    """
    grant = retrieve(store=unit.credit_grants, environment=environment, id=id)
    now = changeable_at(unit, grant.environment, grant.test_clock, clock)
    changed = msgspec.structs.replace(grant, updated=now)
    if metadata is not UNSET:
        changed = msgspec.structs.replace(
            changed, metadata=merged_metadata(grant.metadata, metadata)
        )
    if expires_at is not UNSET:
        _check_open(grant, now, "given another expiry", param="expires_at")
        check_expiry(expires_at, effective_at=grant.effective_at, now=now)
        changed = msgspec.structs.replace(changed, expires_at=expires_at)
        unit.due.drop(unscheduled(changed))
        unit.due.schedule(expiry(changed))
    unit.credit_grants.save(changed)
    return changed


def expire(*, unit: CreditUnit, environment: Environment, clock: Clock, id: str) -> CreditGrant:
    """Take away what is left, now. Raises NotFound, and InvalidRequest when it has ended."""
    grant = retrieve(store=unit.credit_grants, environment=environment, id=id)
    now = changeable_at(unit, grant.environment, grant.test_clock, clock)
    _check_open(grant, now, "expired")
    ended = msgspec.structs.replace(grant, expires_at=now, expired_at=now, updated=now)
    balance = _balance(unit, grant)
    unit.credit_ledger.add(ledger.expired(grant, balance=balance, now=now))
    unit.credit_grants.save(ended)
    unit.due.drop(unscheduled(grant))
    return ended


def void(*, unit: CreditUnit, environment: Environment, clock: Clock, id: str) -> CreditGrant:
    """Undo a grant that never paid for anything.

    Raises NotFound, and InvalidRequest when it has paid for something or has ended.
    """
    grant = retrieve(store=unit.credit_grants, environment=environment, id=id)
    now = changeable_at(unit, grant.environment, grant.test_clock, clock)
    _check_open(grant, now, "voided")
    if unit.credit_ledger.was_applied(environment.id, grant.id):
        raise InvalidRequest(
            f"Credit grant '{id}' has paid for an invoice and cannot be voided. To take away what "
            "is left of it, expire it.",
            param="id",
            code=_TRANSITION,
        )
    ended = msgspec.structs.replace(grant, voided_at=now, updated=now)
    balance = _balance(unit, grant)
    unit.credit_ledger.add(ledger.voided(grant, balance=balance, now=now))
    unit.credit_grants.save(ended)
    unit.due.drop(unscheduled(grant))
    return ended


def _balance(unit: CreditUnit, grant: CreditGrant) -> int:
    return unit.credit_ledger.balances(grant.environment, (grant.id,))[grant.id]


def _check_open(grant: CreditGrant, now: int, verb: str, param: str = "id") -> None:
    ended = None
    if grant.voided_at is not None:
        ended = "was voided"
    elif grant.has_expired(now):
        ended = "has expired"
    if ended is not None:
        raise InvalidRequest(
            f"Credit grant '{grant.id}' {ended} and cannot be {verb}. Create a new grant instead.",
            param=param,
            code=_TRANSITION,
        )

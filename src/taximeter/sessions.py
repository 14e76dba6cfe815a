"""Meter event sessions: short-lived tokens that open the event stream, and nothing else."""

import secrets
from typing import Protocol

import msgspec

from taximeter.environments import Environment, hash_key
from taximeter.kit.ids import new_id
from taximeter.kit.periods import MINUTE_SECONDS

SESSION_SECONDS = 15 * MINUTE_SECONDS
TOKEN_PREFIX = "mest_"  # noqa: S105 - how tokens begin, and no secret


class MeterEventSession(msgspec.Struct, frozen=True, kw_only=True):
    """A session as it is kept: of its token only the hash; times in Unix seconds."""

    id: str
    environment: int
    token_hash: str
    created: int
    expires_at: int


class NewSession(msgspec.Struct, frozen=True, kw_only=True):
    """A session at the one moment when its token can be read."""

    session: MeterEventSession
    authentication_token: str


class SessionStore(Protocol):
    """Keeps sessions until they have expired."""

    def add(self, session: MeterEventSession) -> None:
        """Keep a new session."""
        ...

    def by_token_hash(self, token_hash: str) -> MeterEventSession | None:
        """Return the session whose token has this hash, expired or not, or None."""
        ...

    def forget(self, *, expired_by: int) -> None:
        """Drop the sessions that have expired by a moment, in Unix seconds."""
        ...


def create_session(*, store: SessionStore, environment: Environment, now: int) -> NewSession:
    """Open a session for a quarter of an hour, and drop those whose time is over."""
    mode = "live" if environment.livemode else "test"
    token = f"{TOKEN_PREFIX}{mode}_{secrets.token_urlsafe(32)}"
    session = MeterEventSession(
        id=new_id("mes" if environment.livemode else "mes_test"),
        environment=environment.id,
        token_hash=hash_key(token),
        created=now,
        expires_at=now + SESSION_SECONDS,
    )
    store.forget(expired_by=now)
    store.add(session)
    return NewSession(session=session, authentication_token=token)

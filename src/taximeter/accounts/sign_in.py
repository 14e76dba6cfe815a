"""What opens an account: sessions in browsers, and links that work once."""

import hashlib
import secrets
from typing import Protocol

import msgspec

from taximeter.accounts.user import User, UserStore
from taximeter.kit.periods import HOUR_SECONDS, MINUTE_SECONDS


class BrowserSession(msgspec.Struct, frozen=True, kw_only=True):
    """A browser that is signed in; of its secret only the hash is kept."""

    secret_hash: str
    user: str
    created: int
    expires_at: int


class SignInLink(msgspec.Struct, frozen=True, kw_only=True):
    """A link that signs one user in, once; of its secret only the hash is kept."""

    secret_hash: str
    user: str
    created: int
    expires_at: int


class SignInStore(Protocol):
    """Keeps sessions and links until they end or expire."""

    def add_session(self, session: BrowserSession) -> None:
        """Keep a new session."""
        ...

    def session(self, secret_hash: str) -> BrowserSession | None:
        """Return the session, expired or not, or None."""
        ...

    def end_sessions(self, *, secret_hash: str | None = None, user: str | None = None) -> None:
        """Drop one session, or all of a user's sessions and links."""
        ...

    def add_link(self, link: SignInLink) -> None:
        """Keep a new link."""
        ...

    def link(self, secret_hash: str, *, take: bool) -> SignInLink | None:
        """Return the link, expired or not, or None; `take` drops it."""
        ...

    def forget(self, *, expired_by: int) -> None:
        """Drop the sessions and links that have expired by a moment, in Unix seconds."""
        ...


def open_session(*, store: SignInStore, user: User, hours: int, now: int) -> str:
    """Sign a browser in and return its secret, which is kept nowhere."""
    secret = secrets.token_urlsafe(32)
    store.forget(expired_by=now)
    store.add_session(
        BrowserSession(
            secret_hash=hash_secret(secret),
            user=user.id,
            created=now,
            expires_at=now + hours * HOUR_SECONDS,
        )
    )
    return secret


def user_of_session(*, store: SignInStore, users: UserStore, secret: str, now: int) -> User | None:
    """Return whose browser holds the secret, or None where its session has ended."""
    session = store.session(hash_secret(secret))
    if session is None or session.expires_at <= now:
        return None
    return users.get(session.user)


def create_link(*, store: SignInStore, user: User, minutes: int, now: int) -> str:
    """Make a link's secret, with which the user signs in once."""
    secret = secrets.token_urlsafe(32)
    store.forget(expired_by=now)
    store.add_link(
        SignInLink(
            secret_hash=hash_secret(secret),
            user=user.id,
            created=now,
            expires_at=now + minutes * MINUTE_SECONDS,
        )
    )
    return secret


def user_of_link(
    *, store: SignInStore, users: UserStore, secret: str, now: int, take: bool
) -> User | None:
    """Return whom a link signs in, or None where it was used or has expired; `take` uses it."""
    link = store.link(hash_secret(secret), take=take)
    if link is None or link.expires_at <= now:
        return None
    return users.get(link.user)


def hash_secret(secret: str) -> str:
    """Hash a secret of 256 random bits, which needs no salt and no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()

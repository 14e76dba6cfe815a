"""Environments: live, test and sandboxes, each closed off from the others.

Every row of every store belongs to one environment and every key opens exactly one. `livemode` is
a property of the environment.
"""

import hashlib
import secrets
from typing import Protocol

import msgspec

from taximeter.kit.ids import new_id

LIVE = "live"
TEST = "test"


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """A closed world of records and usage."""

    id: int
    name: str
    livemode: bool


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """A secret key as it is kept: its hash, and its last four characters to know it by."""

    id: str
    environment: int
    name: str
    hash: str
    hint: str
    created: int
    revoked_at: int | None = None


class NewKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key at the one moment when its secret can be read."""

    key: ApiKey
    secret: str


class EnvironmentStore(Protocol):
    """Keeps environments and the keys that open them."""

    def environments(self) -> list[Environment]:
        """Return all environments, oldest first."""
        ...

    def add_environment(self, name: str) -> Environment:
        """Add a sandbox; the name must be free."""
        ...

    def add_key(self, key: ApiKey) -> None:
        """Keep a new key."""
        ...

    def keys(self) -> list[ApiKey]:
        """Return all keys, revoked ones included, oldest first."""
        ...

    def key_by_hash(self, key_hash: str) -> ApiKey | None:
        """Return the unrevoked key with this hash, or None."""
        ...

    def revoke_key(self, id: str, *, revoked_at: int) -> bool:
        """Close a key for good; False where no open key has this id."""
        ...


def hash_key(secret: str) -> str:
    """Hash a secret key; 24 random characters need no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def create_key(*, store: EnvironmentStore, environment: Environment, name: str, now: int) -> NewKey:
    """Make a key that opens the environment; only its hash is kept."""
    mode = "live" if environment.livemode else "test"
    secret = f"sk_{mode}_{secrets.token_urlsafe(32).replace('-', 'a').replace('_', 'b')}"
    key = ApiKey(
        id=new_id("key"),
        environment=environment.id,
        name=name,
        hash=hash_key(secret),
        hint=secret[-4:],
        created=now,
    )
    store.add_key(key)
    return NewKey(key=key, secret=secret)


def find_environment(*, store: EnvironmentStore, name: str) -> Environment | None:
    """Return the environment with this name, or None."""
    return next((one for one in store.environments() if one.name == name), None)

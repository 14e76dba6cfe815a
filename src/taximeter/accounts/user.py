"""A person with an account, and what that account may do."""

from typing import Literal, Protocol

import msgspec

from taximeter.errors import InvalidRequest, NotFound
from taximeter.kit.ids import new_id

Role = Literal["viewer", "admin"]
"""A viewer sees everything and changes nothing; an admin may do both."""

NAME_CHARACTERS_MAX = 100
FIRST_NAME = "admin"


class User(msgspec.Struct, frozen=True, kw_only=True):
    """An account; without a password it opens by a one-time link alone."""

    id: str
    name: str
    role: Role
    password_hash: str | None
    created: int

    @property
    def may_change(self) -> bool:
        """Say whether this account may change anything."""
        return self.role == "admin"


class UserStore(Protocol):
    """Keeps accounts. They belong to the server, not to an environment."""

    def add(self, user: User) -> None:
        """Keep a new account; the name must be free."""
        ...

    def all(self) -> list[User]:
        """Return every account, oldest first."""
        ...

    def get(self, id: str) -> User | None:
        """Return the account, or None."""
        ...

    def by_name(self, name: str) -> User | None:
        """Return the account with this name, or None."""
        ...

    def set_password(self, id: str, password_hash: str) -> None:
        """Keep the hash of a new password."""
        ...

    def remove(self, id: str) -> None:
        """Drop an account for good."""
        ...


def add_user(*, store: UserStore, name: str, role: Role, now: int) -> User:
    """Make an account without a password. Raises InvalidRequest for a name that cannot be had."""
    name = name.strip()
    if not name or len(name) > NAME_CHARACTERS_MAX or not name.isprintable():
        raise InvalidRequest(
            f"A name has 1 to {NAME_CHARACTERS_MAX} printable characters; choose another.",
            param="name",
        )
    if store.by_name(name) is not None:
        raise InvalidRequest(f"There is an account '{name}' already.", param="name")
    user = User(id=new_id("user"), name=name, role=role, password_hash=None, created=now)
    store.add(user)
    return user


def find_user(*, store: UserStore, name: str) -> User:
    """Return the account with a name. Raises NotFound."""
    user = store.by_name(name.strip())
    if user is None:
        raise NotFound(f"There is no account '{name}'.", param="name")
    return user

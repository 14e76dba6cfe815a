"""Passwords that were tried, so that nobody can try many."""

from typing import Protocol

from taximeter.errors import Overloaded
from taximeter.kit.periods import MINUTE_SECONDS

OF_EVERYWHERE = 10
"""How many times the limit of one address the attempts on one name may reach from all of them:
enough that a stranger who fails does not lock the owner out at once."""


class AttemptStore(Protocol):
    """Counts attempts by subject: a name, or an address that they come from."""

    def add(self, subject: str, *, at: int) -> None:
        """Keep an attempt, in Unix seconds."""
        ...

    def count(self, subject: str, *, since: int) -> int:
        """Count the attempts after a moment."""
        ...

    def forget(self, *, subject: str | None = None, before: int | None = None) -> None:
        """Drop the attempts of a subject, or those of all up to a moment."""
        ...


def allow_attempt(
    *, store: AttemptStore, name: str, address: str, attempts_max: int, minutes: int, now: int
) -> None:
    """Count an attempt before it is made. Raises Overloaded where there were too many."""
    since = now - minutes * MINUTE_SECONDS
    store.forget(before=since)
    limits = {_of_address(address): attempts_max, _of_name(name): attempts_max * OF_EVERYWHERE}
    for subject, most in limits.items():
        if store.count(subject, since=since) >= most:
            raise Overloaded(
                f"Too many attempts. Wait {minutes} minutes, or sign in with a link that "
                "'taximeter users link' makes."
            )
    for subject in limits:
        store.add(subject, at=now)


def forgive(*, store: AttemptStore, name: str, address: str) -> None:
    """Forget the attempts of someone who has signed in."""
    for subject in (_of_address(address), _of_name(name)):
        store.forget(subject=subject)


def _of_address(address: str) -> str:
    return f"address {address}"


def _of_name(name: str) -> str:
    return f"name {name[:200]}"

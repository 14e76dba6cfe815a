"""Numbered migrations, applied at start: embedded software upgrades itself."""

import hashlib
from collections.abc import Sequence
from typing import Protocol

import msgspec


class StoreUnusable(Exception):
    """A store cannot be opened; the message is a sentence that says what to do."""


class Migration(msgspec.Struct, frozen=True):
    """One step of a schema; once released, its statements never change."""

    number: int
    name: str
    statements: tuple[str, ...]

    @property
    def checksum(self) -> str:
        """Return what proves that the step applied then is the step known now."""
        return hashlib.sha256("\0".join(self.statements).encode()).hexdigest()


class Applied(msgspec.Struct, frozen=True):
    """A step as the store remembers it."""

    number: int
    checksum: str


class Ledger(Protocol):
    """The part of a store that remembers its migrations."""

    def applied(self) -> Sequence[Applied]:
        """Return the steps applied so far, by number; creates the ledger where there is none."""
        ...

    def apply(self, migration: Migration) -> None:
        """Run a step and remember it, in one transaction."""
        ...


def migrate(ledger: Ledger, migrations: Sequence[Migration], *, store: str) -> None:
    """Bring a store up to the newest step.

    Raises StoreUnusable when the store has steps that this program does not know, or others than
    those that it knows by the same number.
    """
    applied = {step.number: step.checksum for step in ledger.applied()}
    newest = migrations[-1].number
    if applied and max(applied) > newest:
        raise StoreUnusable(
            f"The {store} was written by a newer Taximeter (schema {max(applied)}; this program "
            f"knows up to {newest}). Upgrade the program, or serve another data directory."
        )
    for migration in migrations:
        checksum = applied.get(migration.number)
        if checksum is None:
            ledger.apply(migration)
        elif checksum != migration.checksum:
            raise StoreUnusable(
                f"The {store} was set up by a different build of Taximeter: its step "
                f"{migration.number} ({migration.name}) is not the one this program knows. Use "
                "the build that wrote it, or serve another data directory."
            )

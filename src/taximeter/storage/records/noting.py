"""What a table notes of its records while a transaction writes: each before and after.

`before` is what stood when the transaction began. Use cases read what they change, so it was mostly
seen already; what was not is read when it is saved, all of a batch at once.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

from taximeter.changes import Change, ChangedKind, Changes


class Record(Protocol):
    """What is kept in a table of records."""

    @property
    def id(self) -> str:
        """Return its id, unique in its environment."""
        ...

    @property
    def environment(self) -> int:
        """Return the environment that it belongs to."""
        ...


Kept = TypeVar("Kept", bound=Any)
Many = Callable[[int, Collection[str]], Mapping[str, Kept]]


class Noting(Generic[Kept]):
    """Notes the changes of one table; of a transaction that only reads, nothing."""

    def __init__(self, kind: ChangedKind, changes: Changes | None, many: Many[Kept]) -> None:
        """Note in `changes`, if there are to be any; `many` reads what was not seen before."""
        self._kind = kind
        self._changes = changes
        self._many = many
        self._seen: dict[tuple[int, str], Kept] = {}

    def seen(self, records: Iterable[Kept]) -> None:
        """Remember records as they were read; what was seen or written earlier stays as it was."""
        if self._changes is not None:
            for one in records:
                self._seen.setdefault((one.environment, one.id), one)

    def added(self, records: Iterable[Kept]) -> None:
        """Note new records."""
        for one in records:
            self._note(one, None, one)

    def saved(self, records: Sequence[Kept]) -> None:
        """Note changed records; called before they are written."""
        self._see({(one.environment, one.id) for one in records})
        for one in records:
            self._note(one, self._seen.get((one.environment, one.id)), one)

    def deleted(self, environment: int, ids: Collection[str]) -> None:
        """Note records that go; called before they are dropped."""
        self._see({(environment, id) for id in ids})
        for id in ids:
            one = self._seen.get((environment, id))
            if one is not None:
                self._note(one, one, None)

    def _see(self, keys: Collection[tuple[int, str]]) -> None:
        """Read what was not seen yet."""
        if self._changes is None:
            return
        missing: dict[int, list[str]] = {}
        for environment, id in keys:
            if (environment, id) not in self._seen:
                missing.setdefault(environment, []).append(id)
        for environment, ids in missing.items():
            self.seen(self._many(environment, ids).values())

    def _note(self, one: Kept, before: Kept | None, after: Kept | None) -> None:
        if self._changes is None:
            return
        change = Change(
            kind=self._kind,
            id=one.id,
            environment=one.environment,
            before=before,
            after=after,
        )
        self._changes.note(change)
        if after is not None:
            self._seen[one.environment, one.id] = after


def one_by_one(get: Callable[[int, str], Kept | None]) -> Many[Kept]:
    """Read records of a table that are changed one at a time."""

    def many(environment: int, ids: Collection[str]) -> dict[str, Kept]:
        found = ((id, get(environment, id)) for id in ids)
        return {id: one for id, one in found if one is not None}

    return many

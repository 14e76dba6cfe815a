"""Changes of the records that the evaluation of alerts has not taken up yet."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Protocol

from taximeter.changes import Change, ChangedKind, Changes


class Changed(Protocol):
    """A transaction that has changed something."""

    @property
    def changes(self) -> Changes:
        """Return what."""
        ...

    def then(self, call: Callable[[], None]) -> None:
        """Have something called once it is committed."""
        ...


class Noted:
    """Noted by whoever commits, of any thread, and taken by the one that evaluates."""

    def __init__(self, wake: Callable[[], None]) -> None:
        """Have `wake` called whenever something was noted."""
        self.kinds: frozenset[ChangedKind] = frozenset()
        self._wake = wake
        self._lock = threading.Lock()
        self._noted: list[Change] = []

    def note(self, unit: Changed) -> None:
        """Look at what a transaction changes; once it is committed, it is there to be taken.

        Alerts themselves, and the `kinds` that what is watched depends on.
        """
        concerning = [
            change
            for change in unit.changes.all()
            if change.kind == "alert" or change.kind in self.kinds
        ]
        if concerning:
            unit.then(partial(self._add, concerning))

    def _add(self, changes: Sequence[Change]) -> None:
        with self._lock:
            self._noted += changes
        self._wake()

    @contextmanager
    def taken(self) -> Iterator[Sequence[Change]]:
        """Take what was noted; if the block fails, it is there again."""
        with self._lock:
            noted, self._noted = self._noted, []
        try:
            yield noted
        except BaseException:
            with self._lock:
                self._noted = noted + self._noted
            raise

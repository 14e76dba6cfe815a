"""What the evaluation of alerts works with: stores that one transaction opens, and the log."""

from contextlib import AbstractContextManager
from typing import Protocol

from taximeter.alerts import notify
from taximeter.cursors import CursorStore


class Unit(notify.Unit, Protocol):
    """The stores that evaluation touches, within one transaction."""

    @property
    def cursors(self) -> CursorStore:
        """Return how far readers of the log have got."""
        ...


class Records(Protocol):
    """Opens transactions over the records."""

    def reading(self) -> AbstractContextManager[Unit]:
        """Open a transaction that only reads."""
        ...

    def writing(self) -> AbstractContextManager[Unit]:
        """Open a transaction that commits at the end of the block, and not at all on an error."""
        ...


class Log(Protocol):
    """Tells how far the log goes."""

    @property
    def head_seq(self) -> int:
        """Return the number of the last row."""
        ...

    def cut(self, *, now_us: int) -> int:
        """Return a moment, about now, that divides what was acknowledged from all that comes."""
        ...

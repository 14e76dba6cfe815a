"""Stopping an import between two chunks, so that everything that was begun is finished."""

from collections.abc import Iterator
from contextlib import contextmanager


class Stop:
    """A wish to stop; signal handlers express it, the import looks at it."""

    def __init__(self) -> None:
        """Nobody wishes anything yet."""
        self.asked = False
        self._waiting = False

    def ask(self) -> None:
        """Ask to stop; asked twice, or where input is waited for, it stops at once."""
        if self.asked or self._waiting:
            self.asked = True
            raise KeyboardInterrupt
        self.asked = True

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Mark a wait that nothing but a signal may end, and that leaves nothing half done."""
        self._waiting = True
        try:
            yield
        finally:
            self._waiting = False

"""Reading a pipe so that a signal ends the wait."""

import io
import os
import select
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_LOOK_SECONDS = 0.5
"""How often a wait looks up. A signal that comes just before the wait begins does not end it."""


class Pipe(io.RawIOBase):
    """A pipe; between two looks at it, Python's signal handlers get their turn."""

    def __init__(self, file: IO[bytes]) -> None:
        """Read from a file's descriptor, past its buffer."""
        self._descriptor = file.fileno()

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Wait until there is something, or the end, and read it."""
        while not select.select([self._descriptor], [], [], _LOOK_SECONDS)[0]:
            pass
        return os.readv(self._descriptor, [buffer])

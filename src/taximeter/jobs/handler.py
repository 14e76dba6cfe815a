"""What does the work of one kind."""

from collections.abc import Sequence
from typing import Protocol

from taximeter.due import Due


class Handler(Protocol):
    """Does due work of one kind and one moment."""

    def run(self, works: Sequence[Due]) -> None:
        """Do the work; what it changes is written in the transaction that drops or moves its row.

        Work whose row stands when this returns, because its subject was changed meanwhile, is
        taken again. An error means that nothing of at least one subject was written; each is then
        tried by itself. StorageFailed means that nothing can be written at the moment.
        """
        ...

"""How far each reader of the usage log has got, kept with what it made of what it read."""

from typing import Protocol


class CursorStore(Protocol):
    """Keeps a number for each name, in the same transaction as what depends on it."""

    def get(self, name: str) -> int:
        """Return how far the reader has got; 0 before it has begun."""
        ...

    def set(self, name: str, position: int) -> None:
        """Note how far the reader has got."""
        ...

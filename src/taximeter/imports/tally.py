"""What became of a file's rows."""

from collections.abc import Mapping

import msgspec


class Reason(msgspec.Struct, frozen=True):
    """How many rows were rejected with one code, and the first one's line and message."""

    count: int
    line: int
    message: str


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows were recorded, had been before, or were rejected and why."""

    recorded: int = 0
    duplicates: int = 0
    reasons: Mapping[str, Reason] = {}

    @property
    def rejected(self) -> int:
        """Return how many rows were rejected."""
        return sum(one.count for one in self.reasons.values())

    @property
    def rows(self) -> int:
        """Return how many rows there were."""
        return self.recorded + self.duplicates + self.rejected


def added(first: Tally, second: Tally) -> Tally:
    """Add what came later to what came first."""
    reasons = dict(first.reasons)
    for code, more in second.reasons.items():
        known = reasons.get(code)
        if known is None:
            reasons[code] = more
        else:
            reasons[code] = Reason(known.count + more.count, known.line, known.message)
    return Tally(
        recorded=first.recorded + second.recorded,
        duplicates=first.duplicates + second.duplicates,
        reasons=reasons,
    )

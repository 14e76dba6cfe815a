"""The formulas, each defined once with its merge law.

A formula turns one event into a state, merges states, and reads the result off the last one. Merge
is associative, and commutative up to the state's own order, so states of hours add up to days and
states of nodes to totals. Storage engines compute the same results in their own language; a
property test holds them to these definitions.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import reduce
from typing import Any, Generic, TypeVar

import msgspec

from taximeter.kit import decimals
from taximeter.meters import FormulaName

State = TypeVar("State")


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """An event as a formula sees it."""

    seq: int
    timestamp_us: int
    value: Decimal | None = None
    text: str | None = None


class Formula(msgspec.Struct, Generic[State], frozen=True):
    """How events become one number."""

    state_of: Callable[[Counted], State]
    merge: Callable[[State, State], State]
    result: Callable[[State], Decimal]

    def fold(self, events: Iterable[Counted]) -> Decimal | None:
        """Return the result over the events, or None where there are none."""
        states = [self.state_of(event) for event in events]
        return self.result(reduce(self.merge, states)) if states else None


def _value(event: Counted) -> Decimal:
    assert event.value is not None, "events of a numeric formula carry a number"
    return event.value


def _text(event: Counted) -> str:
    assert event.text is not None, "events of a counting-texts formula carry a text"
    return event.text


def _itself(state: Decimal) -> Decimal:
    return state


def average(total: Decimal, count: int) -> Decimal:
    """Divide a total by a count of events, to 15 places, half away from zero."""
    return decimals.divided(total, Decimal(count))


_SUM = Formula[Decimal](_value, lambda a, b: decimals.total((a, b)), _itself)
_COUNT = Formula[int](lambda _: 1, lambda a, b: a + b, Decimal)
_MAX = Formula[Decimal](_value, max, _itself)
_MIN = Formula[Decimal](_value, min, _itself)
_LAST = Formula[tuple[int, int, Decimal]](
    lambda event: (event.timestamp_us, event.seq, _value(event)),
    lambda a, b: max(a, b, key=lambda state: state[:2]),
    lambda state: state[2],
)
_AVG = Formula[tuple[Decimal, int]](
    lambda event: (_value(event), 1),
    lambda a, b: (decimals.total((a[0], b[0])), a[1] + b[1]),
    lambda state: average(*state),
)
_UNIQUE_COUNT = Formula[frozenset[str]](
    lambda event: frozenset((_text(event),)),
    lambda a, b: a | b,
    lambda state: Decimal(len(state)),
)

FORMULAS: dict[FormulaName, Formula[Any]] = {
    "sum": _SUM,
    "count": _COUNT,
    "last": _LAST,
    "max": _MAX,
    "min": _MIN,
    "avg": _AVG,
    "unique_count": _UNIQUE_COUNT,
}
"""`last` is the value with the greatest timestamp; among equals the one received last."""

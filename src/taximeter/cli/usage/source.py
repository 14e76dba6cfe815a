"""Where the command's figures come from: what it asks, whoever answers."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

import msgspec

from taximeter.kit.calendar import CalendarWindow
from taximeter.kit.periods import Window
from taximeter.kit.zones import UTC
from taximeter.meters import FormulaName


class UsageFailed(Exception):
    """The figures cannot be had; the message is a sentence that says what to do."""


class MeterFound(msgspec.Struct, frozen=True, kw_only=True):
    """A meter, as far as this command needs to know it."""

    id: str
    event_name: str
    formula: FormulaName
    dimensions: tuple[str, ...]
    active: bool


class CustomerFound(msgspec.Struct, frozen=True, kw_only=True):
    """A customer and what to call it; the name may be empty."""

    id: str
    name: str


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Totals of a meter over `[start, end)`, in Unix seconds; None for the customer means each.

    `starts` are where the windows of the time zone begin, the first at `start`.
    """

    meter: MeterFound
    start: int
    end: int
    customer: str | None = None
    by: tuple[str, ...] = ()
    window: CalendarWindow | None = None
    timezone: str = UTC
    starts: tuple[int, ...] = ()
    as_of: int | None = None

    @property
    def utc_window(self) -> Window | None:
        """Return the window where it is one that totals know by name: an hour or a day of UTC."""
        if self.timezone != UTC or self.window == "week" or self.window == "month":
            return None
        return self.window


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One total of an answer."""

    customer: str
    start: int
    end: int
    value: Decimal
    dimensions: tuple[str, ...] = ()


class UsageSource(Protocol):
    """Answers the command's questions. Every method may raise UsageFailed."""

    def meters(self) -> Sequence[MeterFound]:
        """Return all meters, newest first."""
        ...

    def customers(self, ids: Sequence[str] | None) -> Sequence[CustomerFound]:
        """Return these customers, or (None) all that can be listed."""
        ...

    def figures(self, question: Question) -> Sequence[Figure]:
        """Return a figure for each customer, group and window that has usage, in any order."""
        ...

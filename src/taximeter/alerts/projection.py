"""When an alert will fire if usage goes on as it has of late: pure functions.

Each quantity goes on from what it is at the rate of its last days. What is asked for is the first
whole second after now at which the number has come to the threshold.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Literal

import msgspec

from taximeter.kit import decimals
from taximeter.kit.decimals import ZERO
from taximeter.kit.periods import DAY_SECONDS
from taximeter.pricing.price import Price

Reason = Literal[
    "already_crossed",
    "no_usage",
    "not_additive",
    "not_before_period_ends",
    "not_within_a_year",
]
"""Why no crossing is projected."""

HORIZON_SECONDS = 366 * DAY_SECONDS
"""Nobody knows usage so far ahead."""


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """A quantity that goes on: what it is, and how much was used in so many seconds."""

    present: Decimal
    used: Decimal = ZERO
    seconds: int = 1

    def after(self, elapsed: int) -> Decimal:
        """Return what it will be after so many seconds; a rate below zero is taken as none."""
        gained = decimals.product(max(ZERO, self.used), Decimal(elapsed))
        return decimals.total((self.present, decimals.divided(gained, Decimal(self.seconds))))

    def until(self, quantity: Decimal) -> int | None:
        """Return the last whole second at which it is at most a quantity; None if it always is."""
        if self.used <= 0 or quantity < self.present:
            return None
        left = decimals.product(decimals.difference(quantity, self.present), Decimal(self.seconds))
        return int(decimals.quotient(left, self.used))


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """What a number is, by how much it changes in the next day, and when it will have crossed.

    `crossing_at` is in Unix seconds; without one `reason` says why.
    """

    value: Decimal
    per_day: Decimal
    crossing_at: int | None = None
    reason: Reason | None = None


def outlook(
    number: Callable[[int], Decimal],
    crossed: Callable[[Decimal], bool],
    *,
    now: int,
    until: int | None,
    used: bool,
    turns: Iterable[int] = (),
) -> Outlook:
    """Say when a number will have crossed, given what it will be after so many seconds.

    `until` is when its period ends, and `used` says whether anything was used of late. Between
    `turns`, in seconds from now, a number that has crossed stays so; a tier of a volume price that
    ends is a turn.
    """
    value = number(0)
    per_day = decimals.difference(number(DAY_SECONDS), value)
    if crossed(value):
        return Outlook(value=value, per_day=per_day, reason="already_crossed")
    if not used:
        return Outlook(value=value, per_day=per_day, reason="no_usage")
    last = HORIZON_SECONDS if until is None else min(HORIZON_SECONDS, until - now - 1)
    low = 0
    for high in sorted({one for one in turns if 0 < one < last} | {last}):
        if high > low and crossed(number(high)):
            found = _first(lambda elapsed: crossed(number(elapsed)), low, high)
            return Outlook(value=value, per_day=per_day, crossing_at=now + found)
        low = max(low, high)
    ends = until is not None and last < HORIZON_SECONDS
    return Outlook(
        value=value,
        per_day=per_day,
        reason="not_before_period_ends" if ends else "not_within_a_year",
    )


def _first(crossed: Callable[[int], bool], low: int, high: int) -> int:
    """Return the first second after `low` that has crossed, up to `high`, which has."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if crossed(middle) else (middle, high)
    return high


def turns_of(prices: Iterable[tuple[Price, str, Course]]) -> list[int]:
    """Return when quantities reach the ends of the tiers of volume prices, in seconds from now."""
    return [
        elapsed
        for price, currency, course in prices
        if price.tiers_mode == "volume"
        for tier in price.currency_options[currency].tiers
        if tier.up_to is not None
        if (elapsed := course.until(Decimal(tier.up_to))) is not None
    ]

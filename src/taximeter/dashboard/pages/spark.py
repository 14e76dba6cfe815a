"""A chart the size of a word: bars without axes."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from taximeter.dashboard.format import quantity
from taximeter.kit import decimals

HEIGHT = 32
STEP = 10


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One bar, in the units of the picture."""

    x: int
    y: int
    height: int


class Spark(msgspec.Struct, frozen=True, kw_only=True):
    """The bars, and what they say in words."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    says: str


def spark(values: Sequence[Decimal | None], *, unit: str) -> Spark:
    """Draw values as bars of up to the full height; what is less than zero is drawn as nothing."""
    greatest = max((value for value in values if value is not None), default=decimals.ZERO)
    heights = [_height(value, greatest) for value in values]
    return Spark(
        width=len(values) * STEP,
        height=HEIGHT,
        bars=tuple(
            Bar(x=index * STEP, y=HEIGHT - height, height=height)
            for index, height in enumerate(heights)
        ),
        says=f"Last {len(values)} {unit}, at most {quantity(greatest)} in one.",
    )


def _height(value: Decimal | None, greatest: Decimal) -> int:
    if value is None or value <= 0:
        return 1
    share = decimals.divided(decimals.product(value, Decimal(HEIGHT)), greatest, places=0)
    return max(2, int(share))

"""Half-open periods `[start, end)` in UTC, and the windows that divide them."""

from typing import Literal

from taximeter.kit.clock import MICROSECONDS

Window = Literal["hour", "day"]
"""A UTC hour or a UTC day, the windows that Stripe groups usage by."""

WINDOW_SECONDS: dict[Window, int] = {"hour": 3_600, "day": 86_400}
MINUTE_SECONDS = 60
DAY_SECONDS = 86_400
HOUR_SECONDS = 3_600


def window_us(window: Window) -> int:
    """Return the length of a window in microseconds."""
    return WINDOW_SECONDS[window] * MICROSECONDS


def floor_us(moment_us: int, window: Window) -> int:
    """Return the start of the window that holds the moment."""
    length = window_us(window)
    return moment_us // length * length


def ceil_us(moment_us: int, window: Window) -> int:
    """Return the moment itself where a window starts there, else the start of the next one."""
    length = window_us(window)
    return -(-moment_us // length) * length

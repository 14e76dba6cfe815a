"""Ranges divided into the windows of a local calendar."""

from collections.abc import Sequence

from taximeter.kit.calendar import CalendarWindow
from taximeter.kit.periods import WINDOW_SECONDS, Window


def utc_window(
    window: CalendarWindow | None, start: int, end: int, cuts: Sequence[int]
) -> Window | None:
    """Return the window of UTC that divides a range at the same moments, if there is one.

    The zone need not be UTC for it: most have its hours. Totals by such windows are the fastest.
    """
    for one, step in WINDOW_SECONDS.items():
        if window == one and not start % step:
            bounds = (start, *cuts, end)
            if bounds == tuple(range(start, end + step, step)):
                return one
    return None

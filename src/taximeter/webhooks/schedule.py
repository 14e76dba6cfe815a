"""When a delivery that failed is tried again: soon at first, then ever more rarely."""

import random

from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.periods import HOUR_SECONDS

SHORTEST_SECONDS = 10
LONGEST_SECONDS = 12 * HOUR_SECONDS
GROWTH = 2
"""A pause is as many times as long as the time for which all attempts have failed."""

LEAST_PART = 0.75
"""A pause is cut by up to a quarter at random, so that what failed together is spread out."""


def next_attempt_us(
    *, first_attempt_us: int, now_us: int, retry_hours: int, random: random.Random
) -> int | None:
    """Return when to try again what has just failed, or None when that was the last attempt.

    About 10 seconds after the first attempt, then each time about three times as long after it, up
    to 12 hours apart. The last attempt is made when the time for retries is over, not before.
    """
    last_us = first_attempt_us + retry_hours * HOUR_SECONDS * MICROSECONDS
    if now_us >= last_us:
        return None
    failing_s = (now_us - first_attempt_us) / MICROSECONDS
    pause_s = min(max(SHORTEST_SECONDS, GROWTH * failing_s), LONGEST_SECONDS)
    pause_us = round(pause_s * random.uniform(LEAST_PART, 1) * MICROSECONDS)
    return min(now_us + pause_us, last_us)

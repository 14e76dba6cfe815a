"""The schedule of retries: it grows, it is spread out, it ends when it should."""

import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.periods import HOUR_SECONDS
from taximeter.webhooks.schedule import LONGEST_SECONDS, SHORTEST_SECONDS, next_attempt_us

START_US = 1_790_078_400 * MICROSECONDS


def attempts(seed: int, *, took_us: int = 0, retry_hours: int = 72) -> list[int]:
    """Return when the attempts at a delivery are made that fails for ever."""
    generator = random.Random(seed)
    moments = [START_US]
    while True:
        following = next_attempt_us(
            first_attempt_us=START_US,
            now_us=moments[-1] + took_us,
            retry_hours=retry_hours,
            random=generator,
        )
        if following is None:
            return moments
        moments.append(following)


@given(st.integers(), st.integers(0, 30 * MICROSECONDS), st.integers(1, 400))
def test_attempts_are_ever_further_apart_until_the_time_is_over(
    seed: int, took_us: int, retry_hours: int
) -> None:
    moments = attempts(seed, took_us=took_us, retry_hours=retry_hours)
    pauses = [(later - earlier - took_us) / MICROSECONDS for earlier, later in pairwise(moments)]
    assert moments[-1] == START_US + retry_hours * HOUR_SECONDS * MICROSECONDS
    assert all(0.75 * SHORTEST_SECONDS <= pause <= LONGEST_SECONDS for pause in pauses[:-1])
    assert 0 < pauses[-1] <= LONGEST_SECONDS
    growing = [pause for pause in pauses[1:-1] if pause < 0.75 * LONGEST_SECONDS]
    assert growing == sorted(growing)


@given(st.integers())
def test_three_days_hold_some_fifteen_attempts(seed: int) -> None:
    assert 13 <= len(attempts(seed)) <= 18


@given(st.integers(0, 2**40), st.integers(0, 2**20), st.integers())
def test_whatever_is_late_is_tried_later_or_never(after_us: int, hours: int, seed: int) -> None:
    now_us = START_US + after_us
    following = next_attempt_us(
        first_attempt_us=START_US, now_us=now_us, retry_hours=hours, random=random.Random(seed)
    )
    over = after_us >= hours * HOUR_SECONDS * MICROSECONDS
    assert following is None if over else following is not None and following > now_us


def test_what_failed_together_is_tried_apart() -> None:
    second = {attempts(seed)[1] for seed in range(100)}
    assert len(second) > 90

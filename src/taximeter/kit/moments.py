"""Moments as RFC 3339 spells them, the way of Stripe's v2 API."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_EXACT_SECONDS_MAX = 2**31


def moment_us(moment: datetime) -> int:
    """Return a moment that has a zone in microseconds since the Unix epoch."""
    return (moment - _EPOCH) // _MICROSECOND


def moments_us(moments: Sequence[datetime]) -> npt.NDArray[np.int64]:
    """Return many moments at once, as `moment_us` returns each.

    A double holds the microseconds of some centuries around the epoch to a quarter, so rounding
    finds each of them; outside, each moment is asked by itself.
    """
    seconds = np.fromiter(map(datetime.timestamp, moments), dtype=np.float64, count=len(moments))
    if np.abs(seconds).max(initial=0) > _EXACT_SECONDS_MAX:
        return np.array([moment_us(one) for one in moments], dtype=np.int64)
    return np.rint(seconds * 1e6).astype(np.int64)


def moment_text(moment_us: int) -> str:
    """Spell a moment in UTC and to the millisecond: `2026-01-31T23:59:59.000Z`."""
    moment = _EPOCH + timedelta(microseconds=moment_us)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1_000:03d}Z"

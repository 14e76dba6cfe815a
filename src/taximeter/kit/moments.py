"""Moments as RFC 3339 spells them, the way of Stripe's v2 API."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def moment_us(moment: datetime) -> int:
    """Return a moment that has a zone in microseconds since the Unix epoch."""
    return (moment - _EPOCH) // _MICROSECOND


def moments_us(moments: Sequence[datetime | None], *, missing_us: int) -> list[int]:
    """Return many moments at once; where there is none, it is `missing_us`."""
    return [
        missing_us if moment is None else (moment - _EPOCH) // _MICROSECOND for moment in moments
    ]


def moment_text(moment_us: int) -> str:
    """Spell a moment in UTC and to the millisecond: `2026-01-31T23:59:59.000Z`."""
    moment = _EPOCH + timedelta(microseconds=moment_us)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1_000:03d}Z"

"""Moments as v2 writes them."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment_text(moment_us: int) -> str:
    """Spell a moment in RFC 3339, in UTC and to the millisecond: `2026-01-31T23:59:59.000Z`."""
    moment = _EPOCH + timedelta(microseconds=moment_us)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1_000:03d}Z"

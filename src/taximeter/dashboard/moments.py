"""Moments as people type them into a field: a date, or a date and a time, in UTC."""

from datetime import UTC, datetime

from taximeter.errors import InvalidRequest


def typed_moment(text: str, *, param: str) -> int | None:
    """Return Unix seconds, None for an empty field. Raises InvalidRequest for anything else."""
    text = text.strip()
    if not text:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidRequest(
            "This is no moment. Write it as 2026-01-31, or 2026-01-31 23:59.", param=param
        ) from None
    return int((read.replace(tzinfo=UTC) if read.tzinfo is None else read).timestamp())

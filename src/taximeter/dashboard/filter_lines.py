"""Filters on dimensions as people type them: `model=large`, one a line."""

from taximeter.dashboard.fields import FieldErrors

_SHOWN_MAX = 60


def typed_filters(text: str, *, field: str) -> dict[str, tuple[str, ...]]:
    """Return the values under each key; lines of one key are alternatives. Raises FieldErrors."""
    filters: dict[str, tuple[str, ...]] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        key, equals, value = (part.strip() for part in line.partition("="))
        if not equals or not key or not value:
            shown = line[:_SHOWN_MAX]
            raise FieldErrors({field: f"“{shown}” is no filter; write one a line: model=large"})
        filters[key] = (*filters.get(key, ()), value)
    return filters

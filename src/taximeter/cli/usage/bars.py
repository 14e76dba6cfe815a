"""Bars and sparklines of block characters; pictures beside exact figures, never instead of them."""

from collections.abc import Sequence
from decimal import Decimal

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_LEVELS = "▁▂▃▄▅▆▇█"


def bar(value: Decimal, *, largest: Decimal, columns: int) -> str:
    """Draw a magnitude against the largest one; what is not zero shows at least a sliver."""
    if not largest or not value or columns < 1:
        return ""
    eighths = max(1, round(abs(value) / largest * columns * 8))
    whole, rest = divmod(eighths, 8)
    return "█" * whole + (_EIGHTHS[rest] if rest else "")


def sparkline(values: Sequence[Decimal | None], *, largest: Decimal) -> str:
    """Draw one character a value: a dot for no usage, else a height against the largest."""
    return "".join("·" if value is None else _level(value, largest) for value in values)


def _level(value: Decimal, largest: Decimal) -> str:
    if not largest or value <= 0:
        return _LEVELS[0]
    return _LEVELS[min(7, int(value / largest * 8))]


def shrunk(values: Sequence[Decimal | None], *, columns: int) -> list[Decimal | None]:
    """Keep at most `columns` values: the greatest of each run of neighbours."""
    if columns < 1 or len(values) <= columns:
        return list(values)
    run = -(-len(values) // columns)
    runs = [values[start : start + run] for start in range(0, len(values), run)]
    return [max((value for value in one if value is not None), default=None) for one in runs]

"""Tables as Markdown, so that they can be pasted into a page; medians and percentiles."""

from collections.abc import Sequence
from statistics import median


def print_table(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    cells = [list(map(str, row)) for row in [head, *rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    lines = [
        " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in cells
    ]
    rule = " | ".join("-" * width for width in widths)
    print(f"\n{title}\n\n| {lines[0]} |\n| {rule} |")
    for line in lines[1:]:
        print(f"| {line} |")
    print(flush=True)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of all are not above; of no values, 0."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1_000:.1f} ms"


def megabytes(number: float) -> str:
    return f"{number:,.0f} MB"


def whole(number: float) -> str:
    return f"{number:,.0f}"


def spread(values: Sequence[float]) -> str:
    """The median, and in brackets the least and the greatest."""
    return f"{whole(median(values))} ({whole(min(values))}-{whole(max(values))})"

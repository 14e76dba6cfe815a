"""A line chart as SVG: a few points with their ranges, legible on light and on dark."""

from collections.abc import Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

_WIDTH, _HEIGHT = 720, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 90, 30, 56, 56
_LINES = 4
_STYLE = """
    text { font: 13px system-ui, sans-serif; fill: #24292f }
    .title { font-size: 15px; font-weight: 600 }
    .grid { stroke: #d0d7de } .range { stroke: #0969da; stroke-width: 2 }
    .line { stroke: #0969da; stroke-width: 2.5; fill: none } .point { fill: #0969da }
    @media (prefers-color-scheme: dark) {
        text { fill: #e6edf3 } .grid { stroke: #3d444d } .range, .line { stroke: #58a6ff }
        .point { fill: #58a6ff }
    }
"""


class Point(NamedTuple):
    """A measurement: the median, and the least and the greatest of its runs."""

    x: float
    name: str
    median: float
    least: float
    greatest: float


def line_chart(*, title: str, x_name: str, points: Sequence[Point]) -> str:
    """Draw the medians over x, from zero up, so that heights compare as the numbers do."""
    top = _round_up(max(point.greatest for point in points))
    right = max(point.x for point in points) or 1.0

    def x(value: float) -> float:
        return _LEFT + value / right * (_WIDTH - _LEFT - _RIGHT)

    def y(value: float) -> float:
        return _HEIGHT - _BOTTOM - value / top * (_HEIGHT - _TOP - _BOTTOM)

    drawn = [
        _text(_LEFT, 24, title, "start", kind="title"),
        _text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 12, x_name, "middle"),
    ]
    for step in range(_LINES + 1):
        value = top * step / _LINES
        drawn.append(_line("grid", _LEFT, y(value), _WIDTH - _RIGHT, y(value)))
        drawn.append(_text(_LEFT - 10, y(value) + 4, f"{value:,.0f}", "end"))
    path = " ".join(f"{x(point.x):.1f},{y(point.median):.1f}" for point in points)
    drawn.append(f'<polyline class="line" points="{path}"/>')
    for point in points:
        middle = x(point.x)
        drawn += [
            _line("range", middle, y(point.least), middle, y(point.greatest)),
            f'<circle class="point" cx="{middle:.1f}" cy="{y(point.median):.1f}" r="4.5"/>',
            _text(middle, _HEIGHT - _BOTTOM + 20, point.name, "middle"),
        ]
    body = "\n  ".join(drawn)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">\n'
        f"  <title>{escape(title)}</title>\n  <style>{_STYLE}  </style>\n  {body}\n</svg>\n"
    )


def _round_up(value: float) -> float:
    """Return the next number at which four even lines have round names."""
    unit = 1.0
    while unit * 100 < value:
        unit *= 10
    return next(step * unit for step in (4, 8, 12, 20, 28, 40, 60, 80, 100) if step * unit >= value)


def _text(x: float, y: float, text: str, anchor: str, *, kind: str = "label") -> str:
    return (
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
    )


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'

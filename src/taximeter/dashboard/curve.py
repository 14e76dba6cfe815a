"""What a price comes to against the quantity, computed by the same function that bills."""

from decimal import Decimal
from typing import Literal

import msgspec

from taximeter.dashboard.chart import ChartSeries
from taximeter.dashboard.format import quantity as written
from taximeter.dashboard.table import Table
from taximeter.kit import decimals, money
from taximeter.kit.decimals import ZERO
from taximeter.pricing.price import Price
from taximeter.pricing.rate import rate

STEPS = 100
ROWS = 10
UNTIL_MAX = 10**18
_AVERAGE_PLACES = 6


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """What a quantity costs, in the currency's minor unit, and a unit of it on average."""

    quantity: Decimal
    amount: int
    average: Decimal | None


class CurveChart(msgspec.Struct, frozen=True, kw_only=True):
    """The curve as `chart.js` draws it: quantities at even distances, amounts in the major unit."""

    kind: Literal["line"] = "line"
    window: str = "units"
    starts: tuple[int, ...]
    labels: tuple[str, ...]
    series: tuple[ChartSeries, ...]


class Curve(msgspec.Struct, frozen=True, kw_only=True):
    """A price from nothing up to a quantity, and the points at which it changes."""

    currency: str
    until: int
    points: tuple[Point, ...]


def curve_of(price: Price, *, currency: str, until: int | None = None) -> Curve:
    """Compute a price's curve up to a quantity; by itself, some way past its last boundary."""
    until = max(1, min(until or natural_end(price, currency), UNTIL_MAX))
    until = -(-until // STEPS) * STEPS
    return Curve(
        currency=currency,
        until=until,
        points=tuple(point(price, currency, one) for one in _marks(price, currency, until)),
    )


def curve_chart(price: Price, curve: Curve) -> CurveChart:
    """Return what is drawn of a curve."""
    currency, step = curve.currency, curve.until // STEPS
    points = [point(price, currency, step * index) for index in range(STEPS + 1)]
    return CurveChart(
        starts=tuple(range(STEPS + 1)),
        labels=tuple(written(one.quantity) for one in points),
        series=(
            ChartSeries(
                label=f"Price in {currency.upper()}",
                values=tuple(money.major(Decimal(one.amount), currency) for one in points),
            ),
        ),
    )


def point(price: Price, currency: str, quantity: int) -> Point:
    """Price one quantity."""
    charges = rate(price, currency=currency, quantity=Decimal(quantity))
    amount = sum(one.amount for one in charges)
    exact = decimals.total(one.exact for one in charges)
    average = None
    if quantity:
        average = decimals.divided(exact, Decimal(quantity), places=_AVERAGE_PLACES)
    return Point(quantity=Decimal(quantity), amount=amount, average=average)


def natural_end(price: Price, currency: str) -> int:
    """Return up to where a price is worth looking at."""
    ends = _ends(price, currency)
    if ends:
        return ends[-1] + max(ends[-1] // 2, 1)
    if price.transform_quantity is not None:
        return price.transform_quantity.divide_by * 5
    return 1_000


def _ends(price: Price, currency: str) -> list[int]:
    tiers = price.currency_options[currency].tiers
    return [one.up_to for one in tiers if one.up_to is not None]


def _marks(price: Price, currency: str, until: int) -> list[int]:
    """Return the quantities for the table: even ones, and both sides of each boundary."""
    marks = {until * index // ROWS for index in range(ROWS + 1)} | {1}
    for end in _ends(price, currency):
        marks |= {end, end + 1}
    return sorted(one for one in marks if one <= until)


def curve_table(curve: Curve, name: str) -> Table:
    """Return the points, amounts in the minor unit."""
    return Table(
        name=f"curve-{name}",
        columns=("quantity", "amount", "average", "currency"),
        rows=[
            (
                decimals.text(one.quantity),
                str(one.amount),
                decimals.text(one.average or ZERO),
                curve.currency,
            )
            for one in curve.points
        ],
    )

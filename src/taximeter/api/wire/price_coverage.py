"""`billing.price_coverage` on the wire: an object of ours."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

import msgspec

from taximeter.environments import Environment
from taximeter.kit import decimals
from taximeter.pricing.coverage import STATUSES, Coverage, CoverageStatus


class CoveredUsageObject(msgspec.Struct, frozen=True, kw_only=True):
    """The usage of one combination of dimension values, and the prices that bill it."""

    object: Literal["billing.price_coverage_row"] = "billing.price_coverage_row"
    dimensions: dict[str, str]
    meter: str
    prices: tuple[str, ...]
    status: CoverageStatus
    value: Decimal
    value_decimal: str


class OverlapObject(msgspec.Struct, frozen=True, kw_only=True):
    """Two prices that would both bill some usage, if there were any such."""

    meter: str
    prices: tuple[str, str]


class PriceCoverageObject(msgspec.Struct, frozen=True, kw_only=True):
    """What of a range's usage is billed by which prices; `counts` are rows by status."""

    object: Literal["billing.price_coverage"] = "billing.price_coverage"
    counts: dict[CoverageStatus, int]
    customer: str | None
    end_time: int
    livemode: bool
    overlapping_prices: Sequence[OverlapObject]
    start_time: int
    usage: Sequence[CoveredUsageObject]


def price_coverage_object(
    coverage: Coverage, environment: Environment, *, start: int, end: int, customer: str | None
) -> PriceCoverageObject:
    """Render the coverage of a range."""
    counts = dict.fromkeys(STATUSES, 0)
    for one in coverage.usage:
        counts[one.status] += 1
    return PriceCoverageObject(
        counts=counts,
        customer=customer,
        end_time=end,
        livemode=environment.livemode,
        overlapping_prices=[
            OverlapObject(meter=one.meter, prices=one.prices) for one in coverage.overlaps
        ],
        start_time=start,
        usage=[
            CoveredUsageObject(
                dimensions=one.dimensions,
                meter=one.meter,
                prices=one.prices,
                status=one.status,
                value=decimals.normal(one.value),
                value_decimal=decimals.text(one.value),
            )
            for one in coverage.usage
        ],
    )

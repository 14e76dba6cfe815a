"""Which usage a set of prices bills once, more than once, or not at all.

Prices may be for a part of a meter's usage, by its dimensions. Nothing stops two of them from
meaning the same usage, or all of them from leaving some out; here it is seen, before an invoice is.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import combinations
from typing import Literal

import msgspec

from taximeter.errors import InvalidRequest
from taximeter.kit.clock import MICROSECONDS
from taximeter.meters import Meter
from taximeter.pricing.price import DimensionFilters, Price
from taximeter.usage.reader import UsageQuery, UsageReader

CoverageStatus = Literal["uncovered", "overlapping", "covered"]
STATUSES: tuple[CoverageStatus, ...] = ("uncovered", "overlapping", "covered")


class CoveredUsage(msgspec.Struct, frozen=True, kw_only=True):
    """The usage of one combination of a meter's dimension values, and the prices that bill it."""

    meter: str
    dimensions: dict[str, str]
    value: Decimal
    prices: tuple[str, ...]

    @property
    def status(self) -> CoverageStatus:
        """Say whether it is billed once, more than once, or not at all."""
        match len(self.prices):
            case 0:
                return "uncovered"
            case 1:
                return "covered"
            case _:
                return "overlapping"


class Overlap(msgspec.Struct, frozen=True, kw_only=True):
    """Two prices of a meter that would both bill some usage, if there were any such."""

    meter: str
    prices: tuple[str, str]


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """What was used in a range, what covers it, and which prices can overlap.

    The usage that needs a look comes first: what is uncovered, then what overlaps, then the rest;
    within each, the greatest first.
    """

    usage: Sequence[CoveredUsage]
    overlaps: Sequence[Overlap]


def covers(filters: DimensionFilters, dimensions: Mapping[str, str]) -> bool:
    """Say whether a price with these filters bills the usage of a combination of values."""
    return all(dimensions[key] in values for key, values in filters)


def overlap(one: DimensionFilters, other: DimensionFilters) -> bool:
    """Say whether some usage could pass both filters: no dimension keeps them apart."""
    values = dict(other)
    return all(not set(values.get(key, mine)).isdisjoint(mine) for key, mine in one)


def overlaps_of(prices: Sequence[Price]) -> list[Overlap]:
    """Return the pairs of metered prices that would bill the same usage, in the prices' order."""
    found = []
    for one, other in combinations(prices, 2):
        (meter, filters), (other_meter, other_filters) = one.counted, other.counted
        if meter == other_meter and overlap(filters, other_filters):
            found.append(Overlap(meter=meter, prices=(one.id, other.id)))
    return found


def measure_coverage(
    *,
    reader: UsageReader,
    meters: Sequence[Meter],
    prices: Sequence[Price],
    start: int,
    end: int,
    customer: str | None,
    rows_max: int,
) -> Coverage:
    """Hold metered prices against the usage of their meters in `[start, end)`, in Unix seconds.

    Each combination of dimension values with usage is looked at; all customers', or one's. Raises
    InvalidRequest where there are more combinations than `rows_max`.
    """
    usage: list[CoveredUsage] = []
    for meter in meters:
        counted = {price.id: price.counted for price in prices}
        filters = {id: one[1] for id, one in counted.items() if one[0] == meter.id}
        query = UsageQuery(
            meter=meter,
            start_us=start * MICROSECONDS,
            end_us=end * MICROSECONDS,
            customer=customer,
            group_by=meter.dimension_keys,
        )
        for total in reader.totals(query):
            dimensions = dict(zip(meter.dimension_keys, total.dimensions, strict=True))
            billed = tuple(id for id, one in filters.items() if covers(one, dimensions))
            usage.append(
                CoveredUsage(
                    meter=meter.id, dimensions=dimensions, value=total.value, prices=billed
                )
            )
            if len(usage) > rows_max:
                raise InvalidRequest(
                    f"The answer would have more than {rows_max} rows. Ask for a shorter range, "
                    "one customer or fewer meters, or raise TAXIMETER_METER_USAGE_ROWS_MAX."
                )
    usage.sort(
        key=lambda one: (STATUSES.index(one.status), -one.value, sorted(one.dimensions.items()))
    )
    return Coverage(usage=usage, overlaps=overlaps_of(prices))

"""`billing.analytics.meter_usage` on the wire."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

import msgspec

from taximeter.environments import Environment
from taximeter.kit import decimals
from taximeter.usage.meter_usage import MeterUsage, MeterUsageRow


class MeterUsageRowObject(msgspec.Struct, frozen=True, kw_only=True):
    """A row; `value` carries every digit as a JSON number, `value_decimal` as a string."""

    id: str
    object: Literal["billing.analytics.meter_usage_row"] = "billing.analytics.meter_usage_row"
    dimensions: dict[str, str] | None
    ends_at: int
    meter: str | None
    starts_at: int
    value: Decimal
    value_decimal: str


class MeterUsageRows(msgspec.Struct, frozen=True, kw_only=True):
    """All rows in one page."""

    object: Literal["list"] = "list"
    data: Sequence[MeterUsageRowObject]
    has_more: Literal[False] = False
    total: int
    url: str


class MeterUsageObject(msgspec.Struct, frozen=True, kw_only=True):
    """The usage of a customer; `refreshed_at` says how fresh it is at least."""

    object: Literal["billing.analytics.meter_usage"] = "billing.analytics.meter_usage"
    livemode: bool
    refreshed_at: int
    rows: MeterUsageRows


def meter_usage_object(usage: MeterUsage, environment: Environment, url: str) -> MeterUsageObject:
    """Render the usage of a customer."""
    return MeterUsageObject(
        livemode=environment.livemode,
        refreshed_at=usage.refreshed_at,
        rows=MeterUsageRows(
            data=[_row_object(row) for row in usage.rows], total=len(usage.rows), url=url
        ),
    )


def _row_object(row: MeterUsageRow) -> MeterUsageRowObject:
    return MeterUsageRowObject(
        id=row.id,
        dimensions=row.dimensions,
        ends_at=row.ends_at,
        meter=row.meter,
        starts_at=row.starts_at,
        value=decimals.normal(row.value),
        value_decimal=decimals.text(row.value),
    )

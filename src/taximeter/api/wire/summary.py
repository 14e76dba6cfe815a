"""`billing.meter_event_summary` on the wire."""

from decimal import Decimal
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from taximeter.environments import Environment
from taximeter.kit import decimals
from taximeter.usage.summary import Summary


class SummaryObject(msgspec.Struct, frozen=True, kw_only=True):
    """A summary; `aggregated_value` carries every digit as a JSON number.

    Readers that parse JSON numbers as doubles lose digits beyond the 15th; the same value as a
    string, `aggregated_value_decimal`, loses none. `dimensions` is there when grouped by them.
    """

    id: str
    object: Literal["billing.meter_event_summary"] = "billing.meter_event_summary"
    aggregated_value: Decimal
    aggregated_value_decimal: str
    dimensions: dict[str, str] | UnsetType = UNSET
    end_time: int
    livemode: bool
    meter: str
    start_time: int


def summary_object(summary: Summary, meter: str, environment: Environment) -> SummaryObject:
    """Render a summary."""
    return SummaryObject(
        id=summary.id,
        aggregated_value=decimals.normal(summary.value),
        aggregated_value_decimal=decimals.text(summary.value),
        dimensions=UNSET if summary.dimensions is None else summary.dimensions,
        end_time=summary.end_time,
        livemode=environment.livemode,
        meter=meter,
        start_time=summary.start_time,
    )

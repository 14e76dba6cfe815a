"""`billing.meter` on the wire."""

from typing import Literal

import msgspec

from taximeter.environments import Environment
from taximeter.kit.periods import Window
from taximeter.meters import FormulaName, Meter, MeterStatus


class CustomerMapping(msgspec.Struct, frozen=True, kw_only=True):
    """Which payload key holds the customer."""

    event_payload_key: str
    type: Literal["by_id"] = "by_id"


class DefaultAggregation(msgspec.Struct, frozen=True):
    """How values add up."""

    formula: FormulaName


class StatusTransitions(msgspec.Struct, frozen=True):
    """When the status last changed."""

    deactivated_at: int | None


class ValueSettings(msgspec.Struct, frozen=True):
    """Which payload key holds the value."""

    event_payload_key: str


class MeterObject(msgspec.Struct, frozen=True, kw_only=True):
    """A meter; `dimension_payload_keys` is beyond Stripe's general release."""

    id: str
    object: Literal["billing.meter"] = "billing.meter"
    created: int
    customer_mapping: CustomerMapping
    default_aggregation: DefaultAggregation
    dimension_payload_keys: tuple[str, ...]
    display_name: str
    event_name: str
    event_time_window: Window | None
    livemode: bool
    status: MeterStatus
    status_transitions: StatusTransitions
    updated: int
    value_settings: ValueSettings


def meter_object(meter: Meter, environment: Environment) -> MeterObject:
    """Render a meter."""
    return MeterObject(
        id=meter.id,
        created=meter.created,
        customer_mapping=CustomerMapping(event_payload_key=meter.customer_key),
        default_aggregation=DefaultAggregation(meter.formula),
        dimension_payload_keys=meter.dimension_keys,
        display_name=meter.display_name,
        event_name=meter.event_name,
        event_time_window=meter.event_time_window,
        livemode=environment.livemode,
        status=meter.status,
        status_transitions=StatusTransitions(meter.deactivated_at),
        updated=meter.updated,
        value_settings=ValueSettings(meter.value_key),
    )

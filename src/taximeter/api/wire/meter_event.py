"""`billing.meter_event` on the wire: Stripe's fields when created, ours too when read back."""

from typing import Literal

import msgspec

from taximeter.environments import Environment
from taximeter.ingest.event import LoggedEvent
from taximeter.kit import decimals
from taximeter.kit.clock import MICROSECONDS
from taximeter.meters import Meter
from taximeter.usage.events import event_id


class MeterEventObject(msgspec.Struct, frozen=True, kw_only=True):
    """A meter event as Stripe answers its creation; `payload` is the text that was logged."""

    object: Literal["billing.meter_event"] = "billing.meter_event"
    created: int
    event_name: str
    identifier: str
    livemode: bool
    payload: msgspec.Raw
    timestamp: int


class LoggedMeterEventObject(msgspec.Struct, frozen=True, kw_only=True):
    """A meter event read back, with what the meter made of it."""

    id: str
    object: Literal["billing.meter_event"] = "billing.meter_event"
    canceled_at: int | None
    created: int
    customer: str
    dimensions: dict[str, str]
    event_name: str
    identifier: str
    livemode: bool
    meter: str
    payload: msgspec.Raw
    timestamp: int
    value: str | None


def meter_event_object(logged: LoggedEvent, environment: Environment) -> MeterEventObject:
    """Render an event that was just recorded."""
    event = logged.event
    return MeterEventObject(
        created=logged.received_at_us // MICROSECONDS,
        event_name=event.event_name,
        identifier=event.identifier,
        livemode=environment.livemode,
        payload=msgspec.Raw(event.payload),
        timestamp=event.timestamp_us // MICROSECONDS,
    )


def logged_meter_event_object(
    logged: LoggedEvent, meter: Meter, environment: Environment
) -> LoggedMeterEventObject:
    """Render an event that is read back; `meter` is the one that recorded it."""
    event = logged.event
    values = msgspec.json.decode(event.dimensions, type=list[str])
    canceled_at_us = logged.canceled_at_us
    return LoggedMeterEventObject(
        id=event_id(environment, logged),
        canceled_at=None if canceled_at_us is None else canceled_at_us // MICROSECONDS,
        created=logged.received_at_us // MICROSECONDS,
        customer=event.customer,
        dimensions=dict(zip(meter.dimension_keys, values, strict=True)),
        event_name=event.event_name,
        identifier=event.identifier,
        livemode=environment.livemode,
        meter=event.meter,
        payload=msgspec.Raw(event.payload),
        timestamp=event.timestamp_us // MICROSECONDS,
        value=event.value_text if event.value is None else decimals.text(event.value),
    )

"""`v2.billing.meter_event` on the wire."""

from typing import Literal

import msgspec

from taximeter.environments import Environment
from taximeter.ingest.event import LoggedEvent
from taximeter.kit.moments import moment_text


class MeterEventV2Object(msgspec.Struct, frozen=True, kw_only=True):
    """A meter event as v2 answers its creation; `payload` is the text that was logged."""

    object: Literal["v2.billing.meter_event"] = "v2.billing.meter_event"
    created: str
    event_name: str
    identifier: str
    livemode: bool
    payload: msgspec.Raw
    timestamp: str


def meter_event_v2_object(logged: LoggedEvent, environment: Environment) -> MeterEventV2Object:
    """Render an event that was just recorded."""
    event = logged.event
    return MeterEventV2Object(
        created=moment_text(logged.received_at_us),
        event_name=event.event_name,
        identifier=event.identifier,
        livemode=environment.livemode,
        payload=msgspec.Raw(event.payload),
        timestamp=moment_text(event.timestamp_us),
    )

"""`billing.meter_event_adjustment` on the wire."""

from typing import Literal

import msgspec

from taximeter.environments import Environment


class Cancel(msgspec.Struct, frozen=True):
    """What was cancelled."""

    identifier: str


class AdjustmentObject(msgspec.Struct, frozen=True, kw_only=True):
    """An adjustment; it is in force before the answer is sent, so its status is `complete`."""

    object: Literal["billing.meter_event_adjustment"] = "billing.meter_event_adjustment"
    cancel: Cancel
    event_name: str
    livemode: bool
    status: Literal["complete"] = "complete"
    type: Literal["cancel"] = "cancel"


def adjustment_object(
    event_name: str, identifier: str, environment: Environment
) -> AdjustmentObject:
    """Render an adjustment."""
    return AdjustmentObject(
        cancel=Cancel(identifier), event_name=event_name, livemode=environment.livemode
    )

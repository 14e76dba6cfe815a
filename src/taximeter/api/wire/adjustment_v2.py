"""`v2.billing.meter_event_adjustment` on the wire."""

from typing import Literal

import msgspec

from taximeter.api.wire.adjustment import Cancel
from taximeter.environments import Environment
from taximeter.ingest.log import Cancellation
from taximeter.kit.moments import moment_text


class AdjustmentV2Object(msgspec.Struct, frozen=True, kw_only=True):
    """An adjustment; it is in force before the answer is sent, so its status is `complete`."""

    object: Literal["v2.billing.meter_event_adjustment"] = "v2.billing.meter_event_adjustment"
    cancel: Cancel
    created: str
    event_name: str
    id: str
    livemode: bool
    status: Literal["complete"] = "complete"
    type: Literal["cancel"] = "cancel"


def adjustment_v2_object(
    event_name: str, cancellation: Cancellation, environment: Environment
) -> AdjustmentV2Object:
    """Render an adjustment; one cancellation has one id, however often it is asked for."""
    prefix = "mtreva" if environment.livemode else "mtreva_test"
    return AdjustmentV2Object(
        cancel=Cancel(cancellation.identifier),
        created=moment_text(cancellation.received_at_us),
        event_name=event_name,
        id=f"{prefix}_{cancellation.seq:015d}",
        livemode=environment.livemode,
    )

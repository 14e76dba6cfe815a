"""`/v1/billing/meter_event_adjustments`."""

from typing import Annotated, Literal

import msgspec

from taximeter.api.endpoint import Endpoint
from taximeter.api.params import Params
from taximeter.api.services import Context
from taximeter.api.wire.adjustment import AdjustmentObject, adjustment_object
from taximeter.ingest.adjust import cancel


class CancelParam(msgspec.Struct, frozen=True, kw_only=True):
    """Which event to cancel."""

    identifier: Annotated[str, msgspec.Meta(max_length=100)]


class AdjustmentCreate(Params, frozen=True, kw_only=True):
    """What cancelling an event takes."""

    event_name: Annotated[str, msgspec.Meta(max_length=100)]
    type: Literal["cancel"]
    cancel: CancelParam


def _create(context: Context, params: AdjustmentCreate) -> AdjustmentObject:
    services = context.services
    cancellation = cancel(
        finder=services.reader,
        writer=services.writer,
        clock=services.clock,
        settings=services.settings,
        environment=context.environment,
        event_name=params.event_name,
        identifier=params.cancel.identifier,
    )
    return adjustment_object(params.event_name, cancellation.identifier, context.environment)


ENDPOINTS = (
    Endpoint(
        method="POST",
        path="/v1/billing/meter_event_adjustments",
        params=AdjustmentCreate,
        run=_create,
    ),
)

"""`/v2/billing/meter_event_adjustments`."""

from typing import Literal

from taximeter.api.endpoint import Endpoint
from taximeter.api.json_body import Body, Name
from taximeter.api.services import Context
from taximeter.api.wire.adjustment_v2 import AdjustmentV2Object, adjustment_v2_object
from taximeter.errors import InvalidRequest
from taximeter.ingest.adjust import cancel


class CancelBody(Body, frozen=True, kw_only=True):
    """Which event to cancel."""

    identifier: Name


class AdjustmentCreate(Body, frozen=True, kw_only=True):
    """What cancelling an event takes."""

    event_name: Name
    type: Literal["cancel"]
    cancel: CancelBody


def _create(context: Context, params: AdjustmentCreate) -> AdjustmentV2Object:
    services = context.services
    try:
        cancellation = cancel(
            finder=services.reader,
            writer=services.writer,
            clock=services.clock,
            settings=services.settings,
            environment=context.environment,
            event_name=params.event_name,
            identifier=params.cancel.identifier,
        )
    except InvalidRequest as error:
        raise InvalidRequest(
            error.message, param=error.param, code="invalid_cancel_configuration"
        ) from None
    return adjustment_v2_object(params.event_name, cancellation, context.environment)


ENDPOINTS = (
    Endpoint(
        method="POST",
        path="/v2/billing/meter_event_adjustments",
        params=AdjustmentCreate,
        run=_create,
    ),
)

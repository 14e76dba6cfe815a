"""`webhook_delivery` on the wire: ours, since Stripe shows deliveries in its dashboard only."""

from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from taximeter.environments import Environment
from taximeter.kit.clock import MICROSECONDS
from taximeter.webhooks.delivery import Attempt, Delivery, DeliveryStatus


class AttemptObject(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt; `error` says why nothing, or not all, was answered."""

    number: int
    created: int
    duration_ms: int
    error: str | None
    response_body: str | None
    response_status: int | None


class WebhookDeliveryObject(msgspec.Struct, frozen=True, kw_only=True):
    """One event on its way to one endpoint; the attempts are shown with a single delivery."""

    id: str
    object: Literal["webhook_delivery"] = "webhook_delivery"
    attempt_count: int
    attempts: Sequence[AttemptObject] | UnsetType = UNSET
    created: int
    event: str
    event_type: str
    livemode: bool
    next_attempt: int | None
    response_status: int | None
    status: DeliveryStatus
    webhook_endpoint: str


def webhook_delivery_object(
    delivery: Delivery, environment: Environment, *, attempts: Sequence[Attempt] | None = None
) -> WebhookDeliveryObject:
    """Render a delivery, with its attempts where they are given."""
    return WebhookDeliveryObject(
        id=delivery.id,
        attempt_count=delivery.attempts,
        attempts=UNSET if attempts is None else [_attempt(one) for one in attempts],
        created=delivery.created_us // MICROSECONDS,
        event=delivery.event,
        event_type=delivery.event_type,
        livemode=environment.livemode,
        next_attempt=(
            None if delivery.next_attempt_us is None else delivery.next_attempt_us // MICROSECONDS
        ),
        response_status=delivery.response_status,
        status=delivery.status,
        webhook_endpoint=delivery.destination,
    )


def _attempt(attempt: Attempt) -> AttemptObject:
    return AttemptObject(
        number=attempt.number,
        created=attempt.started_us // MICROSECONDS,
        duration_ms=attempt.duration_us // 1_000,
        error=attempt.error,
        response_body=attempt.response_body,
        response_status=attempt.response_status,
    )

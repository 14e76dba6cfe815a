"""What an attempt makes of a delivery and of its destination; all of it pure."""

import random

import msgspec

from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.periods import DAY_SECONDS
from taximeter.settings import Settings
from taximeter.webhooks.delivery import Attempt, Delivery
from taximeter.webhooks.destination import EventDestination
from taximeter.webhooks.schedule import next_attempt_us


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How one attempt ended, at the delivery as it was taken. Moments in microseconds.

    `error` tells why nothing, or not all, was answered; `response_status` what was.
    """

    delivery: Delivery
    started_us: int
    ended_us: int
    duration_us: int
    response_status: int | None = None
    response_body: str | None = None
    error: str | None = None

    @property
    def succeeded(self) -> bool:
        """Say whether the destination has taken the event: whoever answers 2xx has."""
        return self.response_status is not None and 200 <= self.response_status < 300

    def attempt(self, current: Delivery) -> Attempt:
        """Return the attempt as it is logged with the delivery as it stands now."""
        return Attempt(
            delivery=current.id,
            number=current.attempts + 1,
            started_us=self.started_us,
            duration_us=self.duration_us,
            response_status=self.response_status,
            response_body=self.response_body,
            error=self.error,
        )


def delivery_after(
    outcome: Outcome, current: Delivery, *, settings: Settings, random: random.Random
) -> Delivery:
    """Return the delivery after an attempt; `current` is how it stands by now.

    One that was meanwhile asked for anew, or canceled, stays so, unless it has arrived.
    """
    tried = msgspec.structs.replace(
        current,
        attempts=current.attempts + 1,
        first_attempt_us=current.first_attempt_us or outcome.started_us,
        response_status=outcome.response_status or current.response_status,
    )
    if current.next_attempt_us != outcome.delivery.next_attempt_us:
        if outcome.succeeded and current.status == "canceled":
            return msgspec.structs.replace(tried, status="succeeded")
        return tried
    if outcome.succeeded:
        return msgspec.structs.replace(tried, status="succeeded", next_attempt_us=None)
    assert tried.first_attempt_us is not None, "an attempt was made"
    retry_us = next_attempt_us(
        first_attempt_us=tried.first_attempt_us,
        now_us=outcome.ended_us,
        retry_hours=settings.webhook_retry_hours,
        random=random,
    )
    status = "failed" if retry_us is None else tried.status
    return msgspec.structs.replace(tried, status=status, next_attempt_us=retry_us)


def destination_after(
    outcome: Outcome, current: EventDestination, *, settings: Settings
) -> EventDestination:
    """Return the destination after an attempt: disabled once all have failed for long enough."""
    if outcome.succeeded:
        return msgspec.structs.replace(current, failing_since_us=None)
    since_us = current.failing_since_us
    if since_us is None:
        return msgspec.structs.replace(current, failing_since_us=outcome.started_us)
    lasting_us = settings.webhook_disable_days * DAY_SECONDS * MICROSECONDS
    if current.status == "enabled" and outcome.ended_us - since_us >= lasting_us:
        return msgspec.structs.replace(
            current, status="disabled", disabled_by="failures", updated_us=outcome.ended_us
        )
    return current

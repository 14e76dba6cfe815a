"""Deliveries as lists show them: what was told to whom, how it went, when it is tried next."""

from collections.abc import Mapping

import msgspec

from taximeter.dashboard.page import View
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.paging import Cursor
from taximeter.webhooks.delivery import Delivery, DeliveryFilter, DeliveryStatus
from taximeter.webhooks.destination import EventDestination

STATUSES: dict[DeliveryStatus | str, str] = {
    "all": "All",
    "succeeded": "Delivered",
    "pending": "Pending",
    "failed": "Failed",
    "canceled": "Canceled",
}
OF_EVENT_MAX = 50


class DeliveryRow(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery in brief; moments in Unix seconds, `destination_name` None once it is deleted."""

    id: str
    event: str
    event_type: str
    destination: str
    destination_name: str | None
    status: DeliveryStatus
    attempts: int
    response_status: int | None
    created: int
    next_attempt: int | None

    @property
    def is_retried(self) -> bool:
        """Say whether an attempt has failed and another follows."""
        return self.status == "pending" and self.attempts > 0


def delivery_row(delivery: Delivery, destinations: Mapping[str, EventDestination]) -> DeliveryRow:
    """Return a delivery as lists show it."""
    destination = destinations.get(delivery.destination)
    due_us = delivery.next_attempt_us
    return DeliveryRow(
        id=delivery.id,
        event=delivery.event,
        event_type=delivery.event_type,
        destination=delivery.destination,
        destination_name=None if destination is None else destination_name(destination),
        status=delivery.status,
        attempts=delivery.attempts,
        response_status=delivery.response_status,
        created=delivery.created_us // MICROSECONDS,
        next_attempt=None if due_us is None else due_us // MICROSECONDS,
    )


def destination_name(destination: EventDestination) -> str:
    """Return what a destination is called: its name, its description, or its address."""
    return destination.name or destination.description or destination.url


def destinations_here(view: View) -> dict[str, EventDestination]:
    """Return the destinations of the environment by id, oldest first."""
    return {one.id: one for one in view.unit.event_destinations.all(view.environment.id)}


def deliveries_of(view: View, event: str) -> tuple[DeliveryRow, ...]:
    """Return the deliveries of an event, one for each destination that was told."""
    page = view.unit.deliveries.page(
        view.environment.id, Cursor(limit=OF_EVENT_MAX), DeliveryFilter(event=event)
    )
    known = destinations_here(view)
    return tuple(delivery_row(one, known) for one in page.data)

"""Delivering once more what was delivered, or never was."""

import msgspec

from taximeter.environments import Environment
from taximeter.errors import InvalidRequest, NotFound, ResourceMissing
from taximeter.events import Event
from taximeter.kit.paging import Cursor
from taximeter.webhooks.delivery import Delivery, DeliveryFilter, DeliveryLog, new_delivery
from taximeter.webhooks.stores import WebhookUnit


def retrieve_delivery(*, store: DeliveryLog, environment: Environment, id: str) -> Delivery:
    """Return a delivery. Raises NotFound."""
    found = store.get(environment.id, id)
    if found is None:
        raise NotFound(f"No such webhook delivery: '{id}'", param="id")
    return found


def resend(*, unit: WebhookUnit, delivery: Delivery, now_us: int) -> Delivery:
    """Have a delivery tried now, and for as long as a new one if that fails.

    Raises InvalidRequest when its destination or its event is gone.
    """
    if unit.event_destinations.get(delivery.environment, delivery.destination) is None:
        raise InvalidRequest(
            f"The destination {delivery.destination} was deleted; nothing is delivered to it.",
            param="id",
        )
    if delivery.event not in unit.events.many({delivery.event}):
        raise InvalidRequest(f"The event {delivery.event} is no longer kept.", param="id")
    again = msgspec.structs.replace(
        delivery, status="pending", first_attempt_us=None, next_attempt_us=now_us
    )
    unit.deliveries.save([again])
    return again


def resend_event(
    *, unit: WebhookUnit, environment: Environment, event: Event, destination: str, now_us: int
) -> Delivery:
    """Have an event delivered to one destination, whether it was or not. Raises ResourceMissing."""
    there = unit.event_destinations.get(environment.id, destination)
    if there is None:
        raise ResourceMissing(
            f"No such webhook endpoint: '{destination}'", param="webhook_endpoint"
        )
    if there.event_payload != event.event_payload:
        raise InvalidRequest(
            f"{destination} takes {there.event_payload} events, and {event.id} is a "
            f"{event.event_payload} one.",
            param="webhook_endpoint",
        )
    where = DeliveryFilter(destination=destination, event=event.id)
    found = unit.deliveries.page(environment.id, Cursor(limit=1), where).data
    if found:
        return resend(unit=unit, delivery=found[0], now_us=now_us)
    delivery = new_delivery(
        environment=environment.id,
        destination=destination,
        event=event.id,
        event_type=event.type,
        now_us=now_us,
    )
    unit.deliveries.add([delivery])
    return delivery

"""Destinations, deliveries and outcomes to test with."""

from typing import Any

from taximeter.webhooks.delivery import Delivery
from taximeter.webhooks.destination import EventDestination, Secret


def a_destination(letter: str = "1", **others: Any) -> EventDestination:
    """A destination of snapshots in the test environment."""
    fields: dict[str, Any] = {
        "id": f"we_{letter}",
        "environment": 2,
        "api": "webhook_endpoint",
        "created_us": 1,
        "updated_us": 1,
        "url": "https://example.com/hook",
        "event_payload": "snapshot",
        "enabled_events": ("*",),
        "secrets": (Secret(value=f"whsec_{letter}"),),
        **others,
    }
    return EventDestination(**fields)


def a_delivery(name: str = "1", **others: Any) -> Delivery:
    """A delivery of the test environment that is due from the start."""
    fields: dict[str, Any] = {
        "id": f"whd_{name}",
        "environment": 2,
        "destination": "we_1",
        "event": f"evt_{name}",
        "event_type": "billing.meter.created",
        "created_us": 1,
        "next_attempt_us": 1,
        **others,
    }
    return Delivery(**fields)

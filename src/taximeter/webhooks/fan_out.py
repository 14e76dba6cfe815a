"""New events become deliveries, in the transaction that writes them."""

from collections.abc import Callable, Sequence
from typing import Protocol

from taximeter.events import EVENT_US, Event
from taximeter.kit.clock import Clock
from taximeter.webhooks.delivery import DeliveryQueue, new_delivery
from taximeter.webhooks.destination import EventDestination, EventDestinationStore

PING = "v2.core.event_destination.ping"
"""An event that is told to the destination that it is about, and to no other."""

FORGOTTEN_FOR_EACH = 2
"""Old deliveries that go with each event and delivery, so that there are never many too many."""


class AddedEvents(Protocol):
    """The events that a transaction has written."""

    @property
    def added(self) -> Sequence[Event]:
        """Return them in their order."""
        ...


class Unit(Protocol):
    """What fanning out touches of a transaction."""

    @property
    def events(self) -> AddedEvents:
        """Return the events."""
        ...

    @property
    def event_destinations(self) -> EventDestinationStore:
        """Return whom events are told to."""
        ...

    @property
    def deliveries(self) -> DeliveryQueue:
        """Return the deliveries."""
        ...

    def then(self, call: Callable[[], None]) -> None:
        """Have something called once the transaction is committed."""
        ...


class FanOut:
    """Called at the end of each transaction that writes, before its commit."""

    def __init__(self, *, clock: Clock, wake: Callable[[], None]) -> None:
        """Date deliveries by a clock; `wake` is called when some are on disk."""
        self._clock = clock
        self._wake = wake

    def __call__(self, unit: Unit) -> None:
        """Write a delivery of each new event to each destination that wants it."""
        if not unit.events.added:
            return
        now_us = self._clock.now_us()
        wanting: dict[int, Sequence[EventDestination]] = {}
        deliveries = []
        for event in unit.events.added:
            destinations = wanting.get(event.environment)
            if destinations is None:
                destinations = unit.event_destinations.all(event.environment)
                wanting[event.environment] = destinations
            deliveries += [
                new_delivery(
                    environment=event.environment,
                    destination=one.id,
                    event=event.id,
                    event_type=event.type,
                    now_us=now_us,
                )
                for one in destinations
                if _is_told(one, event)
            ]
        limit = FORGOTTEN_FOR_EACH * (len(unit.events.added) + len(deliveries))
        unit.deliveries.forget(created_before_us=now_us - EVENT_US, limit=limit)
        if deliveries:
            unit.deliveries.add(deliveries)
            unit.then(self._wake)


def _is_told(destination: EventDestination, event: Event) -> bool:
    if event.type == PING:
        about = event.related_object
        return about is not None and about.id == destination.id
    return destination.wants(event.event_payload, event.type)

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


class WrittenDestinations(EventDestinationStore, Protocol):
    """Whom events are told to, and whether that has changed."""

    @property
    def changed(self) -> bool:
        """Say whether this transaction has written any."""
        ...


class WrittenDeliveries(DeliveryQueue, Protocol):
    """The deliveries, and what is to be done about them."""

    @property
    def wakes_at_us(self) -> int | None:
        """Return the first moment at which something that was written is to be tried, or None."""
        ...


class Unit(Protocol):
    """What fanning out touches of a transaction."""

    @property
    def events(self) -> AddedEvents:
        """Return the events."""
        ...

    @property
    def event_destinations(self) -> WrittenDestinations:
        """Return whom events are told to."""
        ...

    @property
    def deliveries(self) -> WrittenDeliveries:
        """Return the deliveries."""
        ...

    def then(self, call: Callable[[], None]) -> None:
        """Have something called once the transaction is committed."""
        ...


class FanOut:
    """Called at the end of each transaction that writes, before its commit."""

    def __init__(self, *, clock: Clock, wake: Callable[[], None]) -> None:
        """Date deliveries by a clock; `wake` is called when there is something new to be done."""
        self._clock = clock
        self._wake = wake

    def __call__(self, unit: Unit) -> None:
        """Write a delivery of each new event to each destination that wants it.

        Whoever delivers is woken for what is due, and for destinations that have changed.
        """
        now_us = self._clock.now_us()
        if unit.events.added:
            _fan_out(unit, now_us)
        wakes_at_us = unit.deliveries.wakes_at_us
        is_due = wakes_at_us is not None and wakes_at_us <= now_us
        if is_due or unit.event_destinations.changed:
            unit.then(self._wake)


def _fan_out(unit: Unit, now_us: int) -> None:
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
    unit.deliveries.add(deliveries)


def _is_told(destination: EventDestination, event: Event) -> bool:
    if event.type == PING:
        about = event.related_object
        return about is not None and about.id == destination.id
    return destination.wants(event.event_payload, event.type)

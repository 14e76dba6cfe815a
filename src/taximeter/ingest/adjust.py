"""The use case of cancelling a meter event."""

from typing import Protocol

from taximeter.environments import Environment
from taximeter.errors import InvalidRequest, ResourceMissing
from taximeter.ingest.event import LoggedEvent
from taximeter.ingest.log import Cancellation
from taximeter.ingest.transaction import Canceled, CancelEvent
from taximeter.ingest.writer import Writer
from taximeter.kit.clock import MICROSECONDS, Clock
from taximeter.kit.periods import HOUR_SECONDS
from taximeter.settings import Settings


class EventFinder(Protocol):
    """Finds events in the log."""

    def event(self, environment: int, identifier: str) -> LoggedEvent | None:
        """Return the last event with the identifier, however old, or None."""
        ...


def cancel(
    *,
    finder: EventFinder,
    writer: Writer,
    clock: Clock,
    settings: Settings,
    environment: Environment,
    event_name: str,
    identifier: str,
) -> Cancellation:
    """Take an event out of every total; cancelling twice answers the same again.

    Raises ResourceMissing for an unknown identifier, and InvalidRequest once the cancel window,
    counted from the event's receipt, has closed. Blocks until the cancellation is durable.
    """
    target = finder.event(environment.id, identifier)
    if target is None:
        raise ResourceMissing(f"No such meter event: '{identifier}'", param="cancel[identifier]")
    if target.event.event_name != event_name:
        raise ResourceMissing(
            f"No such meter event: '{identifier}' with event name '{event_name}'; it was recorded "
            f"with event name '{target.event.event_name}'.",
            param="event_name",
        )
    if target.canceled_at_us is None:
        _check_window(target, clock=clock, settings=settings)
    (outcome,) = writer.submit((CancelEvent(target),)).result()
    assert isinstance(outcome, Canceled), "a cancellation is never refused by the writer"
    return outcome.cancellation


def _check_window(target: LoggedEvent, *, clock: Clock, settings: Settings) -> None:
    if settings.cancel_window_hours == "unlimited":
        return
    window_us = settings.cancel_window_hours * HOUR_SECONDS * MICROSECONDS
    if clock.now_us() - target.received_at_us > window_us:
        raise InvalidRequest(
            f"Meter event '{target.event.identifier}' was received more than "
            f"{settings.cancel_window_hours} hours ago and can no longer be cancelled. Send an "
            "event with the negative value to correct the total.",
            param="cancel[identifier]",
        )

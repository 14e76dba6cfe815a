"""The stores that telling others touches, within one transaction, and how to open one."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from taximeter.environments import EnvironmentStore
from taximeter.events import EventStore
from taximeter.webhooks.delivery import DeliveryStore
from taximeter.webhooks.destination import EventDestinationStore


class WebhookUnit(Protocol):
    """One transaction over the records, as far as deliveries go."""

    @property
    def environments(self) -> EnvironmentStore:
        """Return the environments."""
        ...

    @property
    def events(self) -> EventStore:
        """Return the events."""
        ...

    @property
    def event_destinations(self) -> EventDestinationStore:
        """Return whom events are told to."""
        ...

    @property
    def deliveries(self) -> DeliveryStore:
        """Return the deliveries."""
        ...

    def then(self, call: Callable[[], None]) -> None:
        """Have something called once this transaction is committed."""
        ...


class WebhookRecords(Protocol):
    """Opens transactions over the records."""

    def reading(self) -> AbstractContextManager[WebhookUnit]:
        """Open a transaction that only reads."""
        ...

    def writing(self) -> AbstractContextManager[WebhookUnit]:
        """Open a transaction that commits at the end of the block, and not at all on an error."""
        ...

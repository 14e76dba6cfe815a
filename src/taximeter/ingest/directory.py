"""Meters by event name and customers by id, at memory speed for the ingest path."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from taximeter.customers import CustomerStore
from taximeter.meters import Meter, MeterStore


class Records(Protocol):
    """The stores that the directory reads, inside one read transaction."""

    @property
    def meters(self) -> MeterStore:
        """Return the meters."""
        ...

    @property
    def customers(self) -> CustomerStore:
        """Return the customers."""
        ...


class Directory:
    """Remembers what it has looked up until `forget` is called after a change.

    A look-up that began before a change and ended after it is used once and not remembered.
    """

    def __init__(
        self,
        *,
        reading: Callable[[], AbstractContextManager[Records]],
        customers_max: int,
    ) -> None:
        """Look things up through `reading`; remember at most `customers_max` customers."""
        self._reading = reading
        self._customers_max = customers_max
        self._lock = threading.Lock()
        self._generation = 0
        self._meters: dict[tuple[int, str], Meter | None] = {}
        self._customers: set[tuple[int, str]] = set()

    def meter(self, environment: int, event_name: str) -> Meter | None:
        """Return the meter that holds the event name: the active one, else the last inactive."""
        key = (environment, event_name)
        try:
            return self._meters[key]
        except KeyError:
            pass
        generation = self._generation
        with self._reading() as records:
            found = records.meters.with_event_name(environment, event_name)
        meter = found[0] if found else None
        if meter is not None:
            with self._lock:
                if generation == self._generation:
                    self._meters[key] = meter
        return meter

    def has_customer(self, environment: int, id: str) -> bool:
        """Say whether the customer exists and is not deleted."""
        key = (environment, id)
        if key in self._customers:
            return True
        generation = self._generation
        with self._reading() as records:
            customer = records.customers.get(environment, id)
        if customer is None or customer.deleted_at is not None:
            return False
        with self._lock:
            if generation == self._generation:
                if len(self._customers) >= self._customers_max:
                    self._customers.clear()
                self._customers.add(key)
        return True

    def forget(self) -> None:
        """Drop everything remembered; called after meters or customers have changed."""
        with self._lock:
            self._generation += 1
            self._meters = {}
            self._customers = set()

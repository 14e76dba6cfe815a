"""Meters by event name and customers by id, at memory speed for the ingest path."""

import threading
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from taximeter.customers import CustomerStore
from taximeter.meters import Meter, MeterStore
from taximeter.test_clocks import ClockTimes


class Clocks(Protocol):
    """Tells the time of test clocks."""

    def times(self, environment: int) -> ClockTimes:
        """Return what time it is for the customers of the environment's test clocks."""
        ...


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

    @property
    def test_clocks(self) -> Clocks:
        """Return the test clocks."""
        ...


class Directory:
    """Remembers what it has looked up until `forget` is called after a change.

    A look-up that began before a change and ended after it is used once and not remembered.
    An environment's customers are read all at once when the first is asked for, as far as there is
    room for them.
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
        self._customers: dict[int, set[str]] = {}
        self._clock_times_us: dict[int, Mapping[str, int]] = {}

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
        return not self.unknown_customers(environment, (id,))

    def unknown_customers(self, environment: int, ids: Collection[str]) -> set[str]:
        """Return those of the ids that belong to no customer, or to a deleted one."""
        known = self._customers.get(environment)
        if known is not None and known.issuperset(ids):
            return set()
        generation = self._generation
        with self._reading() as records:
            if known is None:
                known = records.customers.existing_ids(environment, limit=self._customers_max)
            wanted = set(ids) - known
            existing = records.customers.existing(environment, wanted) if wanted else set()
        with self._lock:
            if generation == self._generation:
                self._remember(environment, known, existing)
        return wanted - existing

    def _remember(self, environment: int, known: set[str], more: set[str]) -> None:
        if len(known) + len(more) > self._customers_max:
            known = set()
        known.update(more)
        self._customers[environment] = known

    def clock_times_us(self, environment: int) -> Mapping[str, int]:
        """Return what time it is for each customer of a test clock; empty where there is none.

        While a clock is advancing nothing is remembered, so that its new time holds at once.
        """
        try:
            return self._clock_times_us[environment]
        except KeyError:
            pass
        generation = self._generation
        with self._reading() as records:
            times = records.test_clocks.times(environment)
        if not times.advancing:
            with self._lock:
                if generation == self._generation:
                    self._clock_times_us[environment] = times.of_customers_us
        return times.of_customers_us

    def forget(self) -> None:
        """Drop everything remembered; called after meters have changed or customers have gone."""
        with self._lock:
            self._generation += 1
            self._meters = {}
            self._customers = {}
            self._clock_times_us = {}

    def forget_clocks(self) -> None:
        """Drop what time it is; called after a test clock has set out, or has a new customer."""
        with self._lock:
            self._generation += 1
            self._clock_times_us = {}

"""Every live total and every reservation that is held, under one lock.

The writer's thread enters each commit's rows after they are durable and before anyone is told, so
that whoever has been told of an event finds it in the total; the event that settles a reservation
moves the total and ends the reservation in one step. A total that was not asked for before is
followed first and read from the log afterwards: nothing can fall between the two.
"""

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal

from taximeter.authorizations.held import Held, Owner
from taximeter.authorizations.live_total import LiveTotal, Row, Series
from taximeter.authorizations.reservation import Reservation, ReservationStatus
from taximeter.ingest.columns import LoggedRun
from taximeter.ingest.event import LoggedEvent
from taximeter.ingest.log import Cancellation
from taximeter.kit.clock import Clock
from taximeter.meters import Meter


class Books:
    """Live totals and held reservations, for any thread."""

    def __init__(self, *, clock: Clock, totals_max: int) -> None:
        """Follow about so many totals; those not asked for the longest are forgotten first."""
        self._clock = clock
        self._totals_max = totals_max
        self._lock = threading.Lock()
        self._followed: OrderedDict[Series, LiveTotal] = OrderedDict()
        self._totals: defaultdict[Owner, dict[Series, LiveTotal]] = defaultdict(dict)
        self._held = Held()
        self._customers: defaultdict[int, set[str]] = defaultdict(set)
        """Whoever has a total or a reservation here, by environment."""
        self._notice: Callable[[], None] | None = None

    def watch_ends(self, notice: Callable[[], None]) -> None:
        """Have it told when reservations have ended, by whichever thread ended them."""
        self._notice = notice

    def enter(
        self, events: Sequence[LoggedEvent | LoggedRun], cancellations: Sequence[Cancellation]
    ) -> None:
        """Count the rows of a commit; of customers who are not followed it costs next to nothing.

        The writer's thread calls this, once the rows are durable and its head is past them. The
        lock is given back after each request's events, so that nobody waits for a whole commit.
        """
        if not self._customers:
            return
        settled = False
        for logged in events:
            followed = _followed(self._customers, logged)
            if followed:
                with self._lock:
                    for owner, identifier, row in followed:
                        settled |= self._count(owner, identifier, row)
        for one in cancellations:
            with self._lock:
                self._take_back(one)
        if settled:
            self._tell()

    def _count(self, owner: Owner, identifier: str, row: Row) -> bool:
        """Count an event, and say whether it has settled a reservation."""
        for total in self._totals.get(owner, {}).values():
            total.count(row)
        reservation = self._held.of(owner).get(identifier)
        if reservation is None or reservation.meter != row.meter:
            return False
        self._drop(reservation, "settled")
        return True

    def _take_back(self, one: Cancellation) -> None:
        row = Row(one.meter, one.timestamp_us, one.dimensions, one.value, one.received_at_us, True)
        for total in self._totals.get((one.environment, one.customer), {}).values():
            total.count(row)

    def _tell(self) -> None:
        if self._notice is not None:
            self._notice()

    def find(self, series: Series) -> LiveTotal | None:
        """Return the live total of a series if it has been read from the log."""
        total = self._followed.get(series)
        return None if total is None or total.used is None else total

    def follow(self, series: Series, meter: Meter) -> LiveTotal:
        """Return the live total of a series; a new one collects what rows add from here on."""
        owner = (series.environment, series.customer)
        with self._lock:
            total = self._followed.get(series)
            if total is None:
                total = LiveTotal(series, meter)
                for held in self._held.of(owner).values():
                    total.reserve(held.meter, held.dimensions, held.value)
                self._followed[series] = self._totals[owner][series] = total
                self._customers[series.environment].add(series.customer)
                while len(self._followed) > self._totals_max:
                    self._forget(next(iter(self._followed.values())))
        return total

    def begin(self, total: LiveTotal, value: Decimal, *, as_of_us: int) -> None:
        """Let a total start from what the log answered as of a moment."""
        with self._lock:
            total.begin(value, as_of_us=as_of_us)

    def forget(self, totals: Collection[LiveTotal]) -> None:
        """Follow these no more."""
        with self._lock:
            for total in totals:
                if total.attached:
                    self._forget(total)

    def _forget(self, total: LiveTotal) -> None:
        total.attached = False
        owner = (total.series.environment, total.series.customer)
        del self._followed[total.series]
        del self._totals[owner][total.series]
        if not self._totals[owner]:
            del self._totals[owner]
        self._tidy(owner)

    @contextmanager
    def still(self, totals: Collection[LiveTotal]) -> Iterator[bool]:
        """Hold everything still for a decision; what has expired by now is not held any more.

        Gives whether these totals can be decided by: they have been read, and are followed.
        """
        with self._lock:
            expired = self._expire()
            ready = all(total.attached and total.used is not None for total in totals)
            if ready:
                for total in totals:
                    self._followed.move_to_end(total.series)
            yield ready
        if expired:
            self._tell()

    @property
    def held_count(self) -> int:
        """Return how many reservations are held."""
        return len(self._held)

    def hold(self, reservation: Reservation) -> None:
        """Count a reservation as used; within `still`, or while nothing can be asked yet."""
        owner = (reservation.environment, reservation.customer)
        self._held.add(reservation)
        self._customers[reservation.environment].add(reservation.customer)
        for total in self._totals.get(owner, {}).values():
            total.reserve(reservation.meter, reservation.dimensions, reservation.value)

    def withdraw(self, reservations: Collection[Reservation]) -> None:
        """Hold these no more: they could not be made durable, and nobody was told of them."""
        with self._lock:
            for reservation in reservations:
                if self._is_held(reservation):
                    self._drop(reservation, None)

    def release(self, reservation: Reservation) -> None:
        """Hold this no more: its release is durable."""
        with self._lock:
            if self._is_held(reservation):
                self._drop(reservation, "released")
            self._held.set_end(reservation.id, "released")

    def status(self, reservation: Reservation) -> ReservationStatus:
        """Return how a reservation stands now, of which the store may not know yet."""
        if reservation.status != "held":
            return reservation.status
        owner = (reservation.environment, reservation.customer)
        with self._lock:
            self._expire()
            return self._held.status(reservation.id, owner) or "expired"

    def ends(self) -> dict[str, ReservationStatus]:
        """Return how reservations ended of which the store does not know yet."""
        with self._lock:
            self._expire()
            return self._held.ends()

    def noted(self, ids: Collection[str]) -> None:
        """Take it that the store knows how these ended."""
        with self._lock:
            self._held.noted(ids)

    def _is_held(self, reservation: Reservation) -> bool:
        owner = (reservation.environment, reservation.customer)
        return reservation.id in self._held.of(owner)

    def _expire(self) -> bool:
        """End what has expired, and say whether anything has."""
        expired = False
        for reservation in self._held.expired(self._clock.now_us()):
            self._drop(reservation, "expired")
            expired = True
        return expired

    def _drop(self, reservation: Reservation, status: ReservationStatus | None) -> None:
        owner = (reservation.environment, reservation.customer)
        self._held.drop(reservation, status)
        for total in self._totals.get(owner, {}).values():
            total.reserve(reservation.meter, reservation.dimensions, -reservation.value)
        self._tidy(owner)

    def _tidy(self, owner: Owner) -> None:
        """Follow a customer no more of whom nothing is left."""
        environment, customer = owner
        if owner not in self._totals and not self._held.of(owner):
            self._customers[environment].discard(customer)
            if not self._customers[environment]:
                del self._customers[environment]


def _followed(
    customers: dict[int, set[str]], logged: LoggedEvent | LoggedRun
) -> Sequence[tuple[Owner, str, Row]]:
    """Return the events of customers who are followed, each with its customer and identifier."""
    received_at_us = logged.received_at_us
    if isinstance(logged, LoggedEvent):
        event = logged.event
        if event.customer not in customers.get(event.environment, ()):
            return ()
        row = Row(event.meter, event.timestamp_us, event.dimensions, event.value, received_at_us)
        return (((event.environment, event.customer), event.identifier, row),)
    run = logged.run
    wanted = customers.get(run.environment)
    if wanted is None or wanted.isdisjoint(run.customers):
        return ()
    return [
        (
            (run.environment, customer),
            run.identifiers[index],
            Row(
                run.meter,
                int(run.timestamps_us[index]),
                "[]" if run.dimensions is None else run.dimensions[index],
                None if run.values is None else Decimal(run.values[index]),
                received_at_us,
            ),
        )
        for index, customer in enumerate(run.customers)
        if customer in wanted
    ]

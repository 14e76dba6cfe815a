"""The reservations that are held, when they expire, and how the others ended; without a lock."""

import heapq
from collections import OrderedDict, defaultdict
from collections.abc import Collection, Iterator, Mapping

from taximeter.authorizations.reservation import Reservation, ReservationStatus

Owner = tuple[int, str]
"""An environment and one of its customers."""

_NOTED_KEPT = 10_000
"""So many ends are remembered after the store has them, for whoever read it just before."""

_EXPIRIES_SPARE = 1_000


class Held:
    """What is held, by customer, and the ends that the store does not know of yet."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._of: defaultdict[Owner, dict[str, Reservation]] = defaultdict(dict)
        self._expiries: list[tuple[int, str, Owner]] = []
        self._ends: dict[str, ReservationStatus] = {}
        self._noted: OrderedDict[str, ReservationStatus] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        """Return how many are held."""
        return self._count

    def of(self, owner: Owner) -> Mapping[str, Reservation]:
        """Return what is held for a customer, by id."""
        return self._of.get(owner, {})

    def add(self, reservation: Reservation) -> None:
        """Hold one more."""
        owner = (reservation.environment, reservation.customer)
        self._of[owner][reservation.id] = reservation
        self._count += 1
        heapq.heappush(self._expiries, (reservation.expires_us, reservation.id, owner))

    def drop(self, reservation: Reservation, status: ReservationStatus | None) -> None:
        """Hold one no more, and remember how it ended; None leaves no trace of it."""
        owner = (reservation.environment, reservation.customer)
        del self._of[owner][reservation.id]
        if not self._of[owner]:
            del self._of[owner]
        self._count -= 1
        if status is not None:
            self._ends[reservation.id] = status
        if len(self._expiries) > 2 * self._count + _EXPIRIES_SPARE:
            self._expiries = [one for one in self._expiries if one[1] in self.of(one[2])]
            heapq.heapify(self._expiries)

    def expired(self, now_us: int) -> Iterator[Reservation]:
        """Yield what is held but has expired, once each; whoever asks drops it."""
        while self._expiries and self._expiries[0][0] <= now_us:
            _, id, owner = heapq.heappop(self._expiries)
            reservation = self.of(owner).get(id)
            if reservation is not None:
                yield reservation

    def status(self, id: str, owner: Owner) -> ReservationStatus | None:
        """Return how one stands, or None for one that ended long ago."""
        if id in self.of(owner):
            return "held"
        return self._ends.get(id) or self._noted.get(id)

    def set_end(self, id: str, status: ReservationStatus) -> None:
        """Say how one ended after all."""
        self._ends[id] = status

    def ends(self) -> dict[str, ReservationStatus]:
        """Return the ends that the store does not know of."""
        return dict(self._ends)

    def noted(self, ids: Collection[str]) -> None:
        """Take it that the store knows of these ends."""
        for id in ids:
            self._noted[id] = self._ends.pop(id)
        while len(self._noted) > _NOTED_KEPT:
            self._noted.popitem(last=False)

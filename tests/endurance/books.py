"""The client's own books: what was sent, what was acknowledged, and the totals of it, exactly."""

import random
from collections import Counter, deque
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from taximeter.kit.periods import DAY_SECONDS

Kind = Literal["sum", "count"]
KINDS: tuple[Kind, Kind] = ("sum", "count")
MODELS = ("small", "medium", "large")
AGE_SECONDS_MAX = 34 * DAY_SECONDS
RECENT = 20_000


class Sent(NamedTuple):
    """An event; its value is in hundredths."""

    number: int
    kind: Kind
    customer: str
    model: str
    hundredths: int
    timestamp: int

    @property
    def identifier(self) -> str:
        return f"endurance-{self.number}"

    @property
    def amount(self) -> int:
        """What it adds to its meter's total, in hundredths."""
        return self.hundredths if self.kind == "sum" else 100

    def event(self) -> dict[str, Any]:
        """The event as a stream carries it."""
        payload = {
            "stripe_customer_id": self.customer,
            "value": f"{self.hundredths // 100}.{self.hundredths % 100:02d}",
            "model": self.model,
        }
        return {
            "event_name": self.kind,
            "identifier": self.identifier,
            "timestamp": datetime.fromtimestamp(self.timestamp, UTC),
            "payload": payload,
        }


Owner = tuple[Kind, str]


class Asked(NamedTuple):
    """A total that was asked for, and what had been acknowledged before."""

    books: "Books"
    owner: Owner
    acknowledged: int
    cancels_acknowledged: int

    def bounds(self) -> tuple[int, int]:
        """What the total that has just been answered lies between.

        It holds what was acknowledged before it was asked for, unless that has been cancelled by
        now; and nothing but what has been sent by now, without what had been cancelled before.
        """
        sent, cancels = self.books.sent[self.owner], self.books.cancels_sent[self.owner]
        return self.acknowledged - cancels, sent - self.cancels_acknowledged


class Books:
    """Everything that was sent, added up; single events are kept only while they are recent."""

    def __init__(self, customers: list[str], rng: random.Random) -> None:
        self.customers = customers
        self.rng = rng
        self.events = 0
        self.recorded: Counter[tuple[Kind, str, int, str]] = Counter()
        self.counted: Counter[tuple[Kind, str, int, str]] = Counter()
        self.sent: Counter[Owner] = Counter()
        self.acknowledged: Counter[Owner] = Counter()
        self.cancels_sent: Counter[Owner] = Counter()
        self.cancels_acknowledged: Counter[Owner] = Counter()
        self._recent: deque[Sent] = deque(maxlen=RECENT)
        self._cancellable: deque[Sent] = deque(maxlen=RECENT)

    def batch(self, size: int, now: int) -> tuple[list[Sent], list[Sent]]:
        """New events, a tenth of them late; and others that are sent once more."""
        new = [self._new(now) for _ in range(size - size // 10)]
        again = self.rng.choices(self._recent, k=size // 10) if self._recent else []
        self._recent += new
        for one in new:
            self.sent[one.kind, one.customer] += one.amount
        return new, again

    def _new(self, now: int) -> Sent:
        rng = self.rng
        late = rng.randrange(AGE_SECONDS_MAX) if rng.random() < 0.1 else rng.randrange(60)
        self.events += 1
        return Sent(
            number=self.events,
            kind="count" if self.events % 4 == 0 else "sum",
            customer=rng.choice(self.customers),
            model=rng.choice(MODELS),
            hundredths=rng.randrange(1_000_000),
            timestamp=now - late,
        )

    def acknowledge(self, new: Iterable[Sent]) -> None:
        for one in new:
            self.recorded[self._place(one)] += one.amount
            self.counted[self._place(one)] += 1
            self.acknowledged[one.kind, one.customer] += one.amount
            if one.number % 50 == 0:
                self._cancellable.append(one)

    def to_cancel(self) -> Sent | None:
        """An acknowledged event, from now on as good as cancelled; None where there is none."""
        if not self._cancellable:
            return None
        one = self._cancellable.popleft()
        self.cancels_sent[one.kind, one.customer] += one.amount
        return one

    def cancel(self, one: Sent) -> None:
        """A cancellation was acknowledged."""
        self.recorded[self._place(one)] -= one.amount
        self.counted[self._place(one)] -= 1
        self.cancels_acknowledged[one.kind, one.customer] += one.amount

    def asked(self, owner: Owner) -> "Asked":
        """A total that is asked for from now on."""
        return Asked(self, owner, self.acknowledged[owner], self.cancels_acknowledged[owner])

    def by_day(self, owner: Owner) -> dict[int, Decimal]:
        """The totals of the days that have any usage."""
        return self._by(owner, lambda place: place[2])

    def by_model(self, owner: Owner) -> dict[str, Decimal]:
        """The totals of the models that have any usage."""
        return self._by(owner, lambda place: place[3])

    def total(self, owner: Owner) -> Decimal:
        """The whole total."""
        return sum(self.by_day(owner).values(), Decimal(0))

    def _by(self, owner: Owner, key: Any) -> dict[Any, Decimal]:
        found: Counter[Any] = Counter()
        for place, count in self.counted.items():
            if place[:2] == owner and count:
                found[key(place)] += self.recorded[place]
        return {part: Decimal(amount) / 100 for part, amount in found.items()}

    @staticmethod
    def _place(one: Sent) -> tuple[Kind, str, int, str]:
        day = one.timestamp // DAY_SECONDS * DAY_SECONDS
        return one.kind, one.customer, day, one.model

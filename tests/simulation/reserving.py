"""A world in which usage, questions and reservations meet in every order, and a count by hand.

The parts are the real ones, but for the writer, whose steps are taken one at a time. What may be
used is counted anew for each answer, from lists of what was acknowledged and what is held.
"""

import random
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from decimal import Decimal
from pathlib import Path

import msgspec

from taximeter.alerts.alert import Alert, UsageThreshold
from taximeter.authorizations.authorization import Authorization, Question
from taximeter.authorizations.authorize import Authorizer, Plan
from taximeter.authorizations.books import Books
from taximeter.authorizations.limits import LimitDirectory
from taximeter.authorizations.recover import recover
from taximeter.authorizations.reservation import Reservation, new_reservation_id
from taximeter.authorizations.reserve import Asked, Reservations
from taximeter.changes import Change
from taximeter.errors import Overloaded, StorageFailed
from taximeter.ingest.event import LoggedEvent, MeterEvent
from taximeter.ingest.log import Cancellation, cancel_event
from taximeter.kit.clock import SteppingClock, now_s
from taximeter.settings import Settings
from taximeter.storage.records.database import RecordsDatabase, Unit
from taximeter.usage.reader import Total, UsageQuery
from tests.oracle.memory import Memory, MemoryLog, MemoryReader
from tests.oracle.worked import MIDNIGHT, MIDNIGHT_US, a_meter, an_event
from tests.simulation.interleaving import Scheduler

TOKENS = a_meter(dimension_keys=("model",))
CALLS = a_meter(id="mtr_test_calls", event_name="calls", formula="count")
CUSTOMERS = ["cus_1", "cus_2"]
VALUES = ["0", "0.5", "1", "2", "3"]


def an_alert(number: int, gte: str, **threshold: object) -> Alert:
    fields = {"meter": TOKENS.id, "recurrence": "one_time", "dimension_filters": (), **threshold}
    customer = fields.pop("customer", None)
    return msgspec.convert(
        {
            "id": f"alrt_{number}",
            "environment": 2,
            "created": MIDNIGHT,
            "title": "a limit",
            "alert_type": "usage_threshold",
            "active_since_us": 0,
            "after_seq": 0,
            "customer": customer,
            "hard_limit": True,
            "usage_threshold": {"gte": Decimal(gte), **fields},
        },
        Alert,
    )


ALERTS = [
    an_alert(1, "12"),
    an_alert(2, "6", dimension_filters=(("model", ("x", "z")),)),
    an_alert(3, "5", customer="cus_1"),
    an_alert(4, "4", meter=CALLS.id),
]


class StepWriter:
    """Dates, appends and tells as the writer does, with a pause between each two."""

    def __init__(self, scheduler: Scheduler, clock: SteppingClock, log: MemoryLog) -> None:
        self._scheduler = scheduler
        self._clock = clock
        self._log = log
        self._head = log.head()
        self._dated_from_us = 0
        self._committing = False

    def commit(self, world: "World", event: MeterEvent | None, target: LoggedEvent | None) -> None:
        """Record an event, or a cancellation."""
        self._scheduler.until(lambda: not self._committing)
        self._committing = True
        at = max(self._clock.now_us(), self._head.received_at_us, self._dated_from_us)
        seq = self._head.seq + 1
        events: list[LoggedEvent] = []
        cancellations: list[Cancellation] = []
        if event is not None:
            events = [LoggedEvent(seq=seq, received_at_us=at, event=event)]
        if target is not None and not self._log.cancellations_of([target.seq]):
            cancellations = [cancel_event(target, seq=seq, received_at_us=at)]
        self._scheduler.pause()
        self._log.append(events, cancellations)
        self._scheduler.pause()
        self._head = self._log.head()
        world.books.enter(events, cancellations)
        world.entered += events
        world.canceled |= {one.event_seq for one in cancellations}
        self._committing = False

    def settle(self, *, until_us: int = 0) -> None:
        raise AssertionError("nothing here settles")

    def cut(self, *, now_us: int) -> int:
        """As `Writer.cut`."""
        moment_us = max(now_us, self._head.received_at_us + 1, self._dated_from_us)
        self._dated_from_us = moment_us
        self._scheduler.until(lambda: not self._committing)
        return moment_us


class PausingReader(MemoryReader):
    """A reader during whose work others go on."""

    def __init__(self, memory: Memory, scheduler: Scheduler) -> None:
        super().__init__(memory)
        self._scheduler = scheduler

    def totals(self, query: UsageQuery) -> Sequence[Total]:
        self._scheduler.pause()
        found = super().totals(query)
        self._scheduler.pause()
        return found


class PausingRecords:
    """Records during whose commits others go on, and which sometimes fail."""

    def __init__(self, records: RecordsDatabase, scheduler: Scheduler, rng: random.Random) -> None:
        self._records = records
        self._scheduler = scheduler
        self._rng = rng
        self.reading = records.reading

    @contextmanager
    def writing(self) -> Iterator[Unit]:
        with self._records.writing() as unit:
            yield unit
            self._scheduler.pause()
            if self._rng.random() < 0.1:
                raise StorageFailed("failed on purpose")


class CountingBooks(Books):
    """Books that tell what is withdrawn."""

    world: "World"

    def withdraw(self, reservations: Collection[Reservation]) -> None:
        super().withdraw(reservations)
        for one in reservations:
            self.world.held.pop(one.id, None)


class CountingAuthorizer(Authorizer):
    """An authorizer whose every answer is held against a count by hand."""

    world: "World"

    def decide(
        self, plan: Plan, question: Question, *, reservation: Reservation | None = None
    ) -> Authorization | None:
        expected = self.world.expected(question)
        answer = super().decide(plan, question, reservation=reservation)
        if answer is None:
            self.world.stale += 1
            return None
        self.world.answers += 1
        shown = [(one.alert, one.used, one.reserved, one.allows) for one in answer.limits]
        authorized = all(allows for *_, allows in expected)
        if (sorted(shown), answer.authorized) != (expected, authorized):
            self.world.wrong.append((shown, expected))
        if answer.reservation is not None:
            self.world.held[answer.reservation.id] = answer.reservation
        return answer


class World:
    """The parts of a server, and what is known of them from outside."""

    def __init__(self, rng: random.Random, folder: Path) -> None:
        self.rng = rng
        self.clock = SteppingClock(MIDNIGHT_US)
        self.memory = Memory()
        self.records = RecordsDatabase.open_sqlite(folder / "records.sqlite3")
        self.active = list(ALERTS)
        with self.records.writing() as unit:
            for alert in ALERTS:
                unit.alerts.add(alert)
        self.entered: list[LoggedEvent] = []
        self.canceled: set[int] = set()
        self.held: dict[str, Reservation] = {}
        self.told: dict[str, Reservation] = {}
        self.wrong: list[object] = []
        self.answers = self.stale = 0
        self.boot()

    def boot(self) -> None:
        """Start anew from what is stored."""
        self.scheduler = Scheduler(self.rng)
        log = MemoryLog(self.memory)
        self.writer = StepWriter(self.scheduler, self.clock, log)
        self.books = CountingBooks(clock=self.clock, totals_max=4)
        self.books.world = self
        settings = Settings(reservations_max=1_000, live_totals_max=4, limited_customers_max=2)
        self.limits = LimitDirectory(
            reading=self.records.reading, clock=self.clock, settings=settings
        )
        self.authorizer = CountingAuthorizer(
            books=self.books,
            limits=self.limits,
            reader=PausingReader(self.memory, self.scheduler),
            barrier=self.writer,
            clock=self.clock,
            settings=settings,
        )
        self.authorizer.world = self
        self.reservations = Reservations(
            records=PausingRecords(self.records, self.scheduler, self.rng),
            books=self.books,
            authorizer=self.authorizer,
            clock=self.clock,
            settings=settings,
        )
        self.reserving = False
        recover(records=self.records, log=log, books=self.books, clock=self.clock)
        events, cancellations = self.memory.rows()
        self.entered = events
        self.canceled = {one.event_seq for one in cancellations}
        with self.records.reading() as unit:
            self.held = {one.id: one for one in unit.reservations.held()}

    # What is so, counted from lists.

    def expected(self, question: Question) -> list[tuple[str, Decimal, Decimal, bool]]:
        """What each limit that concerns a question comes to, and whether it allows it."""
        now_us = self.clock.now_us()
        settling = {one.event.identifier for one in self.entered}
        held = [
            one for id, one in self.held.items() if id not in settling and one.expires_us > now_us
        ]
        found = []
        for alert in self.active:
            threshold = alert.usage_threshold
            assert threshold is not None
            mine = (question.event.meter, question.event.customer)
            if threshold.meter != mine[0] or alert.customer not in {None, mine[1]}:
                continue
            if not _within(threshold, question.event.dimensions):
                continue
            used = sum(
                (
                    Decimal(1) if one.event.value is None else one.event.value
                    for one in self.entered
                    if (one.event.meter, one.event.customer) == mine
                    and one.seq not in self.canceled
                    and _within(threshold, one.event.dimensions)
                ),
                Decimal(0),
            )
            reserved = sum(
                (
                    one.value
                    for one in held
                    if (one.meter, one.customer) == mine and _within(threshold, one.dimensions)
                ),
                Decimal(0),
            )
            allows = used + reserved + question.value <= threshold.gte
            found.append((alert.id, used, reserved, allows))
        return found

    # What somebody does.

    def act_often(self, times: int) -> Callable[[], None]:
        """Do one thing after another."""
        often = [self.ask, self.ask, self.reserve, self.reserve, self.settle, self.use]
        acts = [*often, *often, self.cancel, self.release, self.wait, self.change_alerts]

        def act() -> None:
            for _ in range(times):
                self.rng.choice(acts)()
                self.scheduler.pause()

        return act

    def question(self) -> Question:
        meter = self.rng.choice([TOKENS, TOKENS, CALLS])
        event = an_event(
            meter,
            self.rng.choice(VALUES),
            at_us=self.clock.now_us(),
            identifier="",
            customer=self.rng.choice(CUSTOMERS),
            dimensions={"model": self.rng.choice("xyz")},
        )
        return Question(event=event, meter=meter)

    def ask(self) -> None:
        question = self.question()
        with suppress(Overloaded):  # more totals are asked for at once than are followed here
            if self.authorizer.answer_at_once(question) is None:
                self.authorizer.answer(question)

    def reserve(self) -> None:
        question = self.question()
        now = now_s(self.clock)
        reservation = Reservation(
            id=new_reservation_id(livemode=False),
            environment=2,
            created=now,
            customer=question.event.customer,
            meter=question.meter.id,
            event_name=question.meter.event_name,
            value=question.value,
            dimensions=question.event.dimensions,
            expires_at=now + self.rng.choice([1, 5, 50]),
        )
        asked = Asked(
            question=question,
            reservation=reservation,
            key=None,
            fingerprint="",
            request_id="req_1",
            render=msgspec.json.encode,
        )
        answered = None
        while answered is None:
            plan = self.authorizer.plan(question)
            if plan is None:
                plan = self.authorizer.prepare(question)
                self.scheduler.pause()
            outcome = self.reservations.submit(asked, plan)
            self.scheduler.until(lambda: not self.reserving)
            self.reserving = True
            if not outcome.done():
                self.reservations.turn()
            self.reserving = False
            try:
                answered = outcome.result(timeout=0)
            except StorageFailed:
                return
        if reservation.id in self.held:
            self.told[reservation.id] = reservation

    def use(self) -> None:
        question = self.question()
        event = msgspec.structs.replace(question.event, identifier=f"e{self.rng.random()}")
        self.writer.commit(self, event, None)

    def settle(self) -> None:
        if not self.told:
            return
        one = self.told.pop(self.rng.choice(sorted(self.told)))
        meter = TOKENS if one.meter == TOKENS.id else CALLS
        event = an_event(
            meter,
            self.rng.choice(VALUES),
            at_us=self.clock.now_us(),
            identifier=one.id,
            customer=one.customer,
            dimensions={"model": self.rng.choice("xyz")},
        )
        self.writer.commit(self, event, None)

    def cancel(self) -> None:
        standing = [one for one in self.entered if one.seq not in self.canceled]
        if standing:
            target = self.rng.choice(standing)
            self.writer.commit(self, None, target)

    def release(self) -> None:
        if not self.told:
            return
        one = self.told.pop(self.rng.choice(sorted(self.told)))
        self.scheduler.until(lambda: not self.reserving)
        self.reserving = True
        if self.books.status(one) == "held":
            with self.records.writing() as unit:
                unit.reservations.end({one.id: "released"})
                self.scheduler.pause()
            self.scheduler.pause()
            self.books.release(one)
            self.held.pop(one.id, None)
        self.reserving = False

    def wait(self) -> None:
        self.clock.advance(seconds=self.rng.choice([0.000001, 0.5, 2]))

    def change_alerts(self) -> None:
        alert = self.rng.choice(ALERTS)
        self.scheduler.until(lambda: not self.reserving)
        status = "inactive" if alert in self.active else "active"
        with self.records.writing() as unit:
            unit.alerts.save(msgspec.structs.replace(alert, status=status))
        self.limits.forget([_changed(alert)])
        self.active = [one for one in ALERTS if (one in self.active) != (one is alert)]


def _changed(alert: Alert) -> Change:
    return Change(kind="alert", id=alert.id, environment=2, before=None, after=alert)


def _within(threshold: UsageThreshold, dimensions: str) -> bool:
    values = msgspec.json.decode(dimensions, type=list[str])
    return all(values[0] in allowed for _, allowed in threshold.dimension_filters)

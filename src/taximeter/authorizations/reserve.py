"""The thread that makes reservations durable: many requests share one transaction.

A reservation is held in memory first, so that nobody else is promised the same; then it is written
down, and only then is the caller told. One that cannot be written down is withdrawn. Each answer is
kept under its idempotency key in the same transaction. How reservations ended is written down by
the way: after a crash the log says it again.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from typing import Protocol

import msgspec
import structlog

from taximeter.authorizations.authorization import Authorization, Question
from taximeter.authorizations.authorize import Authorizer, Plan
from taximeter.authorizations.books import Books
from taximeter.authorizations.reservation import Reservation, ReservationStore
from taximeter.errors import ApiError, StorageFailed
from taximeter.idempotency import RequestStore, StoredRequest, key_reused
from taximeter.kit.clock import MICROSECONDS, Clock, now_s
from taximeter.kit.periods import DAY_SECONDS, HOUR_SECONDS
from taximeter.settings import Settings

log = structlog.get_logger()

_RETRY_SECONDS = 5.0
_FORGET_SECONDS = 60


class Unit(Protocol):
    """The stores that reserving touches, within one transaction."""

    @property
    def reservations(self) -> ReservationStore:
        """Return the reservations."""
        ...

    @property
    def requests(self) -> RequestStore:
        """Return the answers given under idempotency keys."""
        ...


class Records(Protocol):
    """Opens transactions over the records."""

    def reading(self) -> AbstractContextManager[Unit]:
        """Open a transaction that only reads."""
        ...

    def writing(self) -> AbstractContextManager[Unit]:
        """Open a transaction that commits at the end of the block, and not at all on an error."""
        ...


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request for a reservation; `key` is None where its answer is not kept.

    `render` spells the answer as the caller will read it, now or when the key comes again.
    """

    question: Question
    reservation: Reservation
    key: str | None
    fingerprint: str
    request_id: str
    render: Callable[[Authorization], bytes]


class Answered(msgspec.Struct, frozen=True):
    """The answer as it is sent; where it was given before, to the request `original`."""

    body: bytes
    original: str | None = None


Outcome = Answered | ApiError | None
"""None where the plan was out of date, and has to be prepared anew."""


class _Waiting(msgspec.Struct, frozen=True, eq=False):
    asked: Asked
    plan: Plan
    outcome: "Future[Answered | None]"


class Reservations:
    """Owns the thread; reservations are asked for from any other."""

    def __init__(
        self,
        *,
        records: Records,
        books: Books,
        authorizer: Authorizer,
        clock: Clock,
        settings: Settings,
    ) -> None:
        """Prepare; nothing runs before `start`."""
        self._records = records
        self._books = books
        self._authorizer = authorizer
        self._clock = clock
        self._settings = settings
        self._changed = threading.Condition()
        self._waiting: deque[_Waiting] = deque()
        self._ended = False
        self._closing = False
        self._forgot_at = 0
        self._thread = threading.Thread(target=self._run, name="reserve", daemon=True)

    def start(self) -> None:
        """Begin to take requests; what is held must have been read back."""
        self._books.watch_ends(self._note)
        self._thread.start()

    def close(self) -> None:
        """Answer what waits and write down how reservations ended, then stop."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread.ident is not None:
            self._thread.join()

    def submit(self, asked: Asked, plan: Plan) -> "Future[Answered | None]":
        """Ask for a reservation; the future resolves once the answer is durable.

        It holds None where the plan was out of date; it raises what `Authorizer.decide` raises,
        IdempotencyMismatch, and StorageFailed where nothing could be written: then nothing is held.
        """
        waiting = _Waiting(asked, plan, Future())
        with self._changed:
            if self._closing:
                raise StorageFailed("The server is shutting down. Send the request again.")
            self._waiting.append(waiting)
            self._changed.notify()
        return waiting.outcome

    def answered_before(self, environment: int, key: str, fingerprint: str) -> Answered | None:
        """Return the answer that was given under a key, or None. Raises IdempotencyMismatch."""
        with self._records.reading() as unit:
            return _stored(unit.requests.get(environment, key), fingerprint)

    def _note(self) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify()

    def _run(self) -> None:
        while self.turn():
            pass

    def turn(self) -> bool:
        """Wait for something to do, serve what waits, and say whether to go on."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._ended or self._closing)
            batch = self._take()
            self._ended = False
            last = self._closing and not self._waiting
        failed = not self._serve(batch)
        if failed and not batch and not last:
            with self._changed:  # the ends stay in memory; what comes next takes them along
                self._changed.wait_for(lambda: self._waiting or self._closing, _RETRY_SECONDS)
                self._ended = True
        return not last

    def _take(self) -> list[_Waiting]:
        """Take what waits, up to a batch; nobody holds anything for a caller who has gone."""
        count = min(len(self._waiting), self._settings.reservation_batch_max)
        some = [self._waiting.popleft() for _ in range(count)]
        return [one for one in some if one.outcome.set_running_or_notify_cancel()]

    def _serve(self, batch: Sequence[_Waiting]) -> bool:
        held: list[Reservation] = []
        try:
            outcomes = self._commit(batch, held)
        except StorageFailed as failure:
            outcomes = self._withdrawn(batch, held, failure)
        except Exception:
            log.exception("reserving failed unexpectedly", requests=len(batch))
            outcomes = self._withdrawn(batch, held, _unrecorded())
        for waiting, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, ApiError):
                waiting.outcome.set_exception(outcome)
            else:
                waiting.outcome.set_result(outcome)
        return not any(isinstance(one, StorageFailed) for one in outcomes)

    def _withdrawn(
        self, batch: Sequence[_Waiting], held: Sequence[Reservation], failure: StorageFailed
    ) -> list[Outcome]:
        self._books.withdraw(held)
        return [failure for _ in batch]

    def _commit(self, batch: Sequence[_Waiting], held: list[Reservation]) -> list[Outcome]:
        """Decide and write; `held` is told what is held in memory, whatever happens."""
        ends = self._books.ends()
        with self._records.writing() as unit:
            outcomes = [self._answer(waiting, unit, held) for waiting in batch]
            unit.reservations.add(held)
            unit.reservations.end(ends)
            self._forget(unit)
        self._books.noted(ends)
        return outcomes

    def _forget(self, unit: Unit) -> None:
        """Drop what need not be kept any longer, once in a while."""
        now = now_s(self._clock)
        if now < self._forgot_at + _FORGET_SECONDS:
            return
        self._forgot_at = now
        kept = self._settings.idempotency_window_hours * HOUR_SECONDS
        unit.requests.forget(created_before=now - kept)
        kept = self._settings.reservation_kept_days * DAY_SECONDS
        unit.reservations.forget(expired_before_us=(now - kept) * MICROSECONDS)

    def _answer(self, waiting: _Waiting, unit: Unit, held: list[Reservation]) -> Outcome:
        asked = waiting.asked
        environment = asked.reservation.environment
        try:
            if asked.key is not None:
                stored = unit.requests.get(environment, asked.key)
                before = _stored(stored, asked.fingerprint)
                if before is not None:
                    return before
            answer = self._authorizer.decide(
                waiting.plan, asked.question, reservation=asked.reservation
            )
        except ApiError as error:
            return error
        if answer is None:
            return None
        if answer.reservation is not None:
            held.append(answer.reservation)
        body = asked.render(answer)
        if asked.key is not None:
            unit.requests.add(
                StoredRequest(
                    environment=environment,
                    key=asked.key,
                    fingerprint=asked.fingerprint,
                    status=200,
                    body=body.decode(),
                    request_id=asked.request_id,
                    created=now_s(self._clock),
                )
            )
        return Answered(body)


def _stored(stored: StoredRequest | None, fingerprint: str) -> Answered | None:
    if stored is None:
        return None
    if stored.fingerprint != fingerprint:
        raise key_reused(stored.key)
    return Answered(stored.body.encode(), original=stored.request_id)


def _unrecorded() -> StorageFailed:
    return StorageFailed(
        "The reservation could not be recorded; the server's log says why. Nothing is held. Send "
        "the request again."
    )

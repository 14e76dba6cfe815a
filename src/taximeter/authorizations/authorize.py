"""The use case of asking before use: may a customer use so much more, now?"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from taximeter.authorizations.authorization import Authorization, Question, UsageLimit
from taximeter.authorizations.books import Books
from taximeter.authorizations.limits import LimitDirectory, Limits
from taximeter.authorizations.live_total import LiveTotal, Series, passes
from taximeter.authorizations.reservation import Reservation
from taximeter.errors import Overloaded
from taximeter.kit import decimals
from taximeter.kit.clock import Clock
from taximeter.settings import Settings
from taximeter.usage.conditions import Barrier
from taximeter.usage.reader import UsageQuery, UsageReader

ATTEMPTS = 20
"""How often a question is prepared anew because a limit changed meanwhile."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a question is decided by: the limits that concern it, and the totals under them."""

    limits: Limits
    usage: Sequence[UsageLimit]
    totals: Mapping[Series, LiveTotal]


class Authorizer:
    """Answers questions from live totals; what it does not know yet it reads from the log."""

    def __init__(
        self,
        *,
        books: Books,
        limits: LimitDirectory,
        reader: UsageReader,
        barrier: Barrier,
        clock: Clock,
        settings: Settings,
    ) -> None:
        """Work with the running parts of one server."""
        self._books = books
        self._limits = limits
        self._reader = reader
        self._barrier = barrier
        self._clock = clock
        self._settings = settings

    def answer_at_once(self, question: Question) -> Authorization | None:
        """Answer from memory alone; None when something has to be read first."""
        plan = self.plan(question)
        return None if plan is None else self.decide(plan, question)

    def answer(self, question: Question) -> Authorization:
        """Answer, and read what is not known yet; blocks on storage. Raises LogFailed."""
        for _ in range(ATTEMPTS):
            answer = self.decide(self.prepare(question), question)
            if answer is not None:
                return answer
        raise changed_too_often()

    def plan(self, question: Question) -> Plan | None:
        """Return what a question is decided by, if all of it is in memory."""
        limits = self._limits.find(question.event)
        if limits is None:
            return None
        usage = _concerning(limits, question)
        totals: dict[Series, LiveTotal] = {}
        for limit in usage:
            total = self._books.find(limit.series)
            if total is None:
                return None
            totals[limit.series] = total
        return Plan(limits=limits, usage=usage, totals=totals)

    def prepare(self, question: Question) -> Plan:
        """Return what a question is decided by; blocks on storage. Raises LogFailed."""
        limits = self._limits.find(question.event) or self._limits.read(question.event)
        usage = _concerning(limits, question)
        totals = {limit.series: self._books.follow(limit.series, question.meter) for limit in usage}
        unread = [total for total in totals.values() if total.used is None]
        if unread:
            self._read(unread)
        return Plan(limits=limits, usage=usage, totals=totals)

    def _read(self, totals: Sequence[LiveTotal]) -> None:
        """Let totals start from what the log says; where it cannot be read they are forgotten."""
        try:
            as_of_us = self._barrier.cut(now_us=self._clock.now_us())
            for total in totals:
                value = read_total(total, reader=self._reader, as_of_us=as_of_us)
                self._books.begin(total, value, as_of_us=as_of_us)
        finally:
            self._books.forget([total for total in totals if total.used is None])

    def decide(
        self, plan: Plan, question: Question, *, reservation: Reservation | None = None
    ) -> Authorization | None:
        """Decide, and hold the reservation where the answer is yes; None for a plan out of date.

        Raises Overloaded where no more can be held.
        """
        with self._books.still(plan.totals.values()) as ready:
            if not ready or not self._limits.holds(plan.limits, question.event):
                return None
            answer = Authorization(
                question=question,
                limits=[limit.state(plan.totals, value=question.value) for limit in plan.usage],
                reservation=reservation,
            )
            if reservation is None:
                return answer
            if not answer.authorized:
                return msgspec.structs.replace(answer, reservation=None)
            if self._books.held_count >= self._settings.reservations_max:
                raise Overloaded(
                    f"{self._settings.reservations_max} reservations are held, and no more can "
                    "be. Release those that will not be used, reserve for a shorter time, or "
                    "raise TAXIMETER_RESERVATIONS_MAX."
                )
            self._books.hold(reservation)
            return answer


def _concerning(limits: Limits, question: Question) -> Sequence[UsageLimit]:
    event = question.event
    return [
        limit
        for limit in limits.usage
        if limit.series.meter == event.meter
        and passes(limit.series.dimension_filters, question.meter, event.dimensions)
    ]


def read_total(total: LiveTotal, *, reader: UsageReader, as_of_us: int) -> Decimal:
    """Return what a series came to as of a moment, by the log. Raises LogFailed."""
    series = total.series
    found = reader.totals(
        UsageQuery(
            meter=total.meter,
            start_us=series.start_us,
            end_us=series.end_us,
            customer=series.customer,
            dimension_filters=series.dimension_filters,
            as_of_us=as_of_us,
        )
    )
    return found[0].value if found else decimals.ZERO


def changed_too_often() -> Overloaded:
    """Say that limits changed faster than the question could be answered."""
    return Overloaded(
        "The limits of this customer changed while the question was answered, again and again. "
        "Nothing was reserved; send the request again."
    )

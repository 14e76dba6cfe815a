"""The use case of asking before use: may a customer use so much more, now?"""

from collections.abc import Collection, Mapping
from decimal import Decimal

import msgspec

from taximeter.authorizations.authorization import Authorization, LimitState, Question
from taximeter.authorizations.books import Books
from taximeter.authorizations.figures import Figures
from taximeter.authorizations.limit import UsageLimit, read_credit
from taximeter.authorizations.limits import LimitDirectory, Limits
from taximeter.authorizations.live_total import LiveTotal, Series, live_possible, passes
from taximeter.authorizations.reservation import Reservation
from taximeter.errors import InvalidRequest, Overloaded
from taximeter.kit.clock import Clock
from taximeter.kit.decimals import ZERO
from taximeter.meters import Meter
from taximeter.settings import Settings
from taximeter.usage.conditions import Barrier
from taximeter.usage.reader import UsageQuery, UsageReader

ATTEMPTS = 20
"""How often a question is prepared anew because a limit changed meanwhile."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a question is decided by: the customer's limits, and the totals under them.

    `read` are quantities that cannot move by differences, as the log had them.
    """

    limits: Limits
    totals: Mapping[Series, LiveTotal]
    read: Mapping[Series, Decimal] = {}


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
        """Answer, and read what is not known yet; blocks on storage.

        Raises InvalidRequest for usage that no amount can be said of, Overloaded and LogFailed.
        """
        for _ in range(ATTEMPTS):
            answer = self.decide(self.prepare(question), question)
            if answer is not None:
                return answer
        raise changed_too_often()

    def plan(self, question: Question) -> Plan | None:
        """Return what a question is decided by, if all of it is in memory."""
        limits = self._limits.find(question)
        if limits is None:
            return None
        totals: dict[Series, LiveTotal] = {}
        for series in _needed(limits, question):
            total = self._books.find(series)
            if total is None:
                return None
            totals[series] = total
        return Plan(limits=limits, totals=totals)

    def prepare(self, question: Question) -> Plan:
        """Return what a question is decided by; blocks on storage. Raises as `answer` does."""
        limits = self._limits.find(question) or self._limits.read(question)
        needed = _needed(limits, question)
        totals = {
            series: self._books.follow(series, meter)
            for series, meter in needed.items()
            if live_possible(meter)
        }
        unread = [total for total in totals.values() if total.used is None]
        others = {series: meter for series, meter in needed.items() if series not in totals}
        if any(series.meter == question.event.meter for series in others):
            raise _not_priceable(question)
        if not unread and not others:
            return Plan(limits=limits, totals=totals)
        as_of_us = self._begin(unread)
        read = {series: self._total(series, meter, as_of_us) for series, meter in others.items()}
        return Plan(limits=limits, totals=totals, read=read)

    def _begin(self, totals: Collection[LiveTotal]) -> int:
        """Let totals start from what the log says, and return as of when.

        Where it cannot be read they are forgotten.
        """
        try:
            as_of_us = self._barrier.cut(now_us=self._clock.now_us())
            for total in totals:
                value = self._total(total.series, total.meter, as_of_us)
                self._books.begin(total, value, as_of_us=as_of_us)
        finally:
            self._books.forget([total for total in totals if total.used is None])
        return as_of_us

    def _total(self, series: Series, meter: Meter, as_of_us: int) -> Decimal:
        if series.start_us >= series.end_us:
            return ZERO
        found = self._reader.totals(
            UsageQuery(
                meter=meter,
                start_us=series.start_us,
                end_us=series.end_us,
                customer=series.customer,
                dimension_filters=series.dimension_filters,
                as_of_us=as_of_us,
            )
        )
        return found[0].value if found else ZERO

    def decide(
        self, plan: Plan, question: Question, *, reservation: Reservation | None = None
    ) -> Authorization | None:
        """Decide, and hold the reservation where the answer is yes; None for a plan out of date.

        Raises Overloaded where no more can be held.
        """
        limits = plan.limits
        with self._books.still(plan.totals.values()) as ready:
            if not ready or not self._limits.holds(limits, question):
                return None
            running = () if limits.priced is None else limits.priced.running
            figures = Figures(question, plan.totals, plan.read, running)
            credit = None
            if question.paid_by_credits:
                assert limits.priced is not None, "credits are asked about with a standing"
                credit = read_credit(figures, limits.priced)
            answer = Authorization(
                question=question, limits=_states(limits, question, figures), credit=credit
            )
            if reservation is None or not answer.authorized:
                return answer
            if self._books.held_count >= self._settings.reservations_max:
                raise Overloaded(
                    f"{self._settings.reservations_max} reservations are held, and no more can "
                    "be. Release those that will not be used, reserve for a shorter time, or "
                    "raise TAXIMETER_RESERVATIONS_MAX."
                )
            self._books.hold(reservation)
            return msgspec.structs.replace(answer, reservation=reservation)


def _states(limits: Limits, question: Question, figures: Figures) -> list[LimitState]:
    states = [limit.state(figures) for limit in limits.usage if _concerns(limit, question)]
    if limits.priced is not None:
        states += [limit.state(figures, limits.priced) for limit in limits.spend]
        states += [limit.state(figures, limits.priced) for limit in limits.credit]
    return states


def _concerns(limit: UsageLimit, question: Question) -> bool:
    return limit.series.meter == question.event.meter and passes(
        limit.series.dimension_filters, question.meter, question.event.dimensions
    )


def _needed(limits: Limits, question: Question) -> Mapping[Series, Meter]:
    """Return the series that a question is decided by."""
    needed = {limit.series: question.meter for limit in limits.usage if _concerns(limit, question)}
    priced = limits.priced
    if priced is not None and (limits.spend or limits.credit or question.paid_by_credits):
        meters = priced.standing.terms.meters
        needed |= {series: meters[series.meter] for series in priced.series.values()}
    return needed


def _not_priceable(question: Question) -> InvalidRequest:
    """Say that usage cannot be priced of which one event alone does not say what it adds."""
    return InvalidRequest(
        f"What more usage of meter {question.meter.id} would cost cannot be said before it "
        "happens: its formula is neither sum nor count, or it is pre-aggregated. Ask about meters "
        "that add up event by event, or remove the hard limits on spend and credits.",
        param="event_name",
    )


def changed_too_often() -> Overloaded:
    """Say that limits changed faster than the question could be answered."""
    return Overloaded(
        "The limits of this customer changed while the question was answered, again and again. "
        "Nothing was reserved; send the request again."
    )

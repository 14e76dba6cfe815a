"""The quantities by which one question is decided, as they stand while everything is still."""

from collections.abc import Collection, Mapping
from decimal import Decimal

from taximeter.authorizations.authorization import Question
from taximeter.authorizations.live_total import LiveTotal, Series, passes
from taximeter.kit import decimals
from taximeter.kit.decimals import ZERO


class Figures:
    """What series come to: by what was used, with what is reserved, and with what is asked for.

    What is reserved is used in the present, and so counts only where the range of a series holds
    it, or is `running`: one that has ended but whose bill goes on until it is renewed. A series
    that cannot move by differences is as the log had it when the question came.
    """

    def __init__(
        self,
        question: Question,
        totals: Mapping[Series, LiveTotal],
        read: Mapping[Series, Decimal],
        running: Collection[Series] = (),
    ) -> None:
        """Take live totals, and what was read of the others."""
        self._question = question
        self._totals = totals
        self._read = read
        self._running = running

    def used(self, series: Series) -> Decimal:
        """Return what every acknowledged event comes to."""
        if series in self._read:
            return self._read[series]
        used = self._totals[series].used
        assert used is not None, "only what was read from the log is decided by"
        return used

    def reserved(self, series: Series) -> Decimal:
        """Return what is spoken for beside that."""
        if series in self._read or not self._holds_present(series):
            return ZERO
        return self._totals[series].reserved

    def asked(self, series: Series) -> Decimal:
        """Return what would come to it with what is asked for."""
        event = self._question.event
        counts = (
            series.meter == event.meter
            and self._holds_present(series)
            and passes(series.dimension_filters, self._question.meter, event.dimensions)
        )
        return self._question.value if counts else ZERO

    def taken(self, series: Series) -> Decimal:
        """Return what is used and reserved."""
        return decimals.total((self.used(series), self.reserved(series)))

    def after(self, series: Series) -> Decimal:
        """Return what is used and reserved, and what is asked for."""
        return decimals.total((self.taken(series), self.asked(series)))

    def _holds_present(self, series: Series) -> bool:
        at_us = self._question.event.timestamp_us
        return series.start_us <= at_us and (at_us < series.end_us or series in self._running)

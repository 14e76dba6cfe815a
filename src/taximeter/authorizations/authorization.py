"""What is asked before use, what is answered, and the pure decision between them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from taximeter.alerts.alert import AlertType
from taximeter.authorizations.live_total import LiveTotal, Series, worth
from taximeter.authorizations.reservation import Reservation
from taximeter.ingest.event import MeterEvent
from taximeter.kit import decimals
from taximeter.meters import Meter


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """May the customer use what this event would count, now? The event itself is not recorded."""

    event: MeterEvent
    meter: Meter

    @property
    def value(self) -> Decimal:
        """Return how much more is asked for: 1 where events, or texts, are counted."""
        if self.meter.formula == "unique_count":
            return Decimal(1)
        return worth(self.meter, self.event.value)


class LimitState(msgspec.Struct, frozen=True, kw_only=True):
    """Where a customer stands with a hard limit; of amounts all are in minor units.

    `used` is what every acknowledged event comes to, `reserved` what is spoken for beside it, and
    `remaining` what is left of the limit before what was asked for. It is negative once more was
    used than allowed, for events are never refused.
    """

    alert: str
    alert_type: AlertType
    limit: Decimal
    used: Decimal
    reserved: Decimal
    remaining: Decimal
    allows: bool


class Authorization(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: yes, or no and which limits say so."""

    question: Question
    limits: Sequence[LimitState]
    credit_balance: int | None = None
    reservation: Reservation | None = None

    @property
    def denied_by(self) -> Sequence[str]:
        """Return the alerts whose limit does not allow it."""
        return [state.alert for state in self.limits if not state.allows]

    @property
    def authorized(self) -> bool:
        """Say whether every limit allows it."""
        return not self.denied_by


class UsageLimit(msgspec.Struct, frozen=True, kw_only=True):
    """A usage alert that is a hard limit, for one customer: the series may come to `gte`."""

    alert: str
    gte: Decimal
    series: Series

    def state(self, totals: Mapping[Series, LiveTotal], *, value: Decimal) -> LimitState:
        """Return where the customer stands, and whether so much more is within the limit."""
        total = totals[self.series]
        assert total.used is not None, "only what was read from the log is decided by"
        taken = decimals.total((total.used, total.reserved))
        return LimitState(
            alert=self.alert,
            alert_type="usage_threshold",
            limit=self.gte,
            used=total.used,
            reserved=total.reserved,
            remaining=decimals.difference(self.gte, taken),
            allows=decimals.total((taken, value)) <= self.gte,
        )

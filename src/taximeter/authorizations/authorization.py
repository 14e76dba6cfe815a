"""What is asked before use, and what is answered."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from taximeter.alerts.alert import AlertType
from taximeter.authorizations.live_total import worth
from taximeter.authorizations.reservation import Reservation
from taximeter.ingest.event import MeterEvent
from taximeter.meters import Meter

CREDIT_BALANCE = "credit_balance"
"""What stands among the alerts that deny where the credits would not pay for it."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """May the customer use what this event would count, now? The event itself is not recorded.

    With `paid_by_credits` only where what is left of credits pays for all of it.
    """

    event: MeterEvent
    meter: Meter
    paid_by_credits: bool = False

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
    used than allowed, for events are never refused. Of credits, `used` and `reserved` are what
    usage takes off those in effect, and the limit is what has to be left.
    """

    alert: str
    alert_type: AlertType
    limit: Decimal
    used: Decimal
    reserved: Decimal
    remaining: Decimal
    allows: bool


class Credit(msgspec.Struct, frozen=True, kw_only=True):
    """What is left of credits before what was asked for, and whether they would pay for it."""

    balance: int
    pays: bool


class Authorization(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: yes, or no and what says so. `credit` is None where it was not asked about."""

    question: Question
    limits: Sequence[LimitState]
    credit: Credit | None = None
    reservation: Reservation | None = None

    @property
    def denied_by(self) -> Sequence[str]:
        """Return the alerts whose limit does not allow it, and `credit_balance` if that does."""
        denying = [state.alert for state in self.limits if not state.allows]
        if self.credit is not None and not self.credit.pays:
            denying.append(CREDIT_BALANCE)
        return denying

    @property
    def authorized(self) -> bool:
        """Say whether nothing denies it."""
        return not self.denied_by

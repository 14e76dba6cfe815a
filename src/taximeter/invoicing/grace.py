"""The grace period: how long a draft waits for late usage before it is finalized."""

from taximeter.kit.periods import HOUR_SECONDS
from taximeter.settings import Settings


def grace_seconds(settings: Settings, *, cycle: bool, metered: bool, service_seconds: int) -> int:
    """Return how long an invoice waits, in seconds.

    Of the rules whose conditions it meets the longest counts, and without one the default. `cycle`
    says that a subscription's period made it, and `metered` that it bills usage. It is shorter than
    the service period, in whole hours.
    """
    met = {name for name, holds in (("cycle", cycle), ("metered", metered)) if holds}
    hours = [
        int(number)
        for conditions, _, number in (
            rule.partition("=") for rule in (settings.grace_period_rules or "").split(",") if rule
        )
        if set(conditions.split("+")) <= met
    ]
    shorter = max(0, service_seconds - 1) // HOUR_SECONDS
    return min(max(hours, default=settings.grace_period_hours), shorter) * HOUR_SECONDS

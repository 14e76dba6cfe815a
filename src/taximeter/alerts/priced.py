"""The quantities that a customer's money is made of, as the evaluation of alerts follows them.

What else than usage moves the numbers is a change of the records: whoever hears of one reads how
the customer stands again.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal

import msgspec

from taximeter.alerts.watches import (
    EVER_US,
    LOOK_AT_MAX,
    Crossing,
    Quantity,
    Row,
    Series,
    Touch,
)
from taximeter.invoicing.standing import Quantities, Standing
from taximeter.invoicing.usage import UsageKey
from taximeter.kit import decimals
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.decimals import ZERO
from taximeter.pricing.price import Counted

Followed = Mapping[Counted, Series]
"""The series of a lane, by what they count."""

ALWAYS = -LOOK_AT_MAX
"""Below every number: each change is looked at."""


def followed(keys: Iterable[UsageKey], series: Followed) -> list[UsageKey]:
    """Return those of the keys that are followed and can have usage, in an order of their own.

    What a customer has begun to be billed by this moment is followed a moment later.
    """
    able = {key for key in keys if key.start < key.end and _counted(key) in series}
    return sorted(able, key=lambda key: (key.meter, key.start, key.end, key.dimension_filters))


def quantities_of(customer: str, keys: Iterable[UsageKey], series: Followed) -> list[Quantity]:
    """Return what is followed of a customer's usage."""
    return [
        Quantity(
            series=series[_counted(key)],
            customer=customer,
            start_us=key.start * MICROSECONDS,
            end_us=key.end * MICROSECONDS,
        )
        for key in keys
    ]


def _counted(key: UsageKey) -> Counted:
    return key.meter, key.dimension_filters


def amounts(
    wanted: Collection[UsageKey], keys: Sequence[UsageKey], numbers: Sequence[Decimal]
) -> Quantities:
    """Return all quantities of a bill; those that are not followed have no usage."""
    return {**dict.fromkeys(wanted, ZERO), **dict(zip(keys, numbers, strict=True))}


def looks(
    keys: Sequence[UsageKey], numbers: Sequence[Decimal], rooms: Mapping[UsageKey, Decimal]
) -> list[Decimal | None]:
    """Return from which number on each quantity is to be looked at, as headroom has it."""
    return [
        decimals.total((number, room)) if (room := rooms[key]) else ALWAYS
        for key, number in zip(keys, numbers, strict=True)
    ]


def present_at(standing: Standing, row: Row) -> Standing:
    """Return how a customer stands when a row is received; a test clock stands still meanwhile."""
    if standing.customer.test_clock is not None:
        return standing
    now = max(standing.now, row.received_at_us // MICROSECONDS)
    return msgspec.structs.replace(standing, now=now)


class NothingToJudge:
    """Usage of a customer that no bill in sight counts; followed so that it is asked about once."""

    idle = True

    def __init__(self, touch: Touch, environment: int, billed: Collection[Quantity]) -> None:
        """Follow what lies around a touch, between the quantities of the series that are billed."""
        start, end = EVER_US
        for one in billed:
            if one.series != touch.series:
                continue
            if one.end_us <= touch.moment_us:
                start = max(start, one.end_us)
            if one.start_us > touch.moment_us:
                end = min(end, one.start_us)
        self.quantities = [
            Quantity(series=touch.series, customer=touch.customer, start_us=start, end_us=end)
        ]
        series = touch.series
        self.key = (
            f"nothing {series.lane} {environment} {touch.customer} {series.meter.id} "
            f"{series.dimension_filters} {start}"
        )

    def crossings(self, numbers: Sequence[Decimal], row: Row) -> Sequence[Crossing]:
        """Return none."""
        return ()

    def look_at(self, numbers: Sequence[Decimal]) -> Sequence[Decimal | None]:
        """Never look."""
        return [None]

"""A total that moves with the log: what is counted, and by how much each row moves it."""

from decimal import Decimal

import msgspec

from taximeter.kit import decimals
from taximeter.meters import Meter
from taximeter.pricing.price import DimensionFilters

ONE = Decimal(1)
_VALUES = msgspec.json.Decoder(list[str])


class Series(msgspec.Struct, frozen=True):
    """One customer's usage of a meter, or of what of it passes filters, with times in a range.

    The range is `[start_us, end_us)`, in microseconds.
    """

    environment: int
    customer: str
    meter: str
    start_us: int
    end_us: int
    dimension_filters: DimensionFilters = ()


class Row(msgspec.Struct, frozen=True, gc=False):
    """What of a row of the log moves totals; `canceled` where it takes an event back."""

    meter: str
    timestamp_us: int
    dimensions: str
    value: Decimal | None
    received_at_us: int
    canceled: bool = False


class LiveTotal:
    """What a series has come to, up to the last commit, and what of it is reserved.

    `used` is None until the log was read. What rows add meanwhile waits in `missed`, each with the
    moment of its receipt. A total that is not `attached` any more does not move.
    """

    __slots__ = ("attached", "meter", "missed", "reserved", "series", "used")

    def __init__(self, series: Series, meter: Meter) -> None:
        """Begin to collect what rows add."""
        assert live_possible(meter), "only sums and counts can move by differences"
        self.series = series
        self.meter = meter
        self.used: Decimal | None = None
        self.reserved = decimals.ZERO
        self.missed: list[tuple[int, Decimal]] = []
        self.attached = True

    def count(self, row: Row) -> None:
        """Move by what a row adds, or takes back."""
        series = self.series
        if row.meter != series.meter or not series.start_us <= row.timestamp_us < series.end_us:
            return
        if not passes(series.dimension_filters, self.meter, row.dimensions):
            return
        value = worth(self.meter, row.value)
        if row.canceled:
            value = -value
        if self.used is None:
            self.missed.append((row.received_at_us, value))
        else:
            self.used = decimals.total((self.used, value))

    def reserve(self, meter: str, dimensions: str, value: Decimal) -> None:
        """Count more as reserved, or less, where it is of this series."""
        if meter == self.series.meter and passes(
            self.series.dimension_filters, self.meter, dimensions
        ):
            self.reserved = decimals.total((self.reserved, value))

    def begin(self, value: Decimal, *, as_of_us: int) -> None:
        """Start from what the log answered as of a moment."""
        if self.used is None:
            later = [moved for received_at_us, moved in self.missed if received_at_us >= as_of_us]
            self.used = decimals.total((value, *later))
            self.missed = []


def live_possible(meter: Meter) -> bool:
    """Say whether each event of a meter moves its total by what the event alone says."""
    return meter.formula in {"sum", "count"} and meter.event_time_window is None


def worth(meter: Meter, value: Decimal | None) -> Decimal:
    """Return what an event with this value adds to its meter's total."""
    if meter.formula == "count":
        return ONE
    assert value is not None, "events of a sum carry a number"
    return value


def passes(filters: DimensionFilters, meter: Meter, dimensions: str) -> bool:
    """Say whether dimensions, as the log spells them, have one of the values under each key."""
    if not filters:
        return True
    values = dict(zip(meter.dimension_keys, _VALUES.decode(dimensions), strict=True))
    return all(values.get(key) in allowed for key, allowed in filters)

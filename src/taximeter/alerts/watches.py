"""Watches: totals that are kept up to date in bulk, and looked at only where it could matter.

A watch follows one customer's usage of a series over a period. It knows the total after a row of
the log, and a number below which nothing can happen. Rows are added to totals by the store, many
at once; only where a total could have come to its `look_at` are the rows read one by one. Since
each watch says after which row it stands, a stretch of the log may be gone through twice.

Watches that are judged together, as the items of one bill are, share a `key`, and are looked at
together.
"""

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import Literal, Protocol

import msgspec

from taximeter.alerts.alert import Alert
from taximeter.changes import ChangedKind
from taximeter.meters import Meter
from taximeter.pricing.price import DimensionFilters

Lane = Literal["one_time", "billing_period", "spend", "credit_balance"]
"""What is watched for; each lane follows a customer's usage over periods of its own."""

EVER_US = (0, 253_370_764_800_000_000)
"""All time: from 1970 to the start of the year 9999, whole days both."""

LOOK_AT_MAX = Decimal(10**22)
"""The greatest `look_at`; a higher one is lowered to it, which only looks too early."""


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """Usage of a meter, or of one segment of it, as a lane follows it."""

    lane: Lane
    meter: Meter
    dimension_filters: DimensionFilters = ()


class Interest(msgspec.Struct, frozen=True, kw_only=True):
    """A series that is followed, for these customers, or for everyone where it is None."""

    series: Series
    customers: frozenset[str] | None


class Touch(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of a customer that no watch of the series follows; one touch for each day with some.

    `moment_us` is the timestamp of one of these rows, `received_at_us` when the last was received.
    """

    series: Series
    customer: str
    moment_us: int
    received_at_us: int


class Quantity(msgspec.Struct, frozen=True, kw_only=True):
    """A customer's usage of a series over `[start, end)`."""

    series: Series
    customer: str
    start_us: int
    end_us: int


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """A quantity, what it comes to after row `seq`, and from where on it has to be looked at.

    `look_at` None means never. For formulas other than sum and count, `total` may be behind
    or, of distinct texts, ahead.
    """

    key: str
    quantity: Quantity
    seq: int
    total: Decimal
    look_at: Decimal | None


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the log: an event, or with `canceled` what takes one back."""

    seq: int
    received_at_us: int
    canceled: bool
    timestamp_us: int
    value: Decimal | None
    value_text: str | None


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A watch that is to be looked at, or is judged together with one, and its rows in order."""

    watch: Watch
    rows: Sequence[Row]


class Watches(Protocol):
    """Keeps watches, in memory alone, beside the log; used by one thread.

    Every method may raise LogFailed; what it was to change is then as before.
    """

    def follow(self, interests: Sequence[Interest]) -> None:
        """Follow these series and no others; watches of the others are dropped."""
        ...

    def open(self, *, after: int, until: int) -> Sequence[Touch]:
        """Read the rows after one up to another, and return what of them no watch follows."""
        ...

    def unfollowed(self) -> Sequence[Touch]:
        """Return what of the rows that were read last no watch follows now."""
        ...

    def put(self, watches: Sequence[Watch]) -> None:
        """Put watches in place of all that share their keys."""
        ...

    def advance(self) -> Sequence[Candidate]:
        """Add the rows that were read to the totals, except where something could happen.

        These are returned, with the others of their keys, and stay as they were.
        """
        ...

    def forget(
        self, *, environment: int, customers: Collection[str] | None, meter: str | None = None
    ) -> None:
        """Drop the watches of customers, or of all, perhaps of one meter alone, by their keys."""
        ...


class Crossing(msgspec.Struct, frozen=True, kw_only=True):
    """An alert has come to its threshold for a customer with a row, or has recovered from it."""

    alert: str
    customer: str
    round: int
    value: Decimal
    row: Row
    recovered: bool = False


class Condition(Protocol):
    """What fires alerts of one customer by quantities that are judged together; one step old."""

    @property
    def key(self) -> str:
        """Return what names this condition among all others, and its watches."""
        ...

    @property
    def quantities(self) -> Sequence[Quantity]:
        """Return what it judges; numbers stand in this order."""
        ...

    @property
    def idle(self) -> bool:
        """Say whether nothing can happen any more whatever the numbers, which need not be read."""
        ...

    def crossings(self, numbers: Sequence[Decimal], row: Row) -> Sequence[Crossing]:
        """Return which alerts fire with a row, after which the quantities are these numbers.

        Each fires once: what was returned, or told before, is not returned again.
        """
        ...

    def look_at(self, numbers: Sequence[Decimal]) -> Sequence[Decimal | None]:
        """Return for each quantity a number: as long as all stay below, nothing can happen."""
        ...


class Conditions(Protocol):
    """What alerts of some lanes want to be followed, and how that is judged."""

    @property
    def kinds(self) -> frozenset[ChangedKind]:
        """Return whose changes concern what is judged."""
        ...

    def follow(self, alerts: Sequence[Alert]) -> Sequence[Interest]:
        """Take up the alerts that are active now, and return what is to be followed for them."""
        ...

    def of(self, touches: Collection[Touch]) -> Sequence[Condition]:
        """Return the conditions of what was touched, read from the records.

        Touches of other lanes have none. Of its own lanes each touch has one, with a quantity that
        holds its moment: where nothing is to be judged, an idle one.
        """
        ...

    def of_customers(self, environment: int, customers: Collection[str]) -> Sequence[Condition]:
        """Return the conditions to be judged at once when the records of customers have changed."""
        ...

    def at_once(self, alerts: Sequence[Alert]) -> Iterable[tuple[int, Collection[str]]]:
        """Return whom to judge at once, by environment, when these alerts begin to be watched.

        All that are active do so when a process starts: what changed last may not be judged.
        """
        ...

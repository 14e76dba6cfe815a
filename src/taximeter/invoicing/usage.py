"""Reading the quantities of invoices: many at once, as of one moment that can be asked again.

Whoever bills reads with the moment of `settled_now`. What the log answers as of that moment never
changes again, so each quantity can be recomputed from the log to the last digit.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from decimal import Decimal

import msgspec

from taximeter.invoicing.invoice import MeteredUsage
from taximeter.kit.clock import MICROSECONDS, Clock
from taximeter.meters import Meter
from taximeter.pricing.price import DimensionFilters
from taximeter.usage.conditions import Barrier
from taximeter.usage.reader import UsageQuery, UsageReader

_ONE_BY_ONE_MAX = 16
"""Up to so many customers are asked for singly: a total of all customers reads all of them."""

_ZERO = Decimal(0)


class UsageKey(msgspec.Struct, frozen=True):
    """A quantity to be read: one customer's usage of a meter over `[start, end)`, in seconds."""

    meter: str
    customer: str
    start: int
    end: int
    dimension_filters: DimensionFilters = ()


def settled_now(*, barrier: Barrier, clock: Clock) -> int:
    """Return a moment, in microseconds, as of which everything acknowledged so far is counted.

    Nothing that arrives later is dated before it.
    """
    return barrier.cut(now_us=clock.now_us())


def read_usage(
    keys: Collection[UsageKey],
    *,
    environment: int,
    meters: Mapping[str, Meter],
    reader: UsageReader,
    as_of_us: int,
) -> dict[UsageKey, MeteredUsage]:
    """Read quantities; all customers that share meter, range and filters share one query.

    No usage is a quantity of 0. Raises LogFailed.
    """
    together: dict[tuple[str, int, int, DimensionFilters], list[UsageKey]] = defaultdict(list)
    for key in set(keys):
        together[key.meter, key.start, key.end, key.dimension_filters].append(key)
    values: dict[UsageKey, Decimal] = {}
    for (meter, start, end, filters), some in together.items():
        assert meters[meter].environment == environment, "usage is read within one environment"
        if start >= end:
            continue
        query = UsageQuery(
            meter=meters[meter],
            start_us=start * MICROSECONDS,
            end_us=end * MICROSECONDS,
            dimension_filters=filters,
            as_of_us=as_of_us,
        )
        found = _by_customer(query, [key.customer for key in some], reader)
        values.update((key, found.get(key.customer, _ZERO)) for key in some)
    return {
        key: MeteredUsage(
            meter=key.meter,
            start=key.start,
            end=key.end,
            dimension_filters=key.dimension_filters,
            as_of_us=as_of_us,
            value=values.get(key, _ZERO),
        )
        for key in keys
    }


def _by_customer(
    query: UsageQuery, customers: Collection[str], reader: UsageReader
) -> dict[str | None, Decimal]:
    if len(customers) > _ONE_BY_ONE_MAX:
        totals = reader.totals(msgspec.structs.replace(query, by_customer=True))
        return {total.customer: total.value for total in totals}
    found: dict[str | None, Decimal] = {}
    for customer in customers:
        for total in reader.totals(msgspec.structs.replace(query, customer=customer)):
            found[customer] = total.value
    return found


def key_of(usage: MeteredUsage, customer: str) -> UsageKey:
    """Return by what a quantity that was read is read again."""
    return UsageKey(
        meter=usage.meter,
        customer=customer,
        start=usage.start,
        end=usage.end,
        dimension_filters=usage.dimension_filters,
    )

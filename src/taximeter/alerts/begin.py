"""Reading what quantities come to when they begin to be watched."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from taximeter.alerts.fold import total_until, watches_of
from taximeter.alerts.watches import Condition, Quantity, Series, Watch
from taximeter.kit.decimals import ZERO
from taximeter.usage.reader import UsageQuery, UsageReader

_ONE_BY_ONE_MAX = 16
"""Up to so many customers are asked for singly: a total of all customers reads all of them."""


def begin(conditions: Sequence[Condition], *, reader: UsageReader, seq: int) -> list[Watch]:
    """Return watches for conditions, as they stand after row `seq`. Raises LogFailed.

    Customers that share a series and a period share one query.
    """
    wanted = [quantity for one in conditions if not one.idle for quantity in one.quantities]
    numbers = numbers_of(wanted, reader=reader, seq=seq)
    watches: list[Watch] = []
    for condition in conditions:
        of_it = [numbers.get(quantity, ZERO) for quantity in condition.quantities]
        watches += watches_of(condition, of_it, seq=seq)
    return watches


def numbers_of(
    quantities: Sequence[Quantity], *, reader: UsageReader, seq: int
) -> dict[Quantity, Decimal]:
    """Return what quantities come to after row `seq`. Raises LogFailed."""
    together: dict[tuple[Series, int, int], list[Quantity]] = defaultdict(list)
    for quantity in quantities:
        together[quantity.series, quantity.start_us, quantity.end_us].append(quantity)
    numbers: dict[Quantity, Decimal] = {}
    for (series, start_us, end_us), some in together.items():
        if len(some) <= _ONE_BY_ONE_MAX:
            numbers |= {one: total_until(one, seq, reader) for one in some}
            continue
        query = UsageQuery(
            meter=series.meter,
            by_customer=True,
            start_us=start_us,
            end_us=end_us,
            dimension_filters=series.dimension_filters,
            until_seq=seq,
        )
        found = {total.customer: total.value for total in reader.totals(query)}
        numbers |= {one: found.get(one.customer, ZERO) for one in some}
    return numbers

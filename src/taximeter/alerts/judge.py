"""Judging customers at once: their records have changed, and so may have their numbers."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from taximeter.alerts.begin import numbers_of
from taximeter.alerts.watches import Condition, Conditions, Crossing, Row
from taximeter.kit.decimals import ZERO
from taximeter.usage.reader import UsageReader

_AT_ONCE = 1_000
"""How many customers are read together."""


def judge(
    concerned: Mapping[int, Collection[str]],
    conditions: Sequence[Conditions],
    *,
    reader: UsageReader,
    seq: int,
    now_us: int,
) -> Iterator[Sequence[Crossing]]:
    """Return which alerts fire as customers stand after row `seq`, some customers at a time.

    Raises LogFailed.
    """
    row = Row(
        seq=seq,
        received_at_us=now_us,
        canceled=False,
        timestamp_us=now_us,
        value=None,
        value_text=None,
    )
    for environment, customers in concerned.items():
        in_order = sorted(customers)
        for start in range(0, len(in_order), _AT_ONCE):
            able = [
                condition
                for some in conditions
                for condition in some.of_customers(environment, in_order[start : start + _AT_ONCE])
                if not condition.idle
            ]
            yield _crossings(able, row, reader)


def _crossings(conditions: Sequence[Condition], row: Row, reader: UsageReader) -> list[Crossing]:
    wanted = [quantity for one in conditions for quantity in one.quantities]
    numbers = numbers_of(wanted, reader=reader, seq=row.seq)
    return [
        crossing
        for condition in conditions
        for crossing in condition.crossings(
            [numbers.get(quantity, ZERO) for quantity in condition.quantities], row
        )
    ]

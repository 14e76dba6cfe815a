"""What events would come to on a meter that need not exist: checked and counted, never recorded.

The checks are those of ingestion and the formulas are those of `aggregate`, so a preview says what
will be billed. Only whether a customer exists is not asked.
"""

from collections.abc import Sequence

import msgspec

from taximeter.ingest.event import MeterEvent, Rejection, SentEvent, check
from taximeter.kit.periods import Window, floor_us, window_us
from taximeter.meters import Meter
from taximeter.settings import Settings
from taximeter.usage.aggregate import FORMULAS, Counted
from taximeter.usage.reader import Total


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of one event: it counts, is replaced by a later one, or is rejected."""

    event: MeterEvent | Rejection
    replaced: bool = False


def judge(
    sent: Sequence[SentEvent], *, meter: Meter, now_us: int, settings: Settings
) -> Sequence[Judged]:
    """Check events as if they were received in this order, and say which of them count.

    Of a pre-aggregated meter only the last one received counts for each customer, dimension values
    and window of the meter.
    """
    checked = [
        check(one, meter=meter, environment=meter.environment, now_us=now_us, settings=settings)
        for one in sent
    ]
    window = meter.event_time_window
    if window is None:
        return [Judged(event=event) for event in checked]
    last: dict[tuple[str, str, int], int] = {}
    for index, event in enumerate(checked):
        if isinstance(event, MeterEvent):
            last[event.customer, event.dimensions, floor_us(event.timestamp_us, window)] = index
    surviving = set(last.values())
    return [
        Judged(event=event, replaced=isinstance(event, MeterEvent) and index not in surviving)
        for index, event in enumerate(checked)
    ]


def preview_totals(
    judged: Sequence[Judged],
    *,
    meter: Meter,
    window: Window | None = None,
    by_customer: bool = False,
    group_by: Sequence[str] = (),
) -> Sequence[Total]:
    """Return a total for each window and group that has events, in order.

    Without a window there is one range, from the first event to just after the last.
    """
    counted = [
        (seq, one.event)
        for seq, one in enumerate(judged)
        if isinstance(one.event, MeterEvent) and not one.replaced
    ]
    if not counted:
        return []
    moments = [event.timestamp_us for _, event in counted]
    whole = (min(moments), max(moments) + 1)
    groups: dict[tuple[int, int, str, tuple[str, ...]], list[Counted]] = {}
    for seq, event in counted:
        start, end = whole if window is None else _bounds(event.timestamp_us, window)
        key = (start, end, event.customer if by_customer else "", _values(event, meter, group_by))
        groups.setdefault(key, []).append(
            Counted(
                seq=seq,
                timestamp_us=event.timestamp_us,
                value=event.value,
                text=event.value_text,
            )
        )
    totals = []
    for (start, end, customer, dimensions), events in sorted(
        groups.items(), key=lambda one: one[0]
    ):
        value = FORMULAS[meter.formula].fold(events)
        assert value is not None, "a group has at least one event"
        totals.append(
            Total(
                start_us=start,
                end_us=end,
                value=value,
                customer=customer if by_customer else None,
                dimensions=dimensions,
            )
        )
    return totals


def _bounds(moment_us: int, window: Window) -> tuple[int, int]:
    start = floor_us(moment_us, window)
    return start, start + window_us(window)


def _values(event: MeterEvent, meter: Meter, keys: Sequence[str]) -> tuple[str, ...]:
    values = msgspec.json.decode(event.dimensions, type=list[str])
    by_key = dict(zip(meter.dimension_keys, values, strict=True))
    return tuple(by_key[key] for key in keys)

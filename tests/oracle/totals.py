"""Totals by brute force: every row looked at, every figure read anew from what was sent."""

import json
from collections.abc import Sequence

from taximeter.ingest.event import LoggedEvent
from taximeter.ingest.log import Cancellation
from taximeter.usage.reader import Total, UsageQuery
from tests.oracle.fold import Row, fold

LENGTHS_US = {"hour": 3_600_000_000, "day": 86_400_000_000}


def brute_totals(
    events: Sequence[LoggedEvent], cancellations: Sequence[Cancellation], query: UsageQuery
) -> list[Total]:
    """The totals of a query, by window, customer and dimension values."""
    canceled = {one.event_seq for one in cancellations if _known(one, query)}
    counted = [
        one
        for one in events
        if one.event.environment == query.meter.environment
        and one.event.meter == query.meter.id
        and _known(one, query)
        and one.seq not in canceled
    ]
    if query.meter.event_time_window is not None:
        counted = _survivors(counted, query)
    groups: dict[tuple[int, str | None, tuple[str, ...]], list[LoggedEvent]] = {}
    for one in counted:
        if _asked_for(one, query):
            groups.setdefault(_group(one, query), []).append(one)
    return [
        Total(
            start_us=start,
            end_us=_end(start, query),
            value=fold(query.meter.formula, [_row(one, query) for one in members]),
            customer=customer,
            dimensions=dimensions,
        )
        for (start, customer, dimensions), members in sorted(
            groups.items(), key=lambda item: (item[0][0], item[0][1] or "", item[0][2])
        )
    ]


def _known(row: LoggedEvent | Cancellation, query: UsageQuery) -> bool:
    received = query.as_of_us is None or row.received_at_us < query.as_of_us
    return received and (query.until_seq is None or row.seq <= query.until_seq)


def _survivors(events: Sequence[LoggedEvent], query: UsageQuery) -> list[LoggedEvent]:
    """The latest received of each customer, dimension values and UTC hour or day."""
    window = query.meter.event_time_window
    assert window is not None, "only pre-aggregated meters replace"
    latest: dict[tuple[str, tuple[str, ...], int], LoggedEvent] = {}
    for one in sorted(events, key=lambda one: one.seq):
        bucket = one.event.timestamp_us // LENGTHS_US[window]
        latest[one.event.customer, _dimensions(one, query.meter.dimension_keys), bucket] = one
    return list(latest.values())


def _asked_for(one: LoggedEvent, query: UsageQuery) -> bool:
    payload = _payload(one)
    return (
        query.start_us <= one.event.timestamp_us < query.end_us
        and query.customer in (None, payload[query.meter.customer_key])
        and all(payload[key] in values for key, values in query.dimension_filters)
    )


def _group(one: LoggedEvent, query: UsageQuery) -> tuple[int, str | None, tuple[str, ...]]:
    start = max(cut for cut in (query.start_us, *query.cuts_us) if cut <= one.event.timestamp_us)
    if query.window is not None:
        start = one.event.timestamp_us // LENGTHS_US[query.window] * LENGTHS_US[query.window]
    customer = _payload(one)[query.meter.customer_key] if query.by_customer else None
    return start, customer, _dimensions(one, query.group_by)


def _end(start_us: int, query: UsageQuery) -> int:
    if query.window is not None:
        return start_us + LENGTHS_US[query.window]
    return min(cut for cut in (*query.cuts_us, query.end_us) if cut > start_us)


def _row(one: LoggedEvent, query: UsageQuery) -> Row:
    text = _payload(one).get(query.meter.value_key)
    return Row(timestamp_us=one.event.timestamp_us, seq=one.seq, text=text)


def _dimensions(one: LoggedEvent, keys: Sequence[str]) -> tuple[str, ...]:
    payload = _payload(one)
    return tuple(payload[key] for key in keys)


def _payload(one: LoggedEvent) -> dict[str, str]:
    payload: dict[str, str] = json.loads(one.event.payload)
    return payload

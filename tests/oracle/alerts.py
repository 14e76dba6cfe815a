"""When alerts over usage fire, by brute force: every total read anew after every row."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from taximeter.alerts.alert import Alert
from taximeter.ingest.event import LoggedEvent
from taximeter.ingest.log import Cancellation
from taximeter.meters import Meter
from taximeter.usage.reader import UsageQuery
from tests.oracle.totals import brute_totals

Fired = tuple[str, str, int, int, Decimal]
"""The alert, the customer, the round, the row, and the total after it."""


def month_us(moment_us: int) -> tuple[int, int]:
    """The calendar month that holds a moment."""
    at = datetime.fromtimestamp(moment_us // 1_000_000, UTC)
    start = datetime(at.year, at.month, 1, tzinfo=UTC)
    end = datetime(at.year + at.month // 12, at.month % 12 + 1, 1, tzinfo=UTC)
    return int(start.timestamp()) * 1_000_000, int(end.timestamp()) * 1_000_000


def brute_fired(
    alert: Alert,
    meter: Meter,
    events: Sequence[LoggedEvent],
    cancellations: Sequence[Cancellation],
) -> list[Fired]:
    """What an alert tells: at the first row of each customer and round that leaves enough."""
    threshold = alert.usage_threshold
    assert threshold is not None
    told: set[tuple[str, int]] = set()
    fired: list[Fired] = []
    rows = [(one.seq, one.received_at_us, one.event) for one in events]
    rows += [(one.seq, one.received_at_us, one) for one in cancellations]  # type: ignore[misc]  # both name what a row counts
    for seq, received_at_us, row in sorted(rows, key=lambda one: one[0]):
        if (row.environment, row.meter) != (meter.environment, meter.id):
            continue
        if alert.customer not in (None, row.customer) or received_at_us < alert.active_since_us:
            continue
        start_us, end_us, started = 0, 2**61, 0
        if threshold.recurrence == "billing_period":
            start_us, end_us = month_us(row.timestamp_us)
            started = start_us
            if start_us < month_us(received_at_us)[0]:
                continue
        query = UsageQuery(
            meter=meter,
            customer=row.customer,
            start_us=start_us,
            end_us=end_us,
            dimension_filters=threshold.dimension_filters,
            until_seq=seq,
        )
        alone = UsageQuery(
            meter=meter,
            start_us=0,
            end_us=2**61,
            dimension_filters=threshold.dimension_filters,
        )
        in_segment = brute_totals(
            [one for one in events if seq in (one.seq, _event_of(seq, cancellations, one))],
            (),
            alone,
        )
        totals = brute_totals(events, cancellations, query)
        if not in_segment or not totals or (row.customer, started) in told:
            continue
        (total,) = totals
        if total.value >= threshold.gte:
            told.add((row.customer, started))
            fired.append((alert.id, row.customer, started, seq, total.value))
    return fired


def _event_of(seq: int, cancellations: Sequence[Cancellation], event: LoggedEvent) -> int | None:
    """The row `seq` where it cancels the event."""
    found = any(one.seq == seq and one.event_seq == event.seq for one in cancellations)
    return seq if found else None

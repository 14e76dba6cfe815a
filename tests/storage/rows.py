"""Rows for a usage log: one meter, one customer, a value of 1 each."""

from decimal import Decimal

from taximeter.ingest.event import LoggedEvent, MeterEvent
from taximeter.kit.periods import HOUR_SECONDS
from taximeter.meters import Meter

HOUR_US = HOUR_SECONDS * 1_000_000

METER = Meter(
    id="mtr_test_1",
    environment=2,
    created=0,
    updated=0,
    display_name="Calls",
    event_name="calls",
    event_time_window=None,
    formula="sum",
    customer_key="stripe_customer_id",
    value_key="value",
    dimension_keys=("region",),
    status="active",
    deactivated_at=None,
)


def logged(seq: int) -> LoggedEvent:
    return LoggedEvent(
        seq=seq,
        received_at_us=seq,
        event=MeterEvent(
            environment=2,
            meter=METER.id,
            event_name="calls",
            customer="cus_1",
            identifier=f"event-{seq}",
            timestamp_us=seq,
            value=Decimal(1),
            value_text=None,
            dimensions='["eu"]',
            rollup="sum",
            payload="{}",
        ),
    )

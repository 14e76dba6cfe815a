"""Events and meters for examples: short to write, real in every part.

An example says only what it is about; everything else has one plain value.
"""

from collections.abc import Mapping
from typing import Any

from taximeter.ingest.event import LoggedEvent, MeterEvent, Origin, SentEvent, check
from taximeter.ingest.log import Cancellation, cancel_event
from taximeter.kit.clock import MICROSECONDS
from taximeter.meters import Meter
from taximeter.settings import Settings

MIDNIGHT = 1_790_035_200
"""A UTC midnight, 2026-09-22."""

MIDNIGHT_US = MIDNIGHT * MICROSECONDS
SECOND_US = MICROSECONDS
HOUR_US = 3_600 * MICROSECONDS
DAY_US = 24 * HOUR_US
SETTINGS = Settings()


def a_meter(**fields: Any) -> Meter:
    """A meter that sums `value`, but for the fields given."""
    plain: dict[str, Any] = {
        "id": "mtr_test_tokens",
        "environment": 2,
        "created": MIDNIGHT,
        "updated": MIDNIGHT,
        "display_name": "Tokens",
        "event_name": "tokens",
        "event_time_window": None,
        "formula": "sum",
        "customer_key": "stripe_customer_id",
        "value_key": "value",
        "dimension_keys": (),
    }
    return Meter(**{**plain, **fields})


def an_event(
    meter: Meter,
    value: str | None,
    *,
    at_us: int,
    identifier: str,
    customer: str = "cus_1",
    dimensions: Mapping[str, str] | None = None,
    origin: Origin | None = None,
) -> MeterEvent:
    """An event that passed every check."""
    payload = {meter.customer_key: customer, **(dimensions or {})}
    if value is not None:
        payload[meter.value_key] = value
    sent = SentEvent(
        event_name=meter.event_name, payload=payload, identifier=identifier, timestamp_us=at_us
    )
    event = check(
        sent,
        meter=meter,
        environment=meter.environment,
        now_us=at_us,
        settings=SETTINGS,
        origin=origin,
    )
    assert isinstance(event, MeterEvent), event
    return event


def logged(event: MeterEvent, *, seq: int, received_at_us: int | None = None) -> LoggedEvent:
    """The event as a row; received `seq` seconds after midnight unless it says otherwise."""
    at = MIDNIGHT_US + seq * SECOND_US if received_at_us is None else received_at_us
    return LoggedEvent(seq=seq, received_at_us=at, event=event)


def cancellation(target: LoggedEvent, *, seq: int, received_at_us: int) -> Cancellation:
    """The row that cancels an event."""
    return cancel_event(target, seq=seq, received_at_us=received_at_us)

"""What became of events, on the wire; Stripe has no such objects."""

from typing import Literal

import msgspec

from taximeter.environments import Environment
from taximeter.ingest.event import RejectionCode
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.periods import MINUTE_SECONDS
from taximeter.reports.reader import MinuteCount, PlacedRejection
from taximeter.reports.rejected import rejected_id
from taximeter.reports.statistics import minute_id


class StatisticsObject(msgspec.Struct, frozen=True, kw_only=True):
    """One minute of one meter; `meter` is null for events that met none."""

    id: str
    object: Literal["billing.ingestion_statistics"] = "billing.ingestion_statistics"
    accepted: int
    duplicate: int
    end_time: int
    livemode: bool
    meter: str | None
    rejected: int
    rejected_by_code: dict[str, int]
    start_time: int


class RejectedObject(msgspec.Struct, frozen=True, kw_only=True):
    """An event that was not counted, as it was sent, and why."""

    id: str
    object: Literal["billing.rejected_meter_event"] = "billing.rejected_meter_event"
    code: RejectionCode
    created: int
    customer: str | None
    event_name: str
    identifier: str
    livemode: bool
    message: str
    meter: str | None
    payload: msgspec.Raw
    timestamp: int


def statistics_object(count: MinuteCount, environment: Environment) -> StatisticsObject:
    """Render the counts of a minute."""
    start = count.start_us // MICROSECONDS
    return StatisticsObject(
        id=minute_id(count),
        accepted=count.accepted,
        duplicate=count.duplicate,
        end_time=start + MINUTE_SECONDS,
        livemode=environment.livemode,
        meter=count.meter,
        rejected=sum(number for _, number in count.rejected),
        rejected_by_code=dict(count.rejected),
        start_time=start,
    )


def rejected_object(placed: PlacedRejection, environment: Environment) -> RejectedObject:
    """Render a rejected event."""
    rejected = placed.rejected
    return RejectedObject(
        id=rejected_id(placed),
        code=rejected.code,
        created=rejected.received_at_us // MICROSECONDS,
        customer=rejected.customer,
        event_name=rejected.event_name,
        identifier=rejected.identifier,
        livemode=environment.livemode,
        message=rejected.message,
        meter=rejected.meter,
        payload=msgspec.Raw(rejected.payload),
        timestamp=rejected.timestamp_us // MICROSECONDS,
    )

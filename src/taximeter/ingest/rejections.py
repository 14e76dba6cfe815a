"""Events of batches that were not counted: kept with the reason, so that none is lost silently."""

import msgspec

from taximeter.ingest.event import RejectionCode


class RejectedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event of a batch that could not be counted; `payload` is JSON text, as it was sent."""

    received_at_us: int
    environment: int
    event_name: str
    meter: str | None
    customer: str | None
    identifier: str
    timestamp_us: int
    payload: str
    code: RejectionCode
    message: str


class DuplicateCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many events of one commit had been recorded before, and were not counted again."""

    received_at_us: int
    environment: int
    meter: str
    count: int

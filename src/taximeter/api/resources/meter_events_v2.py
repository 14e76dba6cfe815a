"""`/v2/billing/meter_events`: one event as v2 has it sent, and what v2 calls its faults."""

from datetime import datetime

import msgspec

from taximeter.api.json_body import Body, Moment, Name
from taximeter.errors import InvalidRequest
from taximeter.ingest.event import RejectionCode, SentEvent
from taximeter.kit.ids import new_identifier
from taximeter.kit.moments import moment_us

PATH = "/v2/billing/meter_events"

_CODES: dict[RejectionCode | str | None, str] = {
    "meter_event_invalid_value": "payload_invalid_value",
    "meter_event_no_customer_defined": "payload_no_customer_defined",
    "meter_event_value_not_found": "payload_no_value_defined",
    "meter_event_value_too_many_digits": "payload_invalid_value",
}
"""Codes of asynchronous reports that v2 spells otherwise when it answers at once."""


class MeterEventCreate(Body, frozen=True, kw_only=True):
    """What recording an event takes."""

    event_name: Name
    payload: dict[str, str]
    identifier: Name | None = None
    timestamp: Moment | None = None


DECODER = msgspec.json.Decoder(MeterEventCreate)


def sent_event(params: MeterEventCreate) -> SentEvent:
    """Read an event out of the parameters; one without an identifier is given one."""
    timestamp: datetime | None = params.timestamp
    return SentEvent(
        event_name=params.event_name,
        payload=params.payload,
        identifier=params.identifier or new_identifier(),
        timestamp_us=None if timestamp is None else moment_us(timestamp),
    )


def refusal(error: InvalidRequest) -> InvalidRequest:
    """Give a refused event the code that v2 has for its fault."""
    code = _CODES.get(error.code)
    if code is None:
        return error
    return InvalidRequest(error.message, param=error.param, code=code)

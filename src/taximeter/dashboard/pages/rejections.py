"""The words for why an event was not counted."""

from taximeter.ingest.event import RejectionCode

REASONS: dict[RejectionCode, str] = {
    "archived_meter": "Meter inactive",
    "meter_event_customer_not_found": "Customer unknown",
    "meter_event_invalid_value": "Value is no number",
    "meter_event_no_customer_defined": "No customer in the payload",
    "meter_event_payload_too_large": "Payload too large",
    "meter_event_value_not_found": "No value in the payload",
    "meter_event_value_too_many_digits": "Value has too many digits",
    "missing_dimension_payload_keys": "Dimension missing",
    "no_meter": "No meter with the event name",
    "timestamp_in_future": "Time lies in the future",
    "timestamp_too_far_in_past": "Time lies too far in the past",
}

"""What is wrong with an event, worked out a second time from its payload alone."""

from collections.abc import Mapping
from fractions import Fraction

from taximeter.meters import Meter


def payload_faults(payload: Mapping[str, str], meter: Meter) -> set[str]:
    """The codes with which a payload may be refused by an active meter."""
    found = set()
    if not payload.get(meter.customer_key):
        found.add("meter_event_no_customer_defined")
    if meter.formula != "count":
        value = payload.get(meter.value_key)
        if value is None:
            found.add("meter_event_value_not_found")
        elif meter.formula != "unique_count":
            found |= number_faults(value)
        elif not value:
            found.add("meter_event_invalid_value")
    if not all(payload.get(key) for key in meter.dimension_keys):
        found.add("missing_dimension_payload_keys")
    return found


def number_faults(text: str) -> set[str]:
    """The codes with which a text may be refused as a number."""
    if set(text) - set("0123456789+-.eE"):
        return {"meter_event_invalid_value"}
    try:
        number = Fraction(text)
    except ValueError:
        return {"meter_event_invalid_value"}
    if abs(number) >= 10**100:
        return {"meter_event_invalid_value"}
    digits = str(abs(number.numerator) * 10**60 // number.denominator).strip("0")
    found = set()
    if len(digits) > 15:
        found.add("meter_event_value_too_many_digits")
    if abs(number) >= 10**23 or (number * 10**15).denominator != 1:
        found.add("meter_event_invalid_value")
    return found

"""Meter events that cannot be counted."""

from tests.wire.refusals.refusal import (
    EVENTS,
    NOON,
    Refusal,
    form,
)

EVENT = {
    "event_name": "tokens",
    "payload[stripe_customer_id]": "<customer>",
    "payload[value]": "5",
}
DAY = 86_400
OLDEST, NEWEST = NOON - 35 * DAY, NOON + 300


def _event(
    name: str,
    *changes: tuple[str, str | None],
    code: str,
    param: str,
    message: str,
) -> Refusal:
    return Refusal(
        name=f"event: {name}",
        method="POST",
        path=EVENTS,
        body=form(EVENT, *changes),
        code=code,
        param=param,
        message=message,
    )


def _value(
    name: str, sent: str, reason: str = "send a decimal number, such as 25, -3 or 0.5"
) -> Refusal:
    return _event(
        f"value {name}",
        ("payload[value]", sent),
        code="meter_event_invalid_value",
        param="payload[value]",
        message=f"Invalid value for 'value': '{sent}'; {reason}.",
    )


def _digits(name: str, sent: str) -> Refusal:
    return _event(
        f"value {name}",
        ("payload[value]", sent),
        code="meter_event_value_too_many_digits",
        param="payload[value]",
        message=f"The value of 'value' can have at most 15 digits; received {sent}.",
    )


def _past(name: str, sent: int) -> Refusal:
    return _event(
        f"timestamp {name}",
        ("timestamp", str(sent)),
        code="timestamp_too_far_in_past",
        param="timestamp",
        message="The event timestamp cannot be more than 35 days in past. Expected a timestamp "
        f"greater than or equal to {OLDEST}.",
    )


def _future(name: str, sent: int) -> Refusal:
    return _event(
        f"timestamp {name}",
        ("timestamp", str(sent)),
        code="timestamp_in_future",
        param="timestamp",
        message="The event timestamp cannot be more than 5 minutes in the future. Expected a "
        f"timestamp less than or equal to {NEWEST}.",
    )


def _no_integer(sent: str) -> Refusal:
    return _event(
        f"timestamp {sent}",
        ("timestamp", sent),
        code="parameter_invalid_integer",
        param="timestamp",
        message=f"Invalid integer: {sent}",
    )


VALUES = (
    _value("NaN", "NaN"),
    _value("Infinity", "Infinity"),
    _value("-inf", "-inf"),
    _value("0x10", "0x10"),
    _value("empty", ""),
    _value("a blank", " "),
    _value("with a blank", " 5"),
    _value("with a line end", "5\n"),
    _value("with a comma", "1,5"),
    _value("with thousands", "1_000"),
    _value("of another script", "٣"),
    _value("a word", "five"),
    _value("two signs", "--5"),
    _value("JSON", "[5]"),
    _value("1e400", "1e400", "at most 23 digits before the decimal point"),
    _value("of 24 integer digits", "1" + "0" * 23, "at most 23 digits before the decimal point"),
    _value("of 16 places", "0.0000000000000001", "at most 15 decimal places"),
    _value("1e-400", "1e-400", "at most 15 decimal places"),
    _value("an exponent of five digits", "1e99999"),
    _digits("of 16 digits", "1234567890123456"),
    _digits("of 16 digits with a point", "-1.234567890123456"),
    _event(
        "no value",
        ("payload[value]", None),
        code="meter_event_value_not_found",
        param="payload[value]",
        message="Value key value not found in payload.",
    ),
    Refusal(
        name="event: a nested value",
        method="POST",
        path=EVENTS,
        body=form(EVENT, ("payload[value]", None), ("payload[value][a]", "5")),
        param="payload[value]",
        message='Invalid string: {"a":"5"}',
    ),
    Refusal(
        name="event: a payload that is a string",
        method="POST",
        path=EVENTS,
        body="event_name=tokens&payload=5",
        param="payload",
        message="Invalid object: 5",
    ),
)

TIMESTAMPS = (
    _past("one second too old", OLDEST - 1),
    _past("0", 0),
    _past("-1", -1),
    _future("one second too far", NEWEST + 1),
    _future("in milliseconds", NOON * 1_000),
    _future("of 18 digits", 10**18 - 1),
    _no_integer("1.5"),
    _no_integer("abc"),
    _no_integer("99999999999999999999"),
    _no_integer("2026-09-22T12:00:00Z"),
    _no_integer("1e9"),
)

OWNERS = (
    _event(
        "no customer",
        ("payload[stripe_customer_id]", None),
        code="meter_event_no_customer_defined",
        param="payload[stripe_customer_id]",
        message="Customer mapping key stripe_customer_id not found in payload.",
    ),
    _event(
        "an empty customer",
        ("payload[stripe_customer_id]", ""),
        code="meter_event_no_customer_defined",
        param="payload[stripe_customer_id]",
        message="Customer mapping key stripe_customer_id not found in payload.",
    ),
    _event(
        "an unknown customer",
        ("payload[stripe_customer_id]", "cus_x"),
        code="resource_missing",
        param="payload[stripe_customer_id]",
        message="No such customer: 'cus_x'",
    ),
    _event(
        "a deleted customer",
        ("payload[stripe_customer_id]", "<deleted>"),
        code="resource_missing",
        param="payload[stripe_customer_id]",
        message="No such customer: '<deleted>'",
    ),
    _event(
        "an unknown meter",
        ("event_name", "unheard"),
        code="no_meter",
        param="event_name",
        message='No active meter found for event name "unheard". Create a meter with this event '
        "name first.",
    ),
    _event(
        "an inactive meter",
        ("event_name", "asleep"),
        code="archived_meter",
        param="event_name",
        message='No active meter found for event name "asleep": meter <asleep> is inactive. '
        "Reactivate it to record usage.",
    ),
    _event(
        "a missing dimension",
        ("event_name", "grouped"),
        code="missing_dimension_payload_keys",
        param="payload[model]",
        message="Dimension keys not found in payload: model. Events of meter <grouped> must carry "
        "each of: model.",
    ),
    _event(
        "51 payload keys",
        *((f"payload[k{number}]", "x") for number in range(49)),
        code="meter_event_payload_too_large",
        param="payload",
        message="The payload can have at most 50 keys; this one has 51.",
    ),
    _event(
        "a long payload key",
        (f"payload[{'k' * 101}]", "x"),
        code="meter_event_payload_too_large",
        param=f"payload[{'k' * 101}]",
        message=f"Payload keys can have at most 100 characters; '{'k' * 101}' has 101.",
    ),
    _event(
        "a long payload value",
        ("payload[note]", "x" * 501),
        code="meter_event_payload_too_large",
        param="payload[note]",
        message="Payload values can have at most 500 characters; the value of 'note' has 501.",
    ),
    Refusal(
        name="event: an identifier that is taken",
        method="POST",
        path=EVENTS,
        body=form(EVENT, ("identifier", "taken")),
        param="identifier",
        message="An event already exists with identifier taken.",
    ),
    Refusal(
        name="event: an expansion",
        method="POST",
        path=EVENTS,
        body=form(EVENT, ("expand[]", "meter")),
        param="expand[0]",
        message="This property cannot be expanded (meter).",
    ),
)

EVENT_ROWS = (*VALUES, *TIMESTAMPS, *OWNERS)

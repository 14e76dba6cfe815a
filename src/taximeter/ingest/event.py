"""What a meter event is, and the pure checks that make one out of what was sent."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

import msgspec

from taximeter.kit import decimals
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.periods import DAY_SECONDS
from taximeter.meters import Meter, RollupRule
from taximeter.settings import Settings

RejectionCode = Literal[
    "archived_meter",
    "meter_event_customer_not_found",
    "meter_event_invalid_value",
    "meter_event_no_customer_defined",
    "meter_event_payload_too_large",
    "meter_event_value_not_found",
    "meter_event_value_too_many_digits",
    "missing_dimension_payload_keys",
    "no_meter",
    "timestamp_in_future",
    "timestamp_too_far_in_past",
]
"""Stripe's codes for events that cannot be counted, and one of ours for payloads past a limit."""

STORED_INTEGER_DIGITS_MAX = 38 - decimals.PLACES
PAYLOAD_KEY_CHARACTERS_MAX = 100


class SentEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A meter event as a caller sent it; the timestamp in microseconds, None meaning now."""

    event_name: str
    payload: Mapping[str, str]
    identifier: str
    timestamp_us: int | None = None


class Origin(msgspec.Struct, frozen=True):
    """The request that brought an event: its idempotency key and a fingerprint of what it sent."""

    idempotency_key: str
    fingerprint: int


class MeterEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event that passed every check: what the log will hold.

    `payload` is JSON text, exactly what was sent. The columns beside it are read out of it once:
    `value` for numbers, `value_text` for meters that count distinct texts, and `dimensions`, the
    JSON array of the values of the meter's dimension keys, in the meter's order. `rollup` is the
    meter's, so that the log can be rolled up without knowing meters.
    """

    environment: int
    meter: str
    event_name: str
    customer: str
    identifier: str
    timestamp_us: int
    value: Decimal | None
    value_text: str | None
    dimensions: str
    rollup: RollupRule
    payload: str
    origin: Origin | None = None


class LoggedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event in the log: numbered, dated, and cancelled or not."""

    seq: int
    received_at_us: int
    event: MeterEvent
    canceled_at_us: int | None = None


class Rejection(msgspec.Struct, frozen=True, kw_only=True):
    """Why an event cannot be counted; `param` names the part of the request at fault."""

    code: RejectionCode
    message: str
    param: str


def check(
    sent: SentEvent,
    *,
    meter: Meter | None,
    environment: int,
    now_us: int,
    settings: Settings,
    origin: Origin | None = None,
) -> MeterEvent | Rejection:
    """Turn a sent event into one that can be logged, or say why not.

    `meter` is the one that holds the event's name: an active one, else an inactive one, else None.
    Whether the customer exists is for the caller to look up afterwards.
    """
    if meter is None:
        return Rejection(
            code="no_meter",
            message=f'No active meter found for event name "{sent.event_name}". Create a meter '
            "with this event name first.",
            param="event_name",
        )
    if meter.status != "active":
        return Rejection(
            code="archived_meter",
            message=f'No active meter found for event name "{sent.event_name}": meter {meter.id} '
            "is inactive. Reactivate it to record usage.",
            param="event_name",
        )
    timestamp_us = now_us // MICROSECONDS * MICROSECONDS
    if sent.timestamp_us is not None:
        timestamp_us = sent.timestamp_us
        rejection = check_timestamp(timestamp_us, now_us=now_us, settings=settings)
        if rejection is not None:
            return rejection
    rejection = _check_size(sent.payload, settings)
    if rejection is not None:
        return rejection
    customer = sent.payload.get(meter.customer_key)
    if not customer:
        return Rejection(
            code="meter_event_no_customer_defined",
            message=f"Customer mapping key {meter.customer_key} not found in payload.",
            param=f"payload[{meter.customer_key}]",
        )
    reading = read_value(sent.payload, meter, settings)
    if isinstance(reading, Rejection):
        return reading
    missing = [key for key in meter.dimension_keys if not sent.payload.get(key)]
    if missing:
        return Rejection(
            code="missing_dimension_payload_keys",
            message=f"Dimension keys not found in payload: {', '.join(missing)}. Events of meter "
            f"{meter.id} must carry each of: {', '.join(meter.dimension_keys)}.",
            param=f"payload[{missing[0]}]",
        )
    return MeterEvent(
        environment=environment,
        meter=meter.id,
        event_name=sent.event_name,
        customer=customer,
        identifier=sent.identifier,
        timestamp_us=timestamp_us,
        value=reading.value,
        value_text=reading.text,
        dimensions=dimension_values([sent.payload[key] for key in meter.dimension_keys]),
        rollup=meter.rollup,
        payload=msgspec.json.encode(sent.payload).decode(),
        origin=origin,
    )


def dimension_values(values: list[str]) -> str:
    """Spell the values of a meter's dimensions, in the meter's order, as the log keeps them."""
    return msgspec.json.encode(values).decode()


def timestamp_bounds_us(now_us: int, settings: Settings) -> tuple[int, int]:
    """Return the earliest and the latest moment that an event may carry; both are accepted."""
    now = now_us // MICROSECONDS
    earliest = now - settings.event_age_days_max * DAY_SECONDS
    latest = now + settings.event_future_seconds_max
    return earliest * MICROSECONDS, latest * MICROSECONDS


def check_timestamp(timestamp_us: int, *, now_us: int, settings: Settings) -> Rejection | None:
    """Reject a moment too far in the past or the future; the bounds themselves are accepted."""
    earliest_us, latest_us = timestamp_bounds_us(now_us, settings)
    if timestamp_us < earliest_us:
        earliest = earliest_us // MICROSECONDS
        return Rejection(
            code="timestamp_too_far_in_past",
            message=f"The event timestamp cannot be more than {settings.event_age_days_max} days "
            f"in past. Expected a timestamp greater than or equal to {earliest}.",
            param="timestamp",
        )
    if timestamp_us > latest_us:
        minutes = settings.event_future_seconds_max // 60
        return Rejection(
            code="timestamp_in_future",
            message=f"The event timestamp cannot be more than {minutes} minutes in the future. "
            f"Expected a timestamp less than or equal to {latest_us // MICROSECONDS}.",
            param="timestamp",
        )
    return None


def _check_size(payload: Mapping[str, str], settings: Settings) -> Rejection | None:
    if len(payload) > settings.payload_keys_max:
        return Rejection(
            code="meter_event_payload_too_large",
            message=f"The payload can have at most {settings.payload_keys_max} keys; this one has "
            f"{len(payload)}.",
            param="payload",
        )
    for key, value in payload.items():
        if len(key) > PAYLOAD_KEY_CHARACTERS_MAX:
            return Rejection(
                code="meter_event_payload_too_large",
                message=f"Payload keys can have at most {PAYLOAD_KEY_CHARACTERS_MAX} characters; "
                f"'{key}' has {len(key)}.",
                param=f"payload[{key}]",
            )
        if len(value) > settings.payload_value_characters_max:
            return Rejection(
                code="meter_event_payload_too_large",
                message="Payload values can have at most "
                f"{settings.payload_value_characters_max} characters; the value of '{key}' has "
                f"{len(value)}.",
                param=f"payload[{key}]",
            )
    return None


class Reading(msgspec.Struct, frozen=True):
    """What a meter reads from one event: a number, a text, or (counting) neither."""

    value: Decimal | None = None
    text: str | None = None


_NOTHING = Reading()


def read_value(payload: Mapping[str, str], meter: Meter, settings: Settings) -> Reading | Rejection:
    """Read the meter's value from a payload.

    A `count` meter reads nothing and ignores a value that is sent; `unique_count` reads a text;
    every other formula reads a number.
    """
    if meter.formula == "count":
        return _NOTHING
    key = meter.value_key
    sent = payload.get(key)
    if sent is None:
        return Rejection(
            code="meter_event_value_not_found",
            message=f"Value key {key} not found in payload.",
            param=f"payload[{key}]",
        )
    if meter.formula == "unique_count":
        if not sent:
            return _invalid_value(key, sent, "it is empty")
        return Reading(text=sent)
    return _read_number(sent, key, settings)


def _read_number(sent: str, key: str, settings: Settings) -> Reading | Rejection:
    value = decimals.parse(sent)
    if value is None:
        return _invalid_value(key, sent, "send a decimal number, such as 25, -3 or 0.5")
    if decimals.significant_digits(value) > settings.value_digits_max:
        return Rejection(
            code="meter_event_value_too_many_digits",
            message=f"The value of '{key}' can have at most {settings.value_digits_max} digits; "
            f"received {sent}.",
            param=f"payload[{key}]",
        )
    if decimals.integer_digits(value) > STORED_INTEGER_DIGITS_MAX:
        return _invalid_value(
            key, sent, f"at most {STORED_INTEGER_DIGITS_MAX} digits before the decimal point"
        )
    if decimals.decimal_places(value) > decimals.PLACES:
        return _invalid_value(key, sent, f"at most {decimals.PLACES} decimal places")
    return Reading(value=decimals.normal(value))


def _invalid_value(key: str, sent: str, reason: str) -> Rejection:
    return Rejection(
        code="meter_event_invalid_value",
        message=f"Invalid value for '{key}': '{sent}'; {reason}.",
        param=f"payload[{key}]",
    )

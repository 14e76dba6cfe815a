"""Which events are taken, at the very bounds."""

from typing import Any

import pytest

from taximeter.ingest.event import MeterEvent, Rejection, SentEvent, check
from taximeter.meters import Meter
from taximeter.settings import Settings
from tests.oracle.worked import DAY_US, MIDNIGHT, MIDNIGHT_US, SECOND_US, a_meter

WHOLE = {"stripe_customer_id": "cus_1", "value": "5"}


def checked(
    payload: dict[str, str] | None = None, *, meter: Meter | None = None, **fields: Any
) -> MeterEvent | Rejection:
    sent = SentEvent(
        event_name="tokens",
        payload=WHOLE if payload is None else payload,
        identifier="i",
        timestamp_us=fields.get("at_us"),
    )
    return check(
        sent,
        meter=fields.get("holder", meter or a_meter()),
        environment=2,
        now_us=MIDNIGHT_US + fields.get("late_us", 0),
        settings=Settings(),
    )


def answer(result: MeterEvent | Rejection) -> str:
    return result.code if isinstance(result, Rejection) else "taken"


@pytest.mark.parametrize(
    ("offset_us", "expected"),
    [
        (-35 * DAY_US, "taken"),
        (-35 * DAY_US - 1, "timestamp_too_far_in_past"),
        (300 * SECOND_US, "taken"),
        (300 * SECOND_US + 1, "timestamp_in_future"),
    ],
)
def test_a_timestamp_is_taken_up_to_the_very_bound(offset_us: int, expected: str) -> None:
    assert answer(checked(at_us=MIDNIGHT_US + offset_us)) == expected


def test_the_bounds_are_told_in_whole_seconds_that_would_be_taken() -> None:
    refused = checked(at_us=MIDNIGHT_US - 36 * DAY_US, late_us=999_999)
    assert isinstance(refused, Rejection)
    earliest = MIDNIGHT - 35 * 86_400
    assert refused.message == (
        "The event timestamp cannot be more than 35 days in past. Expected a timestamp greater "
        f"than or equal to {earliest}."
    )
    assert answer(checked(at_us=earliest * SECOND_US, late_us=999_999)) == "taken"


def test_an_event_without_a_timestamp_happens_in_the_present_second() -> None:
    taken = checked(late_us=1_999_999)
    assert isinstance(taken, MeterEvent)
    assert taken.timestamp_us == MIDNIGHT_US + SECOND_US


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("123456789012345", "taken"),
        ("1234567890123456", "meter_event_value_too_many_digits"),
        ("12345678901234500", "taken"),
        ("0.123456789012345", "taken"),
        ("0.1234567890123456", "meter_event_value_too_many_digits"),
        ("0.000000000000001", "taken"),
        ("0.0000000000000001", "meter_event_invalid_value"),
        ("1.00000000000000000000", "taken"),
        ("99999999999999900000000", "taken"),
        ("1e22", "taken"),
        ("1e23", "meter_event_invalid_value"),
        ("-7", "taken"),
        ("", "meter_event_invalid_value"),
        (" 5", "meter_event_invalid_value"),
        ("1_000", "meter_event_invalid_value"),
        ("0x10", "meter_event_invalid_value"),
        ("NaN", "meter_event_invalid_value"),
        ("Infinity", "meter_event_invalid_value"),
        ("٣", "meter_event_invalid_value"),
    ],
)
def test_a_value_is_taken_up_to_its_limits(value: str, expected: str) -> None:
    assert answer(checked({**WHOLE, "value": value})) == expected


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"value": "5"}, "meter_event_no_customer_defined"),
        ({"stripe_customer_id": "", "value": "5"}, "meter_event_no_customer_defined"),
        ({"stripe_customer_id": "cus_1"}, "meter_event_value_not_found"),
        ({**WHOLE, "model": "a"}, "missing_dimension_payload_keys"),
        ({**WHOLE, "model": "a", "region": ""}, "missing_dimension_payload_keys"),
        ({**WHOLE, "model": "a", "region": "b"}, "taken"),
    ],
)
def test_a_payload_must_hold_what_the_meter_reads(payload: dict[str, str], expected: str) -> None:
    assert answer(checked(payload, meter=a_meter(dimension_keys=("model", "region")))) == expected


def test_a_counting_meter_ignores_the_value() -> None:
    meter = a_meter(formula="count")
    customer = {"stripe_customer_id": "cus_1"}
    taken = [checked(customer, meter=meter), checked({**customer, "value": "x"}, meter=meter)]
    assert [answer(one) for one in taken] == ["taken", "taken"]


def test_dimensions_are_kept_in_the_meters_order_and_the_payload_as_it_was_sent() -> None:
    payload = {"b": "2", **WHOLE, "a": "1"}
    taken = checked(payload, meter=a_meter(dimension_keys=("a", "b")))
    assert isinstance(taken, MeterEvent)
    assert taken.dimensions == '["1","2"]'
    assert taken.payload == '{"b":"2","stripe_customer_id":"cus_1","value":"5","a":"1"}'


@pytest.mark.parametrize(
    ("holder", "expected"),
    [(None, "no_meter"), (a_meter(status="inactive", deactivated_at=1), "archived_meter")],
)
def test_only_an_active_meter_takes_events(holder: Meter | None, expected: str) -> None:
    assert answer(checked(holder=holder)) == expected


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({**WHOLE, **{f"k{n}": "" for n in range(48)}}, "taken"),
        ({**WHOLE, **{f"k{n}": "" for n in range(49)}}, "meter_event_payload_too_large"),
        ({**WHOLE, "k" * 100: ""}, "taken"),
        ({**WHOLE, "k" * 101: ""}, "meter_event_payload_too_large"),
        ({**WHOLE, "k": "v" * 500}, "taken"),
        ({**WHOLE, "k": "v" * 501}, "meter_event_payload_too_large"),
    ],
)
def test_a_payload_is_taken_up_to_its_size(payload: dict[str, str], expected: str) -> None:
    assert answer(checked(payload)) == expected

"""Every formula, end to end: recorded and read back by the official SDK."""

from decimal import Decimal

import pytest

from tests.wire.clocked import NOON, ClockedServer
from tests.wire.world import create_customer, create_meter, send, summaries, total, totals

HOUR = 3_600
VALUES = ("3", "-1.5", "0.000000000000001", "12", "3")


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("sum", "16.500000000000001"),
        ("count", "5"),
        ("last", "3"),
        ("max", "12"),
        ("min", "-1.5"),
        # 16.500000000000001 / 5, half away from zero at the 15th place.
        ("avg", "3.3"),
        ("unique_count", "4"),
    ],
)
def test_formula_computes_exactly_over_what_was_recorded(
    formula: str, expected: str, noon: ClockedServer
) -> None:
    client = noon.client()
    meter, customer = create_meter(client, formula), create_customer(client)
    for minute, value in enumerate(VALUES):
        send(client, meter, customer, value, at=NOON - HOUR + minute * 60)
    assert totals(client, meter, customer, NOON - HOUR, NOON) == [
        (NOON - HOUR, NOON, Decimal(expected))
    ]


def test_last_follows_the_timestamp_and_among_equals_the_arrival(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client, "last"), create_customer(client)
    for value, at in (("1", NOON - 10), ("2", NOON - 5), ("3", NOON - 5), ("4", NOON - 60)):
        send(client, meter, customer, value, at=at)
    assert total(client, meter, customer, NOON - HOUR, NOON) == 3


def test_count_needs_no_value_and_ignores_one(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client, "count"), create_customer(client)
    send(client, meter, customer, None, at=NOON - 60)
    send(client, meter, customer, "not a number", at=NOON - 60)
    assert total(client, meter, customer, NOON - HOUR, NOON) == 2


def test_unique_count_tells_texts_apart_and_not_numbers(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client, "unique_count"), create_customer(client)
    for text in ("1", "1.0", "Å", "å", "1"):
        send(client, meter, customer, text, at=NOON - 60)
    assert total(client, meter, customer, NOON - HOUR, NOON) == 4


def test_negative_correction_lowers_the_total_by_exactly_its_value(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client, "sum"), create_customer(client)
    for value in ("0.1", "0.2", "-0.3"):
        send(client, meter, customer, value, at=NOON - 60)
    send(client, meter, customer, "-7", at=NOON - 120)
    assert total(client, meter, customer, NOON - HOUR, NOON) == Decimal(-7)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("+5", "5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1.50e2", "150"),
        ("1E-15", "0.000000000000001"),
        ("007", "7"),
        ("-0", "0"),
        ("123456789012345", "123456789012345"),
        ("12345678901234500000000", "12345678901234500000000"),
    ],
)
def test_number_is_read_as_it_is_spelled(sent: str, expected: str, noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client, "sum"), create_customer(client)
    event = send(client, meter, customer, sent, at=NOON - 60)
    assert event.payload["value"] == sent
    assert total(client, meter, customer, NOON - HOUR, NOON) == Decimal(expected)


def test_value_is_read_from_the_mapped_keys(noon: ClockedServer) -> None:
    client = noon.client()
    meter = create_meter(
        client,
        "sum",
        customer_mapping={"type": "by_id", "event_payload_key": "who"},
        value_settings={"event_payload_key": "seconds"},
    )
    customer = create_customer(client)
    client.v1.billing.meter_events.create(
        {
            "event_name": meter.event_name,
            "payload": {"who": customer, "seconds": "90", "value": "7"},
            "timestamp": NOON - 60,
        }
    )
    assert total(client, meter, customer, NOON - HOUR, NOON) == 90


def test_float_and_decimal_of_a_summary_are_the_same_number(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client, "sum"), create_customer(client)
    for value in ("0.1", "0.2"):
        send(client, meter, customer, value, at=NOON - 60)
    (one,) = summaries(client, meter, customer, NOON - HOUR, NOON)
    assert (one.aggregated_value, one["aggregated_value_decimal"]) == (0.3, "0.3")


def test_usage_at_the_start_counts_and_at_the_end_does_not(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client, "sum"), create_customer(client)
    for value, at in (("1", NOON - HOUR), ("10", NOON - 1), ("100", NOON)):
        send(client, meter, customer, value, at=at)
    assert total(client, meter, customer, NOON - HOUR, NOON) == 11
    assert total(client, meter, customer, NOON, NOON + HOUR) == 100

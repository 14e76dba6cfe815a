"""Pre-aggregated meters and grouping windows, end to end."""

from decimal import Decimal

import pytest

from tests.wire.clocked import NOON, ClockedServer
from tests.wire.world import create_customer, create_meter, send, total, totals

HOUR, DAY = 3_600, 86_400
MIDNIGHT = NOON - 12 * HOUR


@pytest.mark.parametrize(("window", "length"), [("hour", HOUR), ("day", DAY)])
def test_in_each_window_only_the_event_received_last_counts(
    window: str, length: int, noon: ClockedServer
) -> None:
    client = noon.client()
    meter = create_meter(client, "sum", event_time_window=window)
    customer = create_customer(client)
    first, second = MIDNIGHT - 2 * length, MIDNIGHT - length
    for value, at in (
        ("5", first + 100),
        ("7", first + 50),  # earlier by its timestamp, received later: replaces the 5
        ("100", second),
        ("1", second + length - 1),
    ):
        send(client, meter, customer, value, at=at)
    assert total(client, meter, customer, first, MIDNIGHT) == 8


@pytest.mark.parametrize(
    ("formula", "expected"),
    [("sum", "11"), ("count", "2"), ("last", "9"), ("max", "9"), ("min", "2"), ("avg", "5.5")],
)
def test_the_formula_runs_over_what_survived(
    formula: str, expected: str, noon: ClockedServer
) -> None:
    client = noon.client()
    meter = create_meter(client, formula, event_time_window="hour")
    customer = create_customer(client)
    for value, at in (("50", NOON - 2 * HOUR), ("2", NOON - 2 * HOUR), ("9", NOON - HOUR)):
        send(client, meter, customer, value, at=at)
    assert total(client, meter, customer, NOON - 2 * HOUR, NOON) == Decimal(expected)


def test_a_window_keeps_one_event_for_each_customer_and_dimension(noon: ClockedServer) -> None:
    client = noon.client()
    meter = create_meter(client, event_time_window="hour", dimension_payload_keys=["model"])
    customer, other = create_customer(client), create_customer(client)
    for who, value, model in (
        (customer, "1", "large"),
        (customer, "2", "large"),
        (customer, "10", "small"),
        (other, "100", "large"),
    ):
        send(client, meter, who, value, at=NOON - HOUR, model=model)
    assert total(client, meter, customer, NOON - HOUR, NOON) == 12
    assert total(client, meter, other, NOON - HOUR, NOON) == 100


def test_cancelling_the_survivor_brings_back_the_one_before(noon: ClockedServer) -> None:
    client = noon.client()
    meter = create_meter(client, event_time_window="hour")
    customer = create_customer(client)
    send(client, meter, customer, "5", at=NOON - HOUR)
    replacing = send(client, meter, customer, "6", at=NOON - HOUR)
    client.v1.billing.meter_event_adjustments.create(
        {
            "event_name": meter.event_name,
            "type": "cancel",
            "cancel": {"identifier": replacing.identifier},
        }
    )
    assert total(client, meter, customer, NOON - HOUR, NOON) == 5


def test_grouping_by_hour_lists_the_hours_with_usage_newest_first(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    for value, at in (("1", NOON - 1), ("2", NOON - HOUR), ("4", NOON - 3 * HOUR)):
        send(client, meter, customer, value, at=at)
    assert totals(client, meter, customer, MIDNIGHT, NOON, "hour") == [
        (NOON - HOUR, NOON, Decimal(3)),
        (NOON - 3 * HOUR, NOON - 2 * HOUR, Decimal(4)),
    ]


def test_grouping_by_day_divides_at_midnight_utc(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    for value, at in (("1", MIDNIGHT - 1), ("2", MIDNIGHT), ("4", NOON)):
        send(client, meter, customer, value, at=at)
    assert totals(client, meter, customer, MIDNIGHT - DAY, MIDNIGHT + DAY, "day") == [
        (MIDNIGHT, MIDNIGHT + DAY, Decimal(6)),
        (MIDNIGHT - DAY, MIDNIGHT, Decimal(1)),
    ]


def test_windows_add_up_to_the_whole(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    for hour in range(30):
        send(client, meter, customer, f"{hour}.1", at=MIDNIGHT - DAY + hour * HOUR + 59)
    start, end = MIDNIGHT - DAY, MIDNIGHT + DAY
    whole = total(client, meter, customer, start, end)
    for window in ("hour", "day"):
        parts = totals(client, meter, customer, start, end, window)
        assert sum(value for _, _, value in parts) == whole == Decimal("438.0")


def test_without_usage_there_is_no_summary(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    assert totals(client, meter, customer, MIDNIGHT, NOON) == []
    assert totals(client, meter, customer, MIDNIGHT, NOON, "hour") == []

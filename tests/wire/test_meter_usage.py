"""Usage by meters and local windows, end to end; the SDK has no method for it yet."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import stripe

from taximeter.settings import Settings
from tests.oracle.calendar import moment
from tests.serving import TEST_KEY
from tests.wire.clocked import NOON, ClockedServer
from tests.wire.world import create_customer, create_meter, send, totals

PATH = "/v1/billing/analytics/meter_usage"
HOUR, DAY = 3_600, 86_400
Row = tuple[int, int, str]


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClockedServer]:
    """A server at noon that takes events of a year."""
    settings = Settings(event_age_days_max=365, identifier_window_days=366)
    with ClockedServer(tmp_path_factory.mktemp("year") / "data", settings) as server:
        yield server


def usage(client: stripe.StripeClient, customer: str, start: int, end: int, **others: Any) -> Any:
    """Ask for usage, as the SDK sends what it has no method for."""
    params: Any = {"customer": customer, "starts_at": start, "ends_at": end, **others}
    answer: Any = client.raw_request("get", PATH, **params)
    return client.deserialize(answer, api_mode="V1")


def rows(*asked: Any, **others: Any) -> list[Row]:
    return [
        (row.starts_at, row.ends_at, row.value_decimal) for row in usage(*asked, **others).rows.data
    ]


def test_without_windows_there_is_one_row_for_the_range(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    for value in ("0.1", "0.2"):
        send(client, meter, customer, value, at=NOON - 60)
    answer = usage(client, customer, NOON - HOUR, NOON, meters=[{"meter": meter.id}]).to_dict()
    (row,) = answer["rows"]["data"]
    assert row.pop("id").startswith("mtrusgrow_test_")
    answer["rows"]["data"] = [row]
    assert answer == {
        "object": "billing.analytics.meter_usage",
        "livemode": False,
        "refreshed_at": NOON,
        "rows": {
            "object": "list",
            "data": [
                {
                    "object": "billing.analytics.meter_usage_row",
                    "dimensions": None,
                    "ends_at": NOON,
                    "meter": meter.id,
                    "starts_at": NOON - HOUR,
                    "value": 0.3,
                    "value_decimal": "0.3",
                }
            ],
            "has_more": False,
            "total": 1,
            "url": PATH,
        },
    }


def test_nothing_used_is_no_row(noon: ClockedServer) -> None:
    client = noon.client()
    found = usage(client, create_customer(client), NOON - DAY, NOON).to_dict()["rows"]
    assert (found["data"], found["total"], found["has_more"]) == ([], 0, False)


@pytest.mark.parametrize(
    ("zone", "midnights", "hours"),
    [
        # Midnight of the second day becomes one o'clock.
        (
            "America/Santiago",
            ["2026-09-05T04:00Z", "2026-09-06T04:00Z", "2026-09-07T03:00Z", "2026-09-08T03:00Z"],
            [24, 23, 24],
        ),
        (
            "America/New_York",
            ["2025-11-01T04:00Z", "2025-11-02T04:00Z", "2025-11-03T05:00Z", "2025-11-04T05:00Z"],
            [24, 25, 24],
        ),
        (
            "Australia/Lord_Howe",
            ["2026-04-03T13:00Z", "2026-04-04T13:00Z", "2026-04-05T13:30Z", "2026-04-06T13:30Z"],
            [24, 24.5, 24],
        ),
    ],
)
def test_a_day_is_as_long_as_the_zones_clock_makes_it(
    zone: str, midnights: list[str], hours: list[float], year: ClockedServer
) -> None:
    client = year.client()
    meter, customer = create_meter(client), create_customer(client)
    bounds = [moment(one) for one in midnights]
    for place, (start, end) in enumerate(pairwise(bounds)):
        send(client, meter, customer, f"{10**place}", at=start)
        send(client, meter, customer, f"{10**place}", at=end - 1)
    found = rows(
        client, customer, bounds[0], bounds[-1], timezone=zone, value_grouping_window="day"
    )
    assert found == [
        (bounds[2], bounds[3], "200"),
        (bounds[1], bounds[2], "20"),
        (bounds[0], bounds[1], "2"),
    ]
    assert [(end - start) / HOUR for start, end, _ in reversed(found)] == hours


def test_an_hour_that_the_clock_goes_through_twice_is_two_rows(year: ClockedServer) -> None:
    client = year.client()
    meter, customer = create_meter(client), create_customer(client)
    first = moment("2025-11-02T05:00Z")  # one o'clock in New York, and once more an hour later
    for value, at in (("1", first), ("10", first + HOUR), ("100", first + 2 * HOUR)):
        send(client, meter, customer, value, at=at)
    asked = {"timezone": "America/New_York", "value_grouping_window": "hour"}
    assert rows(client, customer, first, first + 3 * HOUR, **asked) == [
        (first + 2 * HOUR, first + 3 * HOUR, "100"),
        (first + HOUR, first + 2 * HOUR, "10"),
        (first, first + HOUR, "1"),
    ]


@pytest.mark.parametrize(
    ("window", "turn"), [("week", "2026-09-13T18:15Z"), ("month", "2026-08-31T18:15Z")]
)
def test_weeks_and_months_turn_at_the_zones_midnight_and_are_cut_to_the_range(
    window: str, turn: str, noon: ClockedServer
) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    middle = moment(turn)
    for value, at in (("1", middle - 1), ("2", middle)):
        send(client, meter, customer, value, at=at)
    asked = {"timezone": "Asia/Kathmandu", "value_grouping_window": window}
    assert rows(client, customer, middle - 60, middle + DAY, **asked) == [
        (middle, middle + DAY, "2"),
        (middle - 60, middle, "1"),
    ]


@pytest.mark.parametrize("window", ["hour", "day"])
def test_windows_of_utc_are_those_of_summaries(window: Any, noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client, "avg"), create_customer(client)
    for hour in range(60):
        send(client, meter, customer, f"{hour}.1", at=NOON - hour * HOUR - 1_800)
    start, end = NOON - 12 * HOUR - 3 * DAY, NOON + 12 * HOUR
    found = rows(
        client, customer, start, end, value_grouping_window=window, meters=[{"meter": meter.id}]
    )
    assert [(a, b, Decimal(value)) for a, b, value in found] == totals(
        client, meter, customer, start, end, window
    )
    assert len(found) > 2


def test_rows_stand_by_window_then_by_meter_as_named_then_by_dimension(
    noon: ClockedServer,
) -> None:
    client = noon.client()
    grouped = create_meter(client, dimension_payload_keys=["model", "region"])
    plain, customer = create_meter(client, "max"), create_customer(client)
    for value, model, region, at in (
        ("1", "small", "eu", NOON - HOUR),
        ("2", "large", "us", NOON - HOUR),
        ("4", "large", "eu", NOON - 2 * HOUR),
        ("8", "large", "ap", NOON - 2 * HOUR),
    ):
        send(client, grouped, customer, value, at=at, model=model, region=region)
        send(client, plain, customer, value, at=at)
    named = [
        {"meter": plain.id},
        {
            "meter": grouped.id,
            "dimension_filters": {"region": ["eu", "us"]},
            "dimension_group_by_keys": ["model"],
        },
    ]
    answer = usage(
        client, customer, NOON - 2 * HOUR, NOON, meters=named, value_grouping_window="hour"
    )
    found = [
        (row["starts_at"], row["meter"], row["value"], row["dimensions"])
        for row in answer.rows.to_dict()["data"]
    ]
    assert found == [
        (NOON - HOUR, plain.id, 2, None),
        (NOON - HOUR, grouped.id, 2, {"model": "large"}),
        (NOON - HOUR, grouped.id, 1, {"model": "small"}),
        (NOON - 2 * HOUR, plain.id, 8, None),
        (NOON - 2 * HOUR, grouped.id, 4, {"model": "large"}),
    ]
    assert answer.rows.total == len(found)
    assert [row.id for row in answer.rows.auto_paging_iter()] == [
        row.id for row in answer.rows.data
    ]


def test_without_meters_all_are_added_up_deactivated_ones_too(clocked: ClockedServer) -> None:
    client = clocked.client()
    customer, other = create_customer(client), create_customer(client)
    asleep, peak = create_meter(client), create_meter(client, "max")
    elsewhere = clocked.client(clocked.create_key("spring").secret)
    for value in ("5", "7"):
        send(client, peak, customer, value, at=NOON - HOUR)
        send(client, asleep, customer, f"0.00000000000000{value}", at=NOON - HOUR)
        send(client, asleep, other, "1000", at=NOON - HOUR)
    client.v1.billing.meters.deactivate(asleep.id)
    foreign = create_customer(elsewhere)
    send(elsewhere, create_meter(elsewhere), foreign, "1", at=NOON - HOUR)
    (row,) = usage(client, customer, NOON - DAY, NOON).rows.data
    assert (row.meter, row.value_decimal) == (None, "7.000000000000012")
    assert rows(elsewhere, foreign, NOON - DAY, NOON) == [(NOON - DAY, NOON, "1")]


def test_a_meter_of_another_environment_is_missing(clocked: ClockedServer) -> None:
    meter = create_meter(clocked.client())
    elsewhere = clocked.client(clocked.create_key("spring").secret)
    customer = create_customer(elsewhere)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        usage(elsewhere, customer, NOON - DAY, NOON, meters=[{"meter": meter.id}])
    assert (caught.value.http_status, caught.value.code) == (400, "resource_missing")
    assert caught.value.param == "meters[0][meter]"


def test_an_id_names_the_same_figure_in_every_answer(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    for hour in range(1, 4):
        send(client, meter, customer, at=NOON - hour * HOUR)
    asked: Any = {"value_grouping_window": "hour", "meters": [{"meter": meter.id}]}
    long = usage(client, customer, NOON - 3 * HOUR, NOON, **asked).rows.data
    short = usage(client, customer, NOON - 2 * HOUR, NOON, **asked).rows.data
    assert [row.id for row in long][:2] == [row.id for row in short]
    whole = usage(client, customer, NOON - HOUR, NOON).rows.data
    assert len({row.id for row in (*long, *whole)}) == 4


def test_an_acknowledged_event_is_in_the_next_answer_and_as_of_leaves_it_out(
    clocked: ClockedServer,
) -> None:
    client = clocked.client()
    meter, customer = create_meter(client), create_customer(client)
    send(client, meter, customer, "1", at=NOON - 60)
    clocked.clock.advance(seconds=60)
    before = clocked.now()
    send(client, meter, customer, "10", at=NOON - 60)
    clocked.clock.advance(seconds=60)
    present = usage(client, customer, NOON - HOUR, NOON)
    past = usage(client, customer, NOON - HOUR, NOON, as_of=before)
    assert [(one.refreshed_at, one.rows.data[0].value) for one in (present, past)] == [
        (NOON + 120, 11),
        (before, 1),
    ]


def test_the_usage_of_a_deleted_customer_stays_readable(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    send(client, meter, customer, "3", at=NOON - 60)
    client.v1.customers.delete(customer)
    assert rows(client, customer, NOON - HOUR, NOON) == [(NOON - HOUR, NOON, "3")]


def test_more_meters_than_can_be_added_up_have_to_be_named(tmp_path: Path) -> None:
    limits = Settings(meter_usage_all_meters_max=2)
    with ClockedServer(tmp_path / "data", limits) as server:
        client = server.client(TEST_KEY)
        customer = create_customer(client)
        meters = [create_meter(client) for _ in range(2)]
        send(client, meters[0], customer, "3", at=NOON - 60)
        assert rows(client, customer, NOON - HOUR, NOON) == [(NOON - HOUR, NOON, "3")]
        client.v1.billing.meters.deactivate(meters[1].id)
        create_meter(client)
        with pytest.raises(stripe.InvalidRequestError) as caught:
            usage(client, customer, NOON - HOUR, NOON)
        assert (caught.value.http_status, caught.value.param) == (400, "meters")
        assert caught.value.user_message == (
            "There are 3 meters here, deactivated ones included, and a request adds up at most 2. "
            "Name those that count in meters, or raise TAXIMETER_METER_USAGE_ALL_METERS_MAX."
        )
        named = [{"meter": meters[0].id}]
        assert rows(client, customer, NOON - HOUR, NOON, meters=named) == [(NOON - HOUR, NOON, "3")]


@pytest.mark.parametrize(
    ("asked", "param", "message"),
    [
        (
            {"value_grouping_window": "hour"},
            "ends_at",
            "From starts_at to ends_at there are more than 24 windows of one hour.",
        ),
        ({"meters": [{"meter": "a"}, {"meter": "b"}]}, "meters", "at most 1 meters"),
        (
            {"meters": [{"meter": "<meter>", "dimension_group_by_keys": ["model"]}]},
            None,
            "The answer would have more than 2 rows.",
        ),
    ],
)
def test_an_answer_past_a_limit_is_refused(
    asked: dict[str, Any], param: str | None, message: str, tmp_path: Path
) -> None:
    limits = Settings(meter_usage_meters_max=1, meter_usage_windows_max=24, meter_usage_rows_max=2)
    with ClockedServer(tmp_path / "data", limits) as server:
        client = server.client(TEST_KEY)
        meter = create_meter(client, dimension_payload_keys=["model"])
        customer = create_customer(client)
        for model in ("a", "b", "c"):
            send(client, meter, customer, at=NOON - 60, model=model)
        for one in asked.get("meters", ()):
            one["meter"] = one["meter"].replace("<meter>", meter.id)
        with pytest.raises(stripe.InvalidRequestError, match=message) as caught:
            usage(client, customer, NOON - DAY - 60, NOON, **asked)
        assert (caught.value.http_status, caught.value.param) == (400, param)
        day = usage(client, customer, NOON - DAY, NOON, value_grouping_window="hour")
        assert day.rows.total == 1

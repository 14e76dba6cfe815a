"""`taximeter usage` by the windows of a zone's calendar, from a server and from a directory."""

import json
import time
from collections.abc import Iterator, Sequence
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from taximeter.cli import main
from taximeter.cli.usage.answer import Answer, Row
from taximeter.cli.usage.ask import Wish, ask
from taximeter.cli.usage.source import CustomerFound, Figure, MeterFound, Question, UsageFailed
from taximeter.cli.usage.table import print_answer
from tests.oracle.calendar import label, moment, windows
from tests.serving import TEST_KEY, Server

HOUR, DAYS = 3_600, 20
ZONES = ["Asia/Kathmandu", "America/New_York", "Pacific/Chatham", "UTC"]
EVERY_WINDOW = pytest.mark.parametrize("window", ["hour", "day", "week", "month"])
METER = MeterFound(id="mtr_1", event_name="calls", formula="sum", dimensions=(), active=True)


class Event(msgspec.Struct, frozen=True):
    """An event that was sent."""

    at: int
    value: Decimal
    model: str


class World(msgspec.Struct, frozen=True):
    """A server with usage of 20 days, a copy of it that is stopped, and what was sent."""

    server: Server
    stopped: Path
    customer: str
    events: list[Event]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    data = tmp_path_factory.mktemp("zones") / "data"
    now = int(time.time())
    events = [
        Event(now - 7 * HOUR * place, Decimal(f"{place}.1"), "ab"[place % 2])
        for place in range(DAYS * 24 // 7)
    ]
    with Server(data) as server:
        client = server.client()
        client.raw_request(
            "post",
            "/v1/billing/meters",
            display_name="calls",
            event_name="calls",
            default_aggregation={"formula": "sum"},
            dimension_payload_keys=["model"],
        )
        customer = client.v1.customers.create({"name": "Ada"}).id
        for one in events:
            payload = {
                "stripe_customer_id": customer,
                "value": str(one.value),
                "model": one.model,
            }
            client.v1.billing.meter_events.create(
                {"event_name": "calls", "payload": payload, "timestamp": one.at}
            )
    stopped = data.with_name("stopped")
    stopped.mkdir()
    for path in data.iterdir():
        (stopped / path.name).write_bytes(path.read_bytes())
    with Server(data) as server:
        yield World(server, stopped, customer, events)


@pytest.fixture(params=["server", "directory"])
def source(request: pytest.FixtureRequest, world: World) -> list[str]:
    if request.param == "directory":
        return ["--data", str(world.stopped)]
    return ["--url", world.server.address, "--api-key", TEST_KEY]


def usage(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "120"}).invoke(main, ["usage", *arguments])


def report(*arguments: str) -> Any:
    return json.loads(usage(*arguments, "--json").stdout)


def counted(world: World, start: int, end: int, model: str = "ab") -> Decimal | None:
    """The sum of what was sent between two moments, or None where nothing was."""
    values = [one.value for one in world.events if start <= one.at < end and one.model in model]
    return sum(values, Decimal()) if values else None


def number(total: str | None) -> Decimal | None:
    return None if total is None else Decimal(total)


@pytest.mark.parametrize("zone", ZONES)
@EVERY_WINDOW
def test_windows_of_a_customer_are_those_of_the_zone(
    window: str, zone: str, source: list[str], world: World
) -> None:
    asked = ["--window", window, "--timezone", zone, "--days", "15"]
    found = report("--customer", world.customer, *asked, *source)
    start, end = found["start_time"], found["end_time"]
    expected = [
        (first, last, counted(world, first, last))
        for first, last in windows(start, end, window=window, zone=ZoneInfo(zone))
    ]
    assert found["window_starts"] == [first for first, _, _ in expected]
    assert [
        (row["start_time"], row["end_time"], number(row["total"])) for row in found["rows"]
    ] == [one for one in expected if one[2] is not None]
    assert found["timezone"] == zone


@EVERY_WINDOW
def test_windows_stand_beside_the_total_of_each_group(
    window: str, source: list[str], world: World
) -> None:
    zone = "Australia/Lord_Howe"
    found = report(
        *("--by", "model", "--window", window, "--timezone", zone, "--days", "12"), *source
    )
    start, end = found["start_time"], found["end_time"]
    bounds = windows(start, end, window=window, zone=ZoneInfo(zone))
    rows = {row["dimensions"]["model"]: row for row in found["rows"]}
    assert sorted(rows) == ["a", "b"]
    for model, row in rows.items():
        assert number(row["total"]) == counted(world, start, end, model)
        assert list(map(number, row["windows"])) == [
            counted(world, first, last, model) for first, last in bounds
        ]


@pytest.mark.parametrize("zone", ZONES)
def test_days_are_the_zones_days_up_to_the_end_of_today(zone: str, world: World) -> None:
    before = int(time.time())
    found = report("--days", "3", "--timezone", zone, "--data", str(world.stopped))
    start, end = found["start_time"], found["end_time"]
    place = ZoneInfo(zone)
    assert start < before < end
    assert len(windows(start, end, window="day", zone=place)) == 3
    assert label(start - 1, place, "day") != label(start, place, "day")
    assert label(end - 1, place, "day") != label(end, place, "day")


def test_an_answer_as_of_a_moment_is_told_in_the_zones_time(source: list[str]) -> None:
    result = usage(
        *("--window", "month", "--timezone", "Asia/Kathmandu", "--as-of", "1000000000"), *source
    )
    heading, nothing = result.stdout.splitlines()
    assert heading.endswith("Asia/Kathmandu, as of 2001-09-09 07:31:40")
    assert nothing == "No usage in this time."


@pytest.mark.parametrize(
    ("zone", "hint"),
    [("kathmandu", "Did you mean Asia/Kathmandu?"), ("", "Use one such as Europe/Paris.")],
)
def test_an_unknown_zone_is_refused_with_those_near_it(
    zone: str, hint: str, source: list[str]
) -> None:
    result = usage("--timezone", zone, *source)
    assert result.exit_code == 2
    assert f"'{zone}' is not a zone of the IANA database. {hint}" in result.stderr


def test_more_windows_than_the_server_divides_are_said_in_a_sentence(world: World) -> None:
    result = usage(
        *("--window", "hour", "--days", "3660", "--timezone", "Asia/Kathmandu"),
        *("--url", world.server.address, "--api-key", TEST_KEY),
    )
    assert result.exit_code == 1
    assert "there are more than 10000 windows of one hour" in result.stderr


class Elsewhere:
    """A source that has other rules of the zones: all its days end an hour late."""

    def meters(self) -> Sequence[MeterFound]:
        return [METER]

    def customers(self, ids: Sequence[str] | None) -> Sequence[CustomerFound]:
        return [CustomerFound(id="cus_1", name="")]

    def figures(self, question: Question) -> Sequence[Figure]:
        end = question.starts[1] + HOUR
        return [Figure(customer="cus_1", start=question.start, end=end, value=Decimal(1))]


def test_figures_of_other_windows_than_these_are_not_shown() -> None:
    wish = Wish(
        meter=None,
        customer="cus_1",
        by=(),
        window="day",
        zone=ZoneInfo("Europe/Berlin"),
        start=moment("2026-09-21T22:00Z"),
        end=moment("2026-09-23T22:00Z"),
        as_of=None,
    )
    with pytest.raises(UsageFailed, match=r"other rules of Europe/Berlin than this machine\."):
        ask(Elsewhere(), wish)


@pytest.mark.parametrize(
    ("window", "heading", "labels"),
    [
        ("hour", "Hour", ["2026-10-25 02:00 +0200", "2026-10-25 02:00 +0100"]),
        ("day", "Day", ["2026-10-25", "2026-10-25"]),
        ("week", "Week", ["2026-10-25", "2026-10-25"]),
        ("month", "Month", ["2026-10-25", "2026-10-25"]),
    ],
)
def test_a_window_is_named_by_the_clock_that_it_begins_on(
    window: Any, heading: str, labels: list[str]
) -> None:
    starts = (moment("2026-10-25T00:00Z"), moment("2026-10-25T01:00Z"))
    answer = Answer(
        meters=(METER,),
        names={"cus_1": "Ada"},
        customer="cus_1",
        by=(),
        window=window,
        window_starts=starts,
        timezone="Europe/Berlin",
        start=starts[0],
        end=starts[1] + HOUR,
        as_of=None,
        rows=tuple(
            Row(
                meter="calls",
                customer="cus_1",
                dimensions=(),
                value=Decimal(7),
                start=start,
                end=start + HOUR,
            )
            for start in starts
        ),
    )
    printed = StringIO()
    print_answer(answer, Console(file=printed, width=100))
    title, headings, *lines = printed.getvalue().splitlines()
    assert title == "calls (sum) of Ada, 2026-10-25 to 2026-10-25 Europe/Berlin"
    assert headings.startswith(heading)
    assert [line.split("  ")[0] for line in lines[:2]] == labels

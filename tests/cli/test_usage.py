"""`taximeter usage` over HTTP and over a directory: the same exact figures from both."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from click.testing import CliRunner, Result

from taximeter.cli import main
from tests.serving import TEST_KEY, Server

EVENTS = (
    ("tokens", "ada", "1234567.000000000000001", "large"),
    ("tokens", "ada", "0.1", "small"),
    ("tokens", "bob", "0.2", "small"),
    ("tokens", "bob", "-1000.2", "large"),
    ("peak", "ada", "7", "large"),
    ("peak", "ada", "9.5", "large"),
)


class World(msgspec.Struct, frozen=True):
    """A server with usage, a copy of it that is stopped, and the ids of the two customers."""

    server: Server
    stopped: Path
    ada: str
    bob: str


def fill(server: Server) -> tuple[str, str]:
    """Make two meters with a dimension, two customers, and events."""
    client = server.client()
    for name, formula in (("tokens", "sum"), ("peak", "max")):
        client.raw_request(
            "post",
            "/v1/billing/meters",
            display_name=name,
            event_name=name,
            default_aggregation={"formula": formula},
            dimension_payload_keys=["model"],
        )
    ids = {name: client.v1.customers.create({"name": name.title()}).id for name in ("ada", "bob")}
    for number, (meter, customer, value, model) in enumerate(EVENTS):
        client.v1.billing.meter_events.create(
            {
                "event_name": meter,
                "identifier": f"event-{number}",
                "payload": {"stripe_customer_id": ids[customer], "value": value, "model": model},
            }
        )
    return ids["ada"], ids["bob"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    data = tmp_path_factory.mktemp("usage") / "data"
    with Server(data, environ={"TAXIMETER_VALUE_DIGITS_MAX": "23"}) as server:
        ada, bob = fill(server)
    stopped = data.with_name("stopped")
    stopped.mkdir()
    for path in data.iterdir():
        (stopped / path.name).write_bytes(path.read_bytes())
    with Server(data) as server:
        yield World(server, stopped, ada, bob)


@pytest.fixture(params=["server", "directory"])
def source(request: pytest.FixtureRequest, world: World) -> list[str]:
    if request.param == "directory":
        return ["--data", str(world.stopped)]
    return ["--url", world.server.address, "--api-key", TEST_KEY]


def usage(*arguments: str, columns: int = 80) -> Result:
    return CliRunner(env={"COLUMNS": str(columns)}).invoke(main, ["usage", *arguments])


def report(*arguments: str) -> Any:
    return json.loads(usage(*arguments, "--json").stdout)


def totals(report: Any) -> list[tuple[str, dict[str, str], str]]:
    return [(row["customer_name"], row["dimensions"], row["total"]) for row in report["rows"]]


def test_each_customer_has_its_exact_total_largest_first(source: list[str]) -> None:
    found = report("--meter", "tokens", *source)
    assert totals(found) == [
        ("Ada", {}, "1234567.100000000000001"),
        ("Bob", {}, "-1000"),
    ]
    assert found["total"] == "1233567.100000000000001"


def test_a_dimension_divides_the_totals(source: list[str], world: World) -> None:
    assert totals(report("--meter", "tokens", "--by", "model", *source)) == [
        ("Ada", {"model": "large"}, "1234567.000000000000001"),
        ("Bob", {"model": "small"}, "0.2"),
        ("Ada", {"model": "small"}, "0.1"),
        ("Bob", {"model": "large"}, "-1000.2"),
    ]
    found = report("--meter", "tokens", "--customer", world.bob, "--by", "model", *source)
    assert totals(found) == [
        ("Bob", {"model": "small"}, "0.2"),
        ("Bob", {"model": "large"}, "-1000.2"),
    ]


def test_a_customer_alone_has_a_line_for_each_meter(source: list[str], world: World) -> None:
    lines = usage("--customer", world.ada, *source).stdout.splitlines()
    assert [line.split() for line in lines[1:]] == [
        ["Meter", "Formula", "Total"],
        ["peak", "max", "9.5"],
        ["tokens", "sum", "1,234,567.100000000000001"],
    ]


def test_windows_of_a_customer_are_lines_in_the_order_of_time(
    source: list[str], world: World
) -> None:
    found = report("--meter", "tokens", "--customer", world.ada, "--window", "hour", *source)
    rows = found["rows"]
    assert sum(float(row["total"]) for row in rows) == pytest.approx(1234567.1)
    assert all(row["end_time"] - row["start_time"] == 3_600 for row in rows)
    assert [row["start_time"] for row in rows] == sorted(row["start_time"] for row in rows)


def test_windows_of_every_customer_stand_beside_the_total(source: list[str]) -> None:
    found = report("--meter", "tokens", "--window", "day", "--days", "3", *source)
    assert [len(row["windows"]) for row in found["rows"]] == [3, 3]
    assert [row["total"] for row in found["rows"]] == ["1234567.100000000000001", "-1000"]


@pytest.mark.parametrize("window", ["hour", "day", "week", "month"])
def test_windows_of_a_time_zone_follow_its_clock(
    window: str, source: list[str], world: World
) -> None:
    zone = ZoneInfo("Asia/Kathmandu")
    asked = ["--meter", "tokens", "--window", window, "--timezone", zone.key, "--by", "model"]
    found = report(*asked, "--customer", world.ada, *source)
    assert found["timezone"] == zone.key
    assert totals(found) == [
        ("Ada", {"model": "large"}, "1234567.000000000000001"),
        ("Ada", {"model": "small"}, "0.1"),
    ]
    for row in found["rows"]:
        start = datetime.fromtimestamp(row["start_time"], zone)
        assert start.minute == 0
        assert window == "hour" or start.hour == 0
        assert row["start_time"] == found["start_time"] or {
            "week": start.weekday() == 0,
            "month": start.day == 1,
        }.get(window, True)


def test_weeks_of_every_customer_stand_beside_the_total(source: list[str]) -> None:
    asked = ["--meter", "tokens", "--window", "week", "--timezone", "Pacific/Chatham"]
    found = report(*asked, "--days", "21", *source)
    assert [row["total"] for row in found["rows"]] == ["1234567.100000000000001", "-1000"]
    for row in found["rows"]:
        assert len(row["windows"]) in {3, 4}
        assert row["windows"][-1] == row["total"]
        assert set(row["windows"][:-1]) == {None}


def test_the_heading_names_the_time_zone_and_the_rows_its_windows(
    source: list[str], world: World
) -> None:
    asked = ["--meter", "tokens", "--customer", world.bob, "--timezone", "Asia/Kathmandu"]
    lines = usage(*asked, "--window", "month", *source).stdout.splitlines()
    assert lines[0].endswith(" Asia/Kathmandu")
    assert lines[1].split()[:2] == ["Month", "Total"]
    hours = usage(*asked, "--window", "hour", *source).stdout.splitlines()
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:00 \+0545 +-1,000", hours[2])


def test_the_answer_as_of_a_moment_before_everything_is_empty(source: list[str]) -> None:
    result = usage("--meter", "tokens", "--as-of", "1000000000", *source)
    heading, nothing = result.stdout.splitlines()
    assert heading.endswith("UTC, as of 2001-09-09 01:46:40")
    assert nothing == "No usage in this time."


def test_weeks_as_of_a_moment_before_everything_are_empty(source: list[str]) -> None:
    asked = ["--meter", "tokens", "--as-of", "1000000000", "--window", "week"]
    assert report(*asked, *source)["rows"] == []


def test_a_table_in_a_terminal_of_80_columns(world: World) -> None:
    result = usage(
        "--meter", "tokens", "--url", world.server.address, "--api-key", TEST_KEY, "--days", "1"
    )
    assert [line.rstrip() for line in result.stdout.splitlines()[1:]] == [
        f"Customer  ID{'':48}Total",
        f"Ada       {world.ada}  1,234,567.100000000000001  █████████████",
        f"Bob       {world.bob}                     -1,000  ▏",
        "Total                                   1,233,567.100000000000001",
    ]


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
def test_no_line_is_wider_than_the_terminal_and_no_figure_is_broken(
    columns: int, source: list[str]
) -> None:
    result = usage("--meter", "tokens", "--by", "model", *source, columns=columns)
    lines = result.stdout.splitlines()[1:]
    assert max(map(len, lines)) <= columns
    assert "1,234,567.000000000000001" in result.stdout


def test_a_pipe_receives_whole_lines_without_colour(world: World) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "taximeter", "usage", "--meter", "tokens"],
        capture_output=True,
        text=True,
        check=True,
        env={
            "TAXIMETER_URL": world.server.address,
            "TAXIMETER_API_KEY": TEST_KEY,
            "PATH": "",
            "TERM": "xterm-256color",
        },
    )
    assert "\x1b" not in run.stdout
    assert world.ada in run.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--meter", "none"], "There is no meter 'none'. The meters here: peak, tokens."),
        ([], "Which meter? Name one with --meter. The meters here: peak, tokens."),
        (
            ["--meter", "tokens", "--by", "colour"],
            "'colour' is not a dimension of meter tokens; its dimensions are: model.",
        ),
        (["--customer", "cus_none"], "No such customer: 'cus_none'"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(
    arguments: list[str], sentence: str, source: list[str]
) -> None:
    result = usage(*arguments, *source)
    assert (result.exit_code, result.stderr) == (1, f"Error: {sentence}\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--url", "http://127.0.0.1:1", "--api-key", TEST_KEY], "No server answers at"),
        (["--url", "nonsense", "--api-key", TEST_KEY], "is not an address"),
        ([], "A server is asked with a key: give --api-key or set TAXIMETER_API_KEY."),
        (["--data", "nowhere"], "There is no data in"),
        (["--live"], "--live and --sandbox go with --data"),
        (["--timezone", "paris"], "'paris' is not a zone of the IANA database."),
    ],
)
def test_what_cannot_be_asked_is_said_in_a_sentence(arguments: list[str], sentence: str) -> None:
    result = usage(*arguments)
    assert (result.exit_code > 0, sentence in result.stderr) == (True, True)


def test_a_wrong_key_is_said_in_a_sentence(world: World) -> None:
    result = usage("--url", world.server.address, "--api-key", "sk_live_none")
    assert "Invalid API Key provided: ************. Give a key" in result.stderr


def test_an_unknown_sandbox_lists_the_environments(world: World) -> None:
    result = usage("--data", str(world.stopped), "--sandbox", "spring")
    assert "There is no sandbox 'spring'. The environments here: live, test." in result.stderr


def test_a_directory_that_a_server_holds_is_refused(world: World) -> None:
    result = usage("--data", str(world.server.data))
    assert "is in use by process" in result.stderr

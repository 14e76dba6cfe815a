"""`taximeter doctor` on a healthy directory, and on each kind of damage."""

import json
import shutil
from pathlib import Path

import pytest

from tests.audit.ledger import damage, damage_records, doctor, failed, make_ledger
from tests.serving import Server


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_ledger(tmp_path_factory.mktemp("ledger") / "data")


@pytest.fixture
def data(healthy: Path, tmp_path: Path) -> Path:
    shutil.copytree(healthy, tmp_path / "data")
    return tmp_path / "data"


def test_a_healthy_directory_with_every_formula_and_window_is_well(healthy: Path) -> None:
    result = doctor(healthy)
    assert (result.exit_code, failed(result)) == (0, {})
    assert "is well: 840 events, 94 cancellations and 42 totals in" in result.stdout


def test_json_holds_every_check(healthy: Path) -> None:
    result = doctor(healthy, "--json")
    report = json.loads(result.stdout)
    assert (result.exit_code, report["ok"]) == (0, True)
    checks = {one["check"]: (one["ok"], one["checked"]) for one in report["checks"]}
    rolled_up, rows = checks.pop("rollups")  # how many hours the events fall into depends on today
    assert (rolled_up, rows > 100) == (True, True)
    assert checks == {
        "directory": (True, 2),
        "records": (True, 1),
        "sequence": (True, 934),
        "dates": (True, 934),
        "cancellations": (True, 94),
        "identifiers": (True, 840),
        "idempotency keys": (True, 840),
        "meters": (True, 840),
        "customers": (True, 42),
        "payloads": (True, 840),
        "totals": (True, 42),
    }


def test_an_empty_directory_is_well(tmp_path: Path) -> None:
    with Server(tmp_path / "data"):
        pass
    assert "0 events, 0 cancellations and 0 totals" in doctor(tmp_path / "data").stdout


# One column of one event is given another value; what its payload says stands unchanged.
@pytest.mark.parametrize(
    ("column", "value", "checks", "example"),
    [
        ("value", "value + 1", {"payloads", "totals"}, "seq 3 keeps value"),
        ("value_text", "'x'", {"payloads"}, "seq 3 keeps value_text 'x'; its payload says nothing"),
        ("dimensions", "'[\"small\"]'", {"payloads"}, """seq 3 keeps dimensions '["small"]'"""),
        ("customer", "'cus_else'", {"payloads", "customers", "totals"}, "seq 3 keeps customer"),
        ("event_name", "'other'", {"meters"}, "seq 3 has event name 'other'"),
        ("meter", "'mtr_none'", {"meters", "totals"}, "seq 3 belongs to meter mtr_none"),
        ("payload", "'[]'", {"payloads", "totals"}, "seq 3: its payload is not a map of texts"),
        (
            "identifier",
            "'event-5'",
            {"identifiers"},
            "identifier 'event-5' of environment 2: seq 3",
        ),
        (
            "idempotency_key",
            "'key-5'",
            {"idempotency keys"},
            "idempotency key 'key-5' of environment 2: seq 3 and again seq 6",
        ),
    ],
)
def test_a_changed_column_is_found(
    column: str, value: str, checks: set[str], example: str, data: Path
) -> None:
    damage(data, f"UPDATE events SET {column} = {value} WHERE seq = 3")  # noqa: S608  # the words are of this test
    result = doctor(data)
    found = failed(result)
    # A changed total of hour and day meters depends on what survives; the sum meter's always shows.
    assert (result.exit_code, checks - {"totals"} <= set(found)) == (1, True)
    assert example in "\n".join(line for lines in found.values() for line in lines)


def test_a_total_that_its_payloads_do_not_make_is_found(data: Path) -> None:
    damage(data, "UPDATE events SET value = 4711.25 WHERE seq = 22")
    found = failed(doctor(data))
    assert set(found) == {"payloads", "rollups"}
    assert "sums of meter" in found["rollups"][0]


@pytest.mark.parametrize(
    ("statement", "example"),
    [
        ("UPDATE sums SET whole = whole + 1 WHERE whole = (SELECT max(whole) FROM sums)", "sums"),
        ("INSERT INTO fresh_sums SELECT * FROM sums LIMIT 1", "sums of meter"),
        ("UPDATE day_sums SET count = count + 1", "sums by day of meter"),
        ("DELETE FROM picks WHERE seq = (SELECT max(seq) FROM picks)", "picks of meter"),
        ("DELETE FROM sums", "sums of meter"),
    ],
)
def test_rollups_that_the_log_does_not_make_are_found_and_made_anew(
    statement: str, example: str, data: Path
) -> None:
    assert failed(doctor(data, "--rebuild-rollups")) == {}
    damage(data, statement)
    result = doctor(data)
    found = failed(result)
    assert {"rollups"} <= set(found) <= {"rollups", "totals"}
    assert example in found["rollups"][0]
    assert "--rebuild-rollups makes them anew" in " ".join(result.stdout.split())
    assert failed(doctor(data, "--rebuild-rollups")) == {}
    assert failed(doctor(data)) == {}


@pytest.mark.parametrize(
    ("statement", "check", "example"),
    [
        ("DELETE FROM events WHERE seq = 500", "sequence", "seq 500 is missing before 501"),
        ("DELETE FROM events WHERE seq < 4", "sequence", "seq 1 to 3 is missing before 4"),
        (
            "INSERT INTO events SELECT * FROM events WHERE seq = 12",
            "sequence",
            "seq 12 is there twice",
        ),
        (
            "UPDATE events SET received_at = received_at + INTERVAL 1 HOUR WHERE seq = 700",
            "dates",
            "seq 701 was received 3600000000 µs before seq 700",
        ),
        (
            "DELETE FROM cancellations WHERE seq = 850",
            "sequence",
            "seq 850 is missing before 851",
        ),
        (
            "UPDATE cancellations SET event_seq = 99999 WHERE seq = 850",
            "cancellations",
            "cancellation seq 850 names event seq 99999, which is not there",
        ),
        (
            "UPDATE cancellations SET event_seq = 1 WHERE seq = 842",
            "cancellations",
            "cancellation seq 842 cancels event seq 1 again, after cancellation seq 841",
        ),
        (
            "UPDATE cancellations SET customer = 'cus_else' WHERE seq = 841",
            "cancellations",
            "cancellation seq 841 says customer 'cus_else'; event seq 1 says",
        ),
    ],
)
def test_a_broken_order_is_found(statement: str, check: str, example: str, data: Path) -> None:
    damage(data, statement)
    result = doctor(data)
    assert result.exit_code == 1
    assert failed(result)[check][0].startswith(example)


def test_an_identifier_taken_again_after_its_window_is_right(data: Path) -> None:
    damage(
        data,
        "UPDATE events SET identifier = 'event-1', idempotency_key = 'key-1' WHERE seq = 1",
        "UPDATE events SET received_at = received_at - INTERVAL 864001 HOUR WHERE seq = 1",
    )
    found = failed(doctor(data))
    assert {"identifiers", "idempotency keys"}.isdisjoint(found)


def test_the_first_few_of_many_are_shown_and_the_rest_counted(data: Path) -> None:
    damage(data, "UPDATE events SET event_name = 'other'")
    lines = failed(doctor(data))["meters"]
    assert (len(lines), lines[-1]) == (6, "and 835 more")


def test_a_meter_or_customer_that_the_records_lack_is_found(data: Path) -> None:
    damage_records(data, "DELETE FROM customers", "DELETE FROM meters WHERE formula = 'sum'")
    found = failed(doctor(data))
    assert set(found) == {"meters", "customers"}


def test_a_schema_of_a_newer_program_is_refused_in_a_sentence(data: Path) -> None:
    damage(data, "INSERT INTO schema_migrations VALUES (999, 'later', 'x')")
    result = doctor(data)
    assert (result.exit_code, "was written by a newer Taximeter" in result.stderr) == (1, True)


@pytest.mark.parametrize("name", ["usage.duckdb", "records.sqlite3"])
def test_a_file_that_is_no_database_is_refused_in_a_sentence(name: str, data: Path) -> None:
    (data / name).write_bytes(b"not a database" * 1_000)
    result = doctor(data)
    assert (result.exit_code, "is damaged" in result.stderr) == (1, True)


def test_a_directory_that_a_server_holds_is_refused(tmp_path: Path) -> None:
    with Server(tmp_path / "data"):
        result = doctor(tmp_path / "data")
    assert (result.exit_code, "is in use by process" in result.stderr) == (1, True)


def test_a_directory_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    result = doctor(tmp_path / "none")
    assert (result.exit_code, (tmp_path / "none").exists()) == (1, False)

"""A damaged store is refused in a sentence that says what to do; nothing is served from it."""

import secrets
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import stripe

from tests.lifecycle.conftest import EVENTS
from tests.lifecycle.refusal import refusal
from tests.serving import Server

RESTORE = "Restore the data directory from a backup, or move it away to start with an empty one."
EVENTS_PATH = "/v1/billing/meter_events"
Damage = Callable[[bytes], bytes]


def _flipped(content: bytes, start: int, length: int = 64) -> bytes:
    turned = bytes(byte ^ 0xFF for byte in content[start : start + length])
    return content[:start] + turned + content[start + length :]


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        pytest.param("usage.duckdb", lambda _: b"", id="usage-emptied"),
        pytest.param("usage.duckdb", lambda was: was[:100], id="usage-cut-in-its-header"),
        pytest.param("usage.duckdb", lambda was: was[: len(was) // 2], id="usage-cut-in-half"),
        pytest.param("usage.duckdb", lambda was: b"x" * len(was), id="usage-overwritten"),
        pytest.param("usage.duckdb", lambda was: _flipped(was, 0), id="usage-header"),
        pytest.param("usage.duckdb", lambda was: _flipped(was, 12_400), id="usage-first-block"),
        pytest.param("usage.duckdb", lambda was: _flipped(was, 300_000, 1_000), id="usage-rows"),
        pytest.param("records.sqlite3", lambda was: was[:5_000], id="records-cut"),
        pytest.param("records.sqlite3", lambda was: b"x" * len(was), id="records-overwritten"),
        pytest.param("records.sqlite3", lambda was: _flipped(was, 0), id="records-header"),
        pytest.param(
            "records.sqlite3", lambda was: _flipped(was, 12_288, 4_096), id="records-page"
        ),
    ],
)
def test_a_damaged_store_is_refused(name: str, damage: Damage, data: Path) -> None:
    file = data / name
    file.write_bytes(damage(file.read_bytes()))
    said = refusal(data)
    assert str(file) in said
    assert said.endswith(f". {RESTORE}")


def test_a_damaged_write_ahead_log_is_refused(killed_data: Path) -> None:
    file = killed_data / "usage.duckdb.wal"
    content = file.read_bytes()
    file.write_bytes(_flipped(content, len(content) // 2))
    said = refusal(killed_data)
    assert said.endswith(f". {RESTORE}")


def test_damage_among_the_rows_is_answered_with_503_and_never_with_a_figure(data: Path) -> None:
    """So much usage that its payloads have a part of the file to themselves."""
    with Server(data) as server:
        session = server.client().v2.billing.meter_event_session.create()
        client = server.client(session.authentication_token)
        (customer,) = server.client().v1.customers.list().data
        for _ in range(15):
            events: Any = [
                {
                    "event_name": "calls",
                    "payload": {
                        "stripe_customer_id": customer.id,
                        "value": "1",
                        "note": secrets.token_hex(250),
                    },
                }
                for _ in range(100)
            ]
            client.v2.billing.meter_event_stream.create({"events": events})
    file = data / "usage.duckdb"
    file.write_bytes(_flipped(file.read_bytes(), _payload_starts(file) + 5_000, 1_000))
    with Server(data) as server:
        statuses = [_status(server, path) for path in (EVENTS_PATH, f"{EVENTS_PATH}/call-0")]
    assert statuses == [503, 503]


def _payload_starts(file: Path) -> int:
    """Where in the file the first block of payloads begins."""
    with duckdb.connect(str(file), read_only=True) as connection:
        rows = connection.execute(
            "SELECT column_name, block_id FROM pragma_storage_info('events') WHERE block_id >= 0"
        ).fetchall()
    others = {block for column, block in rows if column != "payload"}
    block: int = min(block for column, block in rows if column == "payload" and block not in others)
    return 3 * 4_096 + block * 262_144


def _status(server: Server, path: str) -> int:
    with pytest.raises(stripe.APIError) as error:
        server.client().raw_request("get", path)
    return error.value.http_status or 0


@pytest.mark.parametrize("name", ["usage.duckdb", "records.sqlite3"])
def test_one_store_without_the_other_is_refused(name: str, data: Path) -> None:
    (data / name).unlink()
    assert refusal(data) == (
        f"The data directory {data} is damaged: {name} is missing. Restore it from a backup; "
        "without it, usage and records no longer belong together."
    )


def test_emptied_records_count_as_missing(data: Path) -> None:
    (data / "records.sqlite3").write_bytes(b"")
    said = refusal(data)
    assert "is damaged: records.sqlite3 is missing." in said


def test_a_usage_log_from_a_newer_program_is_refused(data: Path) -> None:
    with duckdb.connect(str(data / "usage.duckdb")) as connection:
        connection.execute("INSERT INTO schema_migrations VALUES (99, 'later', 'x')")
    said = refusal(data)
    assert "was written by a newer Taximeter (schema 99;" in said
    assert said.endswith("Upgrade the program, or serve another data directory.")


def test_records_from_a_newer_program_are_refused(data: Path) -> None:
    connection = sqlite3.connect(data / "records.sqlite3")
    connection.execute(
        "INSERT INTO schema_migrations (number, name, checksum) VALUES (99, 'later', 'x')"
    )
    connection.commit()
    connection.close()
    said = refusal(data)
    assert "was written by a newer Taximeter (schema 99;" in said
    assert said.endswith("Upgrade the program, or serve another data directory.")


def test_a_killed_server_leaves_nothing_to_repair(killed_data: Path) -> None:
    with Server(killed_data) as server:
        events = server.client().raw_request("get", f"{EVENTS_PATH}?limit=100").data["data"]
    assert {event["identifier"] for event in events} == {f"call-{n}" for n in range(EVENTS)}


def test_a_first_start_that_was_cut_short_is_taken_up_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    Server(data).start().kill()
    # As a kill leaves it between the one store and the other, and amid the second.
    (data / "usage.duckdb").unlink()
    (data / "usage.duckdb.wal").unlink(missing_ok=True)
    (data / "usage.duckdb.new").write_bytes(b"DUCK")
    with Server(data) as server:
        assert server.client().v1.billing.meters.list().data == []
    assert sorted(path.name for path in data.iterdir()) == [
        "lock",
        "records.sqlite3",
        "usage.duckdb",
    ]

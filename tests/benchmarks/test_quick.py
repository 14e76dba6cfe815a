"""The benchmarks run: their quick mode measures nothing, and shows that they have not rotted."""

import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from benchmarks.__main__ import BENCHMARKS
from benchmarks.baseline import compare
from benchmarks.stored import add_meter_and_customers, write_events
from taximeter.app.stores import open_stores
from taximeter.ingest.event import SentEvent, check
from taximeter.settings import Settings
from taximeter.storage.duckdb.database import UsageDatabase
from taximeter.storage.duckdb.log import DuckLog
from taximeter.storage.duckdb.reader import DuckReader
from taximeter.usage.reader import EventQuery
from tests.tree.files import ROOT

QUICK_SECONDS_MAX = 170
EVENTS = 100
CUSTOMERS = 7


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_prints_its_table(name: str) -> None:
    lacking = compare.missing() if name == "baseline" else None
    if lacking is not None:
        pytest.skip(lacking)
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks", "quick", name],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
        timeout=QUICK_SECONDS_MAX,
    )
    assert run.returncode == 0, run.stderr
    rows = [line for line in run.stdout.splitlines() if line.startswith("| ")]
    assert len(rows) > 2, run.stdout


def test_an_unknown_benchmark_is_refused() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks", "unheard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    assert (run.returncode, run.stderr.startswith("no benchmark called unheard; ")) == (1, True)


def test_usage_made_by_the_million_is_what_the_server_would_have_written(tmp_path: Path) -> None:
    settings = Settings()
    with open_stores(tmp_path, settings) as stores:
        environment, meter = add_meter_and_customers(stores, CUSTOMERS)
    database = UsageDatabase.open(tmp_path / "usage.duckdb", settings)
    write_events(database, environment=environment.id, events=EVENTS, count=CUSTOMERS)
    query = EventQuery(environment=environment.id, after_seq=0, limit=EVENTS)
    stored = DuckReader(database).events(query)
    now_us = time.time_ns() // 1_000
    checked = [
        check(
            SentEvent(
                event_name=meter.event_name,
                payload=msgspec.json.decode(one.event.payload, type=dict[str, str]),
                identifier=one.event.identifier,
                timestamp_us=one.event.timestamp_us,
            ),
            meter=meter,
            environment=environment.id,
            now_us=now_us,
            settings=settings,
            origin=one.event.origin,
        )
        for one in stored
    ]
    assert [one.event for one in stored] == checked
    assert [one.seq for one in stored] == list(range(1, EVENTS + 1))
    assert DuckLog(database).head().received_at_us == max(one.received_at_us for one in stored)
    database.close()

"""For minutes under a mixed load: totals exact, memory flat, nothing for the doctor to find."""

import asyncio
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.crash.sender import BATCH
from tests.endurance.books import KINDS, Books
from tests.endurance.load import Load
from tests.hostile.memory import MB, resident_bytes
from tests.serving import Server

SETTINGS = {"TAXIMETER_TAIL_EVENTS_MAX": "20000", "TAXIMETER_LOG_MEMORY": "256MB"}


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How long, how fast, and how far memory may rise after the warm-up; no rate: half of peak."""

    seconds: float
    batches_a_second: float | None = None
    calibration_seconds: float = 10
    warm_up_share: float = 0.3
    customers: int = 20
    rise_bytes_max: int
    rise_bytes_max_an_event: int = 0
    write_ahead_bytes_max: int | None = None


def test_some_seconds_under_a_mixed_load(tmp_path: Path) -> None:
    check_endurance(Plan(seconds=10, batches_a_second=20, rise_bytes_max=64 * MB), tmp_path)


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_ten_minutes_at_half_of_peak_under_a_mixed_load(tmp_path: Path) -> None:
    seconds = float(os.environ.get("TAXIMETER_SOAK_SECONDS", "600"))
    plan = Plan(seconds=seconds, customers=100, rise_bytes_max=256 * MB, rise_bytes_max_an_event=16)
    check_endurance(plan, tmp_path)


def check_endurance(plan: Plan, folder: Path) -> None:
    with Server(folder / "data", environ=SETTINGS) as server:
        load, books = _set_up(server, plan)
        rate = plan.batches_a_second
        if rate is None:
            taken = asyncio.run(load.run(plan.calibration_seconds, batches_a_second=None))
            rate = taken / plan.calibration_seconds / 2
        asyncio.run(load.run(plan.seconds * plan.warm_up_share, batches_a_second=rate))
        warm, events = resident_bytes(server.process.pid), books.events
        asyncio.run(load.run(plan.seconds * (1 - plan.warm_up_share), batches_a_second=rate))
        risen = resident_bytes(server.process.pid) - warm
        sys.stdout.write(
            f"{rate * BATCH:,.0f} events/s, {books.events:,} events, {warm / MB:.0f} MB after the "
            f"warm-up, {risen / MB:+.0f} MB since\n"
        )
        assert risen < plan.rise_bytes_max + plan.rise_bytes_max_an_event * (books.events - events)
        ahead = (server.data / "usage.duckdb.wal").stat().st_size
        assert ahead < (plan.write_ahead_bytes_max or ahead + 1), "moves are never checkpointed"
        asyncio.run(load.check())
        assert server.stop() == 0
    with Server(server.data, environ=SETTINGS) as again:
        asyncio.run(load.at(again.address).check())
        assert again.stop() == 0
    doctor = [sys.executable, "-m", "taximeter", "doctor", "--data", str(server.data)]
    found = subprocess.run(doctor, capture_output=True, check=False, text=True)
    assert found.returncode == 0, found.stdout + found.stderr


def _set_up(server: Server, plan: Plan) -> tuple[Load, Books]:
    client = server.client()
    meters = {}
    for kind in KINDS:
        params: Any = {  # Any: dimensions are beyond Stripe's release
            "display_name": kind,
            "event_name": kind,
            "default_aggregation": {"formula": kind},
            "dimension_payload_keys": ["model"],
        }
        meters[kind] = client.v1.billing.meters.create(params).id
    customers = [client.v1.customers.create({}).id for _ in range(plan.customers)]
    books = Books(customers, random.Random(1))
    return Load(server.address, books, meters), books

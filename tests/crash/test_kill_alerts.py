"""Killed while alerts are evaluated, the server tells each once, at the row that crossed."""

import asyncio
import random
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from taximeter.app.server import open_app
from taximeter.kit.paging import Cursor
from taximeter.settings import Settings
from taximeter.storage.duckdb.database import UsageDatabase
from tests.crash.ledger import Ledger
from tests.crash.sender import send_until_gone, stream_until_gone
from tests.crash.setup import kill_during_start, set_up
from tests.serving import Server

STREAMS = 3
ALERTS = 20
MOVES_ALL_THE_TIME = {"TAXIMETER_TAIL_EVENTS_MAX": "500", "TAXIMETER_ALERT_INTERVAL_MS": "1"}

_ROWS = """
    SELECT seq, customer, value FROM {events} UNION ALL
    SELECT seq, customer, -value FROM {cancellations} ORDER BY seq
"""

Told = tuple[str, str, int, Decimal]
"""The alert, the customer, the row, and the total."""


def test_5_kills_while_alerts_are_evaluated(seed: int, tmp_path: Path) -> None:
    check_kills(5, random.Random(seed), tmp_path / "data")


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_60_kills_while_alerts_are_evaluated(seed: int, tmp_path: Path) -> None:
    check_kills(60, random.Random(seed), tmp_path / "data")


def check_kills(times: int, choices: random.Random, data: Path) -> None:
    with Server(data) as server:
        meter, ledger = set_up(server, choices)
        alerts = {
            create_alert(server, meter, gte): Decimal(gte)
            for gte in (choices.randint(1, 400 * times) for _ in range(ALERTS))
        }
    for number in range(times):
        server = Server(data, environ=MOVES_ALL_THE_TIME).start()
        asyncio.run(load_until_killed(server, ledger, choices))
        if number % 2:
            kill_during_start(data, choices)
    assert sorted(told(data)) == sorted(crossed(data, alerts))


def create_alert(server: Server, meter: str, gte: int) -> str:
    params: Any = {
        "alert_type": "usage_threshold",
        "title": "Used",
        "usage_threshold": {"meter": meter, "gte": gte, "recurrence": "one_time"},
    }
    return server.client().v1.billing.alerts.create(params).id


async def load_until_killed(server: Server, ledger: Ledger, choices: random.Random) -> None:
    """Send by the stream and by v1 at once, and kill the server at some moment under that load."""
    left = choices.randint(1, 60)

    def acknowledged() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            asyncio.get_running_loop().call_later(choices.uniform(0, 0.2), server.process.kill)

    await asyncio.gather(
        stream_until_gone(server.address, ledger, STREAMS, acknowledged),
        send_until_gone(server.address, ledger, lambda: None, connections=2),
    )
    server.kill()


def told(data: Path) -> list[Told]:
    """What was told by the end, once all of the log was gone through."""
    with open_app(data, settings=Settings(), dev=True) as app:
        app.evaluator.evaluate()
        with app.services.records.reading() as unit:
            everything = Cursor(limit=1_000_000)
            page = unit.alert_notifications.page(2, everything, alert=None, customer=None)
            events = unit.events.many([one.event for one in page.data])
    assert len(events) == len(page.data)
    return [(one.alert, one.customer, one.seq, one.value) for one in page.data]


def crossed(data: Path, alerts: dict[str, Decimal]) -> list[Told]:
    """Where a running total of every customer first comes to each threshold."""
    database = UsageDatabase.open(data / "usage.duckdb", Settings())
    try:
        with database.reading() as sources:
            rows = database.cursor().execute(sources.into(_ROWS)).fetchall()
    finally:
        database.close()
    totals: dict[str, Decimal] = defaultdict(Decimal)
    found: dict[tuple[str, str], Told] = {}
    for seq, customer, value in rows:
        totals[customer] += value
        for alert, gte in alerts.items():
            if totals[customer] >= gte:
                found.setdefault((alert, customer), (alert, customer, seq, totals[customer]))
    return list(found.values())

"""A directory of usage to audit, with every formula and window, and a way to damage it."""

import random
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

import duckdb
from click.testing import CliRunner, Result

from taximeter import customers, meters
from taximeter.app.server import open_app
from taximeter.cli import main
from taximeter.customers import CustomerChange
from taximeter.environments import TEST, find_environment
from taximeter.ingest.event import MeterEvent, Origin, SentEvent, check
from taximeter.ingest.transaction import CancelEvent, Entry, Recorded
from taximeter.kit.clock import MICROSECONDS, SteppingClock
from taximeter.settings import Settings
from taximeter.usage.aggregate import FORMULAS

SETTINGS = Settings()


def make_ledger(data: Path, *, events: int = 40) -> Path:
    """Record events of two customers on a meter of each formula and window; cancel every ninth."""
    generator = random.Random(7)
    clock = SteppingClock(int(time.time()) * MICROSECONDS)
    now = clock.now_us() // MICROSECONDS
    with open_app(data, settings=SETTINGS, clock=clock) as app:
        services = app.services
        with services.records.writing() as unit:
            environment = find_environment(store=unit.environments, name=TEST)
            assert environment is not None
            people = [
                customers.create(
                    store=unit.customers, environment=environment, now=now, change=CustomerChange()
                )
                for _ in range(2)
            ]
            made = [
                meters.create(
                    store=unit.meters,
                    environment=environment,
                    now=now,
                    display_name=formula,
                    event_name=f"{formula}_{window}",
                    formula=formula,
                    event_time_window=window,
                    dimension_keys=("model",),
                )
                for formula in FORMULAS
                for window in (None, "hour", "day")
            ]
        entries: list[Entry] = []
        for number in range(events * len(made)):
            meter = made[number % len(made)]
            sent = SentEvent(
                event_name=meter.event_name,
                identifier=f"event-{number}",
                timestamp_us=(now - generator.randrange(4 * 86_400)) * MICROSECONDS,
                payload={
                    "stripe_customer_id": generator.choice(people).id,
                    "value": str(generator.randrange(-500, 5_000) / 100),
                    "model": generator.choice(("large", "süß ☃")),
                },
            )
            event = check(
                sent,
                meter=meter,
                environment=environment.id,
                now_us=clock.now_us(),
                settings=SETTINGS,
                origin=Origin(f"key-{number}", number),
            )
            assert isinstance(event, MeterEvent)
            entries.append(event)
        outcomes = services.writer.submit(entries).result()
        clock.advance(seconds=1)
        recorded = [one.logged for one in outcomes if isinstance(one, Recorded)]
        services.writer.submit([CancelEvent(one) for one in recorded[::9]]).result()
    return data


def damage(data: Path, *statements: str) -> None:
    """Change the usage log behind the program's back."""
    with duckdb.connect(str(data / "usage.duckdb")) as connection:
        for statement in statements:
            connection.execute(statement)


def damage_records(data: Path, *statements: str) -> None:
    """Change the records behind the program's back."""
    with sqlite3.connect(data / "records.sqlite3") as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def doctor(data: Path, *options: str) -> Result:
    """Run `taximeter doctor`."""
    return CliRunner().invoke(main, ["doctor", "--data", str(data), *options])


def failed(result: Result) -> dict[str, Sequence[str]]:
    """Read the checks that failed, and their examples, out of what was printed."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in result.stdout.splitlines():
        if line.startswith("FAIL"):
            lines = found.setdefault(line[6:24].strip(), [])
        elif line.startswith("      "):
            lines.append(line.strip())
        else:
            lines = []
    return dict(found)

"""A log, records and an evaluator that is called rather than run: its memory can be lost."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from taximeter.alerts.alert import Alert, AlertNotification, UsageThreshold
from taximeter.alerts.evaluator import Evaluator
from taximeter.alerts.manage import create_alert
from taximeter.alerts.money import MoneyConditions
from taximeter.alerts.usage import UsageConditions
from taximeter.customers import Customer, CustomerDetails
from taximeter.ingest.event import LoggedEvent
from taximeter.ingest.log import Cancellation
from taximeter.kit.clock import SteppingClock
from taximeter.meters import Meter
from taximeter.settings import Settings
from taximeter.storage.duckdb.database import UsageDatabase
from taximeter.storage.duckdb.log import DuckLog
from taximeter.storage.duckdb.reader import DuckReader
from taximeter.storage.duckdb.watches import DuckWatches
from taximeter.storage.records.database import RecordsDatabase


class World:
    """A log of rows, and what evaluates alerts over it."""

    def __init__(self, records: RecordsDatabase, usage: UsageDatabase, settings: Settings) -> None:
        self.records = records
        self.usage = usage
        self.settings = settings
        self.log = DuckLog(usage)
        self.reader = DuckReader(usage)
        self.clock = SteppingClock(0)
        self.head_seq = 0
        self.now_us = 0
        self.told: list[AlertNotification] = []
        self.restart()

    def restart(self) -> None:
        """Lose all that is in memory."""
        self.evaluator = Evaluator(
            records=self.records,
            reader=self.reader,
            watches=DuckWatches(self.usage),
            conditions=(
                UsageConditions(self.records),
                MoneyConditions(records=self.records, clock=self.clock, settings=self.settings),
            ),
            log=self,
            clock=self.clock,
            settings=self.settings,
            render=lambda *_: "{}",
        )
        self.records.finish_with(self.evaluator.note)

    def append(
        self, events: Sequence[LoggedEvent], cancellations: Sequence[Cancellation] = ()
    ) -> None:
        """Add rows, in the order of their numbers."""
        self.log.append(events, cancellations)
        rows = [(one.seq, one.received_at_us) for one in events]
        rows += [(one.seq, one.received_at_us) for one in cancellations]
        self.head_seq, self.now_us = max(rows)

    def cut(self, *, now_us: int) -> int:
        """Return a moment after all rows so far."""
        return max(now_us, self.now_us + 1)

    def evaluate(self) -> None:
        """Go through all that is there."""
        self.told += self.evaluator.evaluate()

    def add_customers(self, environment: int, *ids: str, **fields: Any) -> None:
        """Add customers."""
        with self.records.writing() as unit:
            for id in ids:
                unit.customers.add(
                    Customer(
                        id=id,
                        environment=environment,
                        created=0,
                        details=CustomerDetails(),
                        **fields,
                    )
                )

    def add_meters(self, *meters: Meter) -> None:
        """Add meters."""
        with self.records.writing() as unit:
            for meter in meters:
                unit.meters.add(meter)

    def add_alert(self, alert: Alert) -> Alert:
        """Add an alert that is active from now on."""
        with self.records.writing() as unit:
            return create_alert(store=unit.alerts, cursors=unit.cursors, alert=alert)

    def alert(self, number: int, meter: Meter, threshold: UsageThreshold, **fields: Any) -> Alert:
        """Make an alert that looks at what is received from now on."""
        return Alert(
            id=f"alrt_{number}",
            environment=meter.environment,
            created=0,
            title=f"Alert {number}",
            alert_type="usage_threshold",
            active_since_us=self.now_us + 1,
            after_seq=self.head_seq,
            usage_threshold=threshold,
            **fields,
        )


@contextmanager
def open_world(folder: Path, **settings: Any) -> Iterator[World]:
    """A world in a folder."""
    chosen = Settings(**settings)
    usage = UsageDatabase.open(folder / "usage.duckdb", chosen)
    records = RecordsDatabase.open_sqlite(folder / "records.sqlite3")
    try:
        yield World(records, usage, chosen)
    finally:
        records.close()
        usage.close()

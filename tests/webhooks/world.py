"""Records, a clock that is stepped and a dispatcher: everything but the API."""

import random
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from taximeter.environments import Environment
from taximeter.events import Event
from taximeter.kit.clock import MICROSECONDS, SteppingClock
from taximeter.kit.paging import Cursor
from taximeter.settings import Settings
from taximeter.storage.records.database import RecordsDatabase
from taximeter.webhooks.address import AddressRules
from taximeter.webhooks.connect import Connector
from taximeter.webhooks.delivery import Attempt, Delivery, DeliveryFilter
from taximeter.webhooks.destination import EventDestination
from taximeter.webhooks.dispatcher import Dispatcher
from taximeter.webhooks.fan_out import FanOut
from taximeter.webhooks.rounds import Rounds
from tests.webhooks.examples import a_destination

START = 1_790_078_400
SETTINGS = Settings(webhook_connect_seconds_max=1, webhook_response_seconds_max=1)


def body(event: Event, environment: Environment, *, pending: int) -> bytes:
    """Spell an event so that a test knows it."""
    return msgspec.json.encode({"id": event.id, "pending": pending})


class World:
    """A dispatcher over a folder; leaving the block stops it, entering anew takes up from there."""

    def __init__(
        self, folder: Path, *, clock: SteppingClock | None = None, settings: Settings = SETTINGS
    ) -> None:
        self.clock = clock or SteppingClock(START * MICROSECONDS)
        self.records = RecordsDatabase.open_sqlite(folder / "records.sqlite3")
        self.dispatcher = Dispatcher(
            rounds=Rounds(
                records=self.records,
                render=body,
                clock=self.clock,
                settings=settings,
                random=random.Random(1),
            ),
            connector=Connector(rules=AddressRules(loopback=True), connect_seconds_max=1),
            clock=self.clock,
            settings=settings,
        )
        self.records.finish_with(FanOut(clock=self.clock, wake=self.dispatcher.wake))

    def add(self, url: str, letter: str = "1", **others: Any) -> EventDestination:
        """Keep a destination."""
        destination = a_destination(letter, url=url, **others)
        with self.records.writing() as unit:
            unit.event_destinations.add(destination)
        return destination

    def happen(self, *names: str, **others: Any) -> None:
        """Write events, all in one transaction."""
        fields: dict[str, Any] = {
            "environment": 2,
            "event_payload": "snapshot",
            "type": "billing.meter.created",
            "created_us": self.clock.now_us(),
            "related_object": None,
            "data": "{}",
            **others,
        }
        with self.records.writing() as unit:
            unit.events.add([Event(id=f"evt_{name}", **fields) for name in names])

    def after(self, seconds: float) -> None:
        """Let time pass, and deliver what is then due."""
        self.clock.advance(seconds=seconds)
        self.dispatcher.run_due()

    def destination(self, letter: str = "1") -> EventDestination:
        """Return a destination as it stands."""
        with self.records.reading() as unit:
            found = unit.event_destinations.get(2, f"we_{letter}")
        assert found is not None
        return found

    def deliveries(self, **where: Any) -> Sequence[Delivery]:
        """Return the deliveries, the newest first."""
        with self.records.reading() as unit:
            return unit.deliveries.page(2, Cursor(limit=100_000), DeliveryFilter(**where)).data

    def attempts(self, delivery: Delivery) -> Sequence[Attempt]:
        """Return the attempts at a delivery."""
        with self.records.reading() as unit:
            return unit.deliveries.attempts(delivery.id)

    def statuses(self, **where: Any) -> set[str]:
        """Return which statuses deliveries have."""
        return {one.status for one in self.deliveries(**where)}

    def __enter__(self) -> Self:
        self.dispatcher.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.dispatcher.close()
        self.records.close()

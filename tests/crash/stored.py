"""What a killed server has left on its disk, read from a copy before another server mends it."""

import shutil
from pathlib import Path
from typing import Any

import msgspec

from taximeter.app.stores import open_stores
from taximeter.settings import Settings
from taximeter.usage.reader import EventQuery

TEST_ENVIRONMENT = 2
EVENTS_MAX = 10_000_000


def stored_events(data: Path, copy: Path) -> list[dict[str, Any]]:
    """Every event on the disk, in the shape in which a server lists it; `copy` is deleted."""
    shutil.copytree(data, copy)
    query = EventQuery(environment=TEST_ENVIRONMENT, limit=EVENTS_MAX)
    with open_stores(copy, Settings()) as stores:
        rows = stores.reader.events(query)
    shutil.rmtree(copy)
    return [
        {
            "identifier": row.event.identifier,
            "customer": row.event.customer,
            "value": row.event.value,
            "payload": msgspec.json.decode(row.event.payload),
            "canceled_at": row.canceled_at_us,
        }
        for row in rows
    ]

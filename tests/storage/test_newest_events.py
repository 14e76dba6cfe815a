"""The log is walked backwards in stretches; where they end changes nothing."""

from unittest.mock import patch

import pytest

from taximeter.storage.duckdb import reader as module
from taximeter.storage.duckdb.log import DuckLog
from taximeter.storage.duckdb.reader import DuckReader
from taximeter.usage.reader import EventQuery
from tests.oracle.fresh import fresh_database
from tests.oracle.worked import MIDNIGHT_US, a_meter, an_event, logged

METERS = [a_meter(id="mtr_1", event_name="one"), a_meter(id="mtr_2", event_name="two")]


@pytest.mark.parametrize("rows", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("moved", [0, 5, 20])
def test_the_newest_events_are_found_across_stretches(rows: int, moved: int) -> None:
    events = [
        logged(
            # The second meter has every fifth event.
            an_event(METERS[seq % 5 == 0], "1", at_us=MIDNIGHT_US, identifier=f"event {seq}"),
            seq=seq,
        )
        for seq in range(1, 21)
    ]
    with fresh_database() as database, patch.object(module, "_STRETCH_ROWS", rows):
        log, reader = DuckLog(database), DuckReader(database)
        assert reader.events(EventQuery(environment=2)) == []
        if moved:
            log.append(events[:moved], [])
            database.settle()
        if events[moved:]:
            log.append(events[moved:], [])
        for meter, expected in (
            ("mtr_1", [one for one in events if one.seq % 5]),
            ("mtr_2", [one for one in events if one.seq % 5 == 0]),
            ("mtr_3", []),
        ):
            for limit in (1, 3, 50):
                query = EventQuery(environment=2, meter=meter, limit=limit)
                assert reader.events(query) == expected[::-1][:limit]
            before = EventQuery(environment=2, meter=meter, before_seq=12, limit=50)
            assert reader.events(before) == [one for one in expected[::-1] if one.seq < 12]

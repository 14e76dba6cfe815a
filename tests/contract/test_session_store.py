"""What every store of meter event sessions promises."""

from pathlib import Path

import msgspec

from taximeter.sessions import MeterEventSession
from taximeter.storage.records.database import RecordsDatabase
from tests.contract.backends import OpenRecords

SESSION = MeterEventSession(
    id="mes_test_1", environment=2, token_hash="h1", created=100, expires_at=1_000
)
LATER = msgspec.structs.replace(SESSION, id="mes_test_2", token_hash="h2", expires_at=1_001)


def add(records: RecordsDatabase, *sessions: MeterEventSession) -> None:
    with records.writing() as unit:
        for session in sessions:
            unit.sessions.add(session)


def found(records: RecordsDatabase) -> list[MeterEventSession | None]:
    with records.reading() as unit:
        return [unit.sessions.by_token_hash(one) for one in ("h1", "h2", "h3")]


def test_a_session_is_found_by_the_hash_of_its_token(records: RecordsDatabase) -> None:
    add(records, SESSION, LATER)
    assert found(records) == [SESSION, LATER, None]


def test_sessions_that_have_expired_are_forgotten(records: RecordsDatabase) -> None:
    add(records, SESSION, LATER)
    with records.writing() as unit:
        unit.sessions.forget(expired_by=1_000)
    assert found(records) == [None, LATER, None]


def test_sessions_outlast_a_restart(open_records: OpenRecords, tmp_path: Path) -> None:
    with open_records(tmp_path) as records:
        add(records, SESSION)
    with open_records(tmp_path) as records:
        assert found(records) == [SESSION, None, None]

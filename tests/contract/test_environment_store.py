"""What every store of environments and keys promises."""

from pathlib import Path

import msgspec

from taximeter.environments import ApiKey, Environment
from taximeter.storage.records.database import RecordsDatabase
from tests.contract.backends import OpenRecords

LIVE = Environment(id=1, name="live", livemode=True)
TEST = Environment(id=2, name="test", livemode=False)
KEY = ApiKey(id="key_1", environment=2, name="CI", hash="h1", hint="abcd", created=5)
OTHER = msgspec.structs.replace(KEY, id="key_2", hash="h2", environment=1)


def test_a_new_store_has_a_live_and_a_test_environment(records: RecordsDatabase) -> None:
    with records.reading() as unit:
        assert unit.environments.environments() == [LIVE, TEST]


def test_a_sandbox_is_added_behind_them(records: RecordsDatabase) -> None:
    with records.writing() as unit:
        sandbox = unit.environments.add_environment("blue")
    with records.reading() as unit:
        assert unit.environments.environments() == [LIVE, TEST, sandbox]
    assert sandbox == Environment(id=3, name="blue", livemode=False)


def test_a_key_is_found_by_its_hash(records: RecordsDatabase) -> None:
    with records.writing() as unit:
        unit.environments.add_key(KEY)
        unit.environments.add_key(OTHER)
    with records.reading() as unit:
        assert unit.environments.keys() == [KEY, OTHER]
        assert unit.environments.key_by_hash("h2") == OTHER
        assert unit.environments.key_by_hash("h3") is None


def test_a_revoked_key_is_listed_and_opens_nothing(records: RecordsDatabase) -> None:
    with records.writing() as unit:
        unit.environments.add_key(KEY)
        revoked = unit.environments.revoke_key("key_1", revoked_at=9)
        again = unit.environments.revoke_key("key_1", revoked_at=10)
    with records.reading() as unit:
        assert unit.environments.key_by_hash("h1") is None
        assert unit.environments.keys() == [msgspec.structs.replace(KEY, revoked_at=9)]
    assert (revoked, again) == (True, False)


def test_environments_and_keys_outlast_a_restart(open_records: OpenRecords, tmp_path: Path) -> None:
    with open_records(tmp_path) as records, records.writing() as unit:
        unit.environments.add_environment("blue")
        unit.environments.add_key(KEY)
    with open_records(tmp_path) as records, records.reading() as unit:
        assert [one.name for one in unit.environments.environments()] == ["live", "test", "blue"]
        assert unit.environments.keys() == [KEY]

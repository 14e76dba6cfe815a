"""What every store of the dashboard's accounts promises."""

from pathlib import Path

import msgspec

from taximeter.accounts.user import User
from taximeter.storage.records.database import RecordsDatabase
from tests.contract.backends import OpenRecords

ADA = User(id="user_1", name="ada", role="admin", password_hash=None, created=100)
BOB = User(id="user_2", name="bob", role="viewer", password_hash="h", created=90)


def add(records: RecordsDatabase, *users: User) -> None:
    with records.writing() as unit:
        for user in users:
            unit.users.add(user)


def test_accounts_are_listed_oldest_first_and_found_by_id_and_name(
    records: RecordsDatabase,
) -> None:
    add(records, ADA, BOB)
    with records.reading() as unit:
        users = unit.users
        assert users.all() == [ADA, BOB]
        assert [users.get("user_2"), users.get("user_3")] == [BOB, None]
        assert [users.by_name("ada"), users.by_name("Ada")] == [ADA, None]


def test_a_new_password_replaces_the_one_before(records: RecordsDatabase) -> None:
    add(records, ADA, BOB)
    with records.writing() as unit:
        unit.users.set_password("user_2", "h2")
    with records.reading() as unit:
        assert unit.users.all() == [ADA, msgspec.structs.replace(BOB, password_hash="h2")]


def test_a_removed_account_is_gone(records: RecordsDatabase) -> None:
    add(records, ADA, BOB)
    with records.writing() as unit:
        unit.users.remove("user_1")
    with records.reading() as unit:
        assert unit.users.all() == [BOB]


def test_accounts_outlast_a_restart(open_records: OpenRecords, tmp_path: Path) -> None:
    with open_records(tmp_path) as records:
        add(records, ADA)
    with open_records(tmp_path) as records, records.reading() as unit:
        assert unit.users.all() == [ADA]

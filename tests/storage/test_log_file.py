"""A usage log file: made whole, kept to itself, told what is in it when it is opened again."""

from pathlib import Path

import pytest

from taximeter.ingest.log import Head
from taximeter.settings import Settings
from taximeter.storage.duckdb.database import UsageDatabase
from taximeter.storage.duckdb.log import DuckLog
from taximeter.storage.migrations import StoreUnusable
from tests.storage.rows import logged


def test_a_new_log_leaves_nothing_but_its_file(tmp_path: Path) -> None:
    UsageDatabase.open(tmp_path / "usage.duckdb", Settings()).close()
    assert [path.name for path in tmp_path.iterdir()] == ["usage.duckdb"]


def test_a_log_opened_again_goes_on_from_its_last_row(tmp_path: Path) -> None:
    heads = []
    for seq in range(1, 4):
        database = UsageDatabase.open(tmp_path / "usage.duckdb", Settings())
        DuckLog(database).append([logged(seq)], [])
        heads.append(DuckLog(database).head())
        database.close()
    assert heads == [Head(1, 1), Head(2, 2), Head(3, 3)]


def test_settings_reach_the_database(tmp_path: Path) -> None:
    settings = Settings(log_threads=1, log_memory="512MB")
    database = UsageDatabase.open(tmp_path / "usage.duckdb", settings)
    names = "threads", "memory_limit"
    asked = ", ".join(f"current_setting('{name}')" for name in names)
    assert database.cursor().execute(f"SELECT {asked}").fetchone() == (1, "488.2 MiB")
    database.close()


def test_a_settings_conflict_in_one_process_is_a_sentence(tmp_path: Path) -> None:
    database = UsageDatabase.open(tmp_path / "usage.duckdb", Settings())
    with pytest.raises(StoreUnusable, match="cannot be opened"):
        UsageDatabase.open(tmp_path / "usage.duckdb", Settings(log_threads=1))
    database.close()

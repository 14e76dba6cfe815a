"""A store upgrades itself, and refuses what this program did not write."""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlalchemy import create_engine, inspect
from sqlalchemy.engine.interfaces import ReflectedColumn

from taximeter.storage.migrations import StoreUnusable
from taximeter.storage.records.tables import metadata
from tests.contract.backends import open_duckdb, open_sqlite

Open = Callable[[Path], AbstractContextManager[Any]]


def tamper_sqlite(folder: Path, sql: str) -> None:
    with closing(sqlite3.connect(folder / "records.sqlite3")) as connection, connection:
        connection.execute(sql)


def tamper_duckdb(folder: Path, sql: str) -> None:
    with closing(duckdb.connect(str(folder / "usage.duckdb"))) as connection:
        connection.execute(sql)


STORES = pytest.mark.parametrize(
    ("open_store", "tamper"),
    [
        pytest.param(open_sqlite, tamper_sqlite, id="sqlite"),
        pytest.param(open_duckdb, tamper_duckdb, id="duckdb"),
    ],
)


@STORES
def test_a_store_of_a_newer_program_is_refused(
    open_store: Open, tamper: Callable[[Path, str], None], tmp_path: Path
) -> None:
    with open_store(tmp_path):
        pass
    tamper(tmp_path, "INSERT INTO schema_migrations VALUES (9999, 'later', 'x')")
    with pytest.raises(StoreUnusable, match="newer Taximeter"), open_store(tmp_path):
        pass


@STORES
def test_a_store_whose_steps_are_not_ours_is_refused(
    open_store: Open, tamper: Callable[[Path, str], None], tmp_path: Path
) -> None:
    with open_store(tmp_path):
        pass
    tamper(tmp_path, "UPDATE schema_migrations SET checksum = 'x' WHERE number = 1")
    with pytest.raises(StoreUnusable, match="different build of Taximeter"), open_store(tmp_path):
        pass


@STORES
def test_a_refused_store_is_let_go_and_opens_once_it_is_put_right(
    open_store: Open, tamper: Callable[[Path, str], None], tmp_path: Path
) -> None:
    with open_store(tmp_path):
        pass
    tamper(tmp_path, "INSERT INTO schema_migrations VALUES (9999, 'later', 'x')")
    with pytest.raises(StoreUnusable), open_store(tmp_path):
        pass
    tamper(tmp_path, "DELETE FROM schema_migrations WHERE number = 9999")
    with open_store(tmp_path) as store:
        assert store is not None


@pytest.mark.parametrize(
    ("open_store", "name"), [(open_sqlite, "records.sqlite3"), (open_duckdb, "usage.duckdb")]
)
def test_a_file_that_is_no_store_is_called_damaged(
    open_store: Open, name: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(b"not a database at all, but long enough to be one" * 100)
    with pytest.raises(StoreUnusable, match="damaged"), open_store(tmp_path):
        pass


def key(column: ReflectedColumn) -> bool:
    return bool(column.get("primary_key"))


def _schema(url: str) -> dict[str, object]:
    engine = create_engine(url)
    found = inspect(engine)
    schema: dict[str, object] = {
        table: {
            "columns": {
                # SQLite calls a column that it numbers itself nullable; it never is.
                column["name"]: (str(column["type"]), column["nullable"] and not key(column))
                for column in found.get_columns(table)
            },
            "key": found.get_pk_constraint(table)["constrained_columns"],
            "unique": sorted(
                str(one["column_names"]) for one in found.get_unique_constraints(table)
            ),
            "indexes": sorted(
                (str(one["name"]), str(one["column_names"]), one["unique"])
                for one in found.get_indexes(table)
            ),
        }
        for table in found.get_table_names()
    }
    engine.dispose()
    return schema


def test_the_migrated_records_have_the_schema_that_the_statements_are_built_on(
    tmp_path: Path,
) -> None:
    with open_sqlite(tmp_path):
        pass
    engine = create_engine(f"sqlite:///{tmp_path}/fresh.sqlite3")
    metadata.create_all(engine)
    engine.dispose()
    fresh = _schema(f"sqlite:///{tmp_path}/fresh.sqlite3")
    assert _schema(f"sqlite:///{tmp_path}/records.sqlite3") == fresh

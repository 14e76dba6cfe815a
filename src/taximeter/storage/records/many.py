"""Reading many rows by their ids, some at a time: databases bind only so many values at once."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, Select

IDS_AT_ONCE = 1_000


def rows_with_ids(
    connection: Connection, statement: Select[Any], environment: int, ids: Collection[str]
) -> list[Row[Any]]:
    """Run a select that binds `env` and, expanding, `ids`; each id is asked for once."""
    asked = sorted(set(ids))
    rows: list[Row[Any]] = []
    for start in range(0, len(asked), IDS_AT_ONCE):
        parameters = {"env": environment, "ids": asked[start : start + IDS_AT_ONCE]}
        rows += connection.execute(statement, parameters).all()
    return rows

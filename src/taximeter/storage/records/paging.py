"""Cursor paging over tables that are ordered by `position`."""

from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, select

from taximeter.kit.paging import CreatedRange, Cursor, Page, UnknownCursor, trim_page

Selected = TypeVar("Selected", bound=Select[Any])


def fetch_page(
    connection: Connection,
    table: Table,
    statement: Select[Any],
    cursor: Cursor,
    *,
    environment: int,
) -> Page[Row[Any]]:
    """Run a select of the table's rows for one page, newest first. Raises UnknownCursor."""
    position = table.c.position
    if cursor.ending_before is not None:
        anchor = _position(connection, table, cursor.ending_before, environment)
        statement = statement.where(position > anchor).order_by(position.asc())
    elif cursor.starting_after is not None:
        anchor = _position(connection, table, cursor.starting_after, environment)
        statement = statement.where(position < anchor).order_by(position.desc())
    else:
        statement = statement.order_by(position.desc())
    rows = connection.execute(statement.limit(cursor.limit + 1)).all()
    return trim_page(rows, cursor)


def created_within(statement: Selected, table: Table, bounds: CreatedRange) -> Selected:
    """Keep the rows that were created within bounds."""
    return moment_within(statement, table.c.created, bounds)


def moment_within(
    statement: Selected, column: ColumnElement[Any], bounds: CreatedRange
) -> Selected:
    """Keep the rows with a moment within bounds."""
    # A comparison with None cannot even be written down, so each waits for its bound.
    if bounds.gt is not None:
        statement = statement.where(column > bounds.gt)
    if bounds.gte is not None:
        statement = statement.where(column >= bounds.gte)
    if bounds.lt is not None:
        statement = statement.where(column < bounds.lt)
    if bounds.lte is not None:
        statement = statement.where(column <= bounds.lte)
    return statement


def _position(connection: Connection, table: Table, id: str, environment: int) -> int:
    found: int | None = connection.execute(
        select(table.c.position).where(table.c.id == id, table.c.environment == environment)
    ).scalar()
    if found is None:
        raise UnknownCursor(id)
    return found

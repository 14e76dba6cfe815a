"""How far readers of the log have got, as rows: see `taximeter.cursors.CursorStore`."""

from sqlalchemy import Connection, insert, select, update

from taximeter.storage.records.tables import cursors


class CursorTable:
    """A number for each name, within the transaction of one connection."""

    def __init__(self, connection: Connection) -> None:
        """Work on a connection that is inside a transaction."""
        self._connection = connection

    def get(self, name: str) -> int:
        """Return how far the reader has got; 0 before it has begun."""
        found: int | None = self._connection.execute(
            select(cursors.c.position).where(cursors.c.name == name)
        ).scalar()
        return found or 0

    def set(self, name: str, position: int) -> None:
        """Note how far the reader has got."""
        changed = self._connection.execute(
            update(cursors).where(cursors.c.name == name).values(position=position)
        )
        if not changed.rowcount:
            self._connection.execute(insert(cursors), {"name": name, "position": position})

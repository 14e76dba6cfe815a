"""Moving rows from tails into the main file, together with the rollups that they change.

The main file compresses rows in groups of 122,880, and writes a group only once if it comes whole:
so whole groups are moved, and the rest waits for the next tail.
"""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import duckdb

from taximeter.storage.duckdb.rollups import Rollups
from taximeter.storage.duckdb.schema import NUMBERED, TABLES

ROW_GROUP = 122_880
"""How many rows the engine compresses and writes together."""

_WAL_BYTES_MAX = 32_000_000
"""Past this size the write-ahead log of the main file is folded into it."""

_BESIDE = tuple(table for table in TABLES if table not in NUMBERED)


class Tail:
    """One tail: attached under a name of its own, and what it holds."""

    def __init__(self, number: int, path: Path, *, rows: int = 0, last_seq: int = 0) -> None:
        self.number = number
        self.path = path
        self.name = f"tail_{number}"
        self.rows = rows
        self.last_seq = last_seq

    def unlink(self) -> None:
        """Delete the files."""
        for path in (self.path, self.path.with_name(self.path.name + ".wal")):
            path.unlink(missing_ok=True)


class Mover:
    """Moves rows of sealed tails, in order; one thread at a time.

    Results are fetched to their end everywhere: one of which a row is left keeps its transaction
    open, and no checkpoint passes that.
    """

    def __init__(self, root: duckdb.DuckDBPyConnection, main: Path) -> None:
        """Read the watermark."""
        self.cursor = root.cursor()
        self._catalog = main.stem
        self._wal = main.with_name(main.name + ".wal")
        self.rollups = Rollups(self._catalog)
        (row,) = self.cursor.execute(f"SELECT seq, tail FROM {self._catalog}.moved").fetchall()
        self._moved_seq: int = row[0]
        self.moved_tail: int = row[1]

    def move(self, tails: Sequence[Tail], *, whole: bool) -> Sequence[Tail]:
        """Move whole row groups, or with `whole` everything; return the tails that are empty then.

        Raises duckdb.Error, and then nothing was moved.
        """
        last_seq = self._last_seq(tails, whole=whole)
        emptied = [tail for tail in tails if tail.last_seq <= last_seq]
        if not emptied and last_seq == self._moved_seq:
            return ()
        self._transfer(tails, emptied, last_seq)
        self._moved_seq = last_seq
        self.rollups.merge(self.cursor)
        if self._wal.exists() and self._wal.stat().st_size > _WAL_BYTES_MAX:
            self.checkpoint()
        return emptied

    def checkpoint(self) -> None:
        """Fold the write-ahead log into the main file, unless a reader is in the way."""
        with suppress(duckdb.TransactionException):
            self.cursor.execute(f"CHECKPOINT {self._catalog}")

    def _last_seq(self, tails: Sequence[Tail], *, whole: bool) -> int:
        """Return the number of the last row to be moved now."""
        if whole:
            return max((self._moved_seq, *(tail.last_seq for tail in tails)))
        if not tails:
            return self._moved_seq
        waiting = self._rows(tails, "events", "seq", until=None)
        (row,) = self.cursor.execute(f"SELECT count(*) FROM {waiting}").fetchall()
        events = row[0] // ROW_GROUP * ROW_GROUP
        if not events:
            return self._moved_seq
        (last,) = self.cursor.execute(
            f"SELECT seq FROM {waiting} ORDER BY seq LIMIT 1 OFFSET {events - 1}"
        ).fetchall()
        seq: int = last[0]
        return seq

    def _rows(self, tails: Sequence[Tail], table: str, columns: str, *, until: int | None) -> str:
        bound = f"seq > {self._moved_seq}" + ("" if until is None else f" AND seq <= {until}")
        parts = [f"SELECT {columns} FROM {tail.name}.{table} WHERE {bound}" for tail in tails]
        return f"({' UNION ALL '.join(parts)})"

    def _transfer(self, tails: Sequence[Tail], emptied: Sequence[Tail], last_seq: int) -> None:
        cursor, catalog = self.cursor, self._catalog
        rows = {table: self._rows(tails, table, "*", until=last_seq) for table in NUMBERED}
        cursor.execute("BEGIN")
        try:
            for table in NUMBERED:
                cursor.execute(f"INSERT INTO {catalog}.{table} FROM {rows[table]}")
            for tail in emptied:
                for table in _BESIDE:
                    cursor.execute(f"INSERT INTO {catalog}.{table} FROM {tail.name}.{table}")
            self.rollups.add(cursor, **rows)
            cursor.execute(f"UPDATE {catalog}.moved SET seq = {last_seq}")
            if emptied:
                cursor.execute(f"UPDATE {catalog}.moved SET tail = {emptied[-1].number}")
            cursor.execute("COMMIT")
        except BaseException:
            with suppress(duckdb.Error):  # the first error is the one to tell
                cursor.execute("ROLLBACK")
            raise

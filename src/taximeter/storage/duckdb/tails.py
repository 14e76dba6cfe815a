"""Small files that take the commits, until what they hold is moved into the main file in bulk.

A commit that went straight into the main file would have to wait, now and then, while the engine
compresses what has come together: half a second at full load. So commits go to a tail, a small
DuckDB file that is never compressed. A full tail is sealed and the next one takes over; a thread
moves what sealed tails hold into the main file and deletes them. Readers see the main file and
whatever is not in it yet as one log.

What a tail holds is durable by the engine's own write-ahead log. `moved` in the main file says, in
the transaction of the move itself, up to which row everything has arrived, so that a crash at any
point leaves every row in exactly one place.
"""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import structlog

from taximeter.storage.duckdb.mover import ROW_GROUP, Mover, Tail
from taximeter.storage.duckdb.rollups import Rollups
from taximeter.storage.duckdb.schema import NUMBERED, TABLES, create
from taximeter.storage.duckdb.sources import Sources, with_tails

log = structlog.get_logger()

_TAILS_MAX = 8
"""Every read looks into every tail: past this number the last one grows instead."""

_RETRY_SECONDS = 1.0
_NICE = 10


class _Epoch:
    """A list of tails, and how many readers are reading by it."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.readers = 0


class Tails:
    """The tails of one log. The writer's thread appends; a thread of this object's own moves."""

    def __init__(
        self, root: duckdb.DuckDBPyConnection, main: Path, *, tail_events_max: int
    ) -> None:
        """Attach the tails that lie beside the main file; delete those that are in it."""
        self._root = root
        self._main = main
        self._tail_events_max = tail_events_max
        self._changed = threading.Condition()
        self._moving = threading.Lock()
        self._closing = False
        self._spare: Tail | None = None
        self._done: list[tuple[list[_Epoch], Tail]] = []
        self._mover = Mover(root, main)
        self._live = self._attach_all()
        self._sealed = len(self._live) > 1
        self._epochs: list[_Epoch] = []
        self._turn()
        self._thread = threading.Thread(target=self._run, name="move tails", daemon=True)
        self._thread.start()

    def _path(self, number: int) -> Path:
        return self._main.with_name(f"{self._main.stem}.tail-{number}{self._main.suffix}")

    def _attach_all(self) -> list[Tail]:
        self._newest = self._mover.moved_tail
        live: list[Tail] = []
        for number, path in sorted(tail_files(self._main)):
            tail = Tail(number, path)
            if number <= self._mover.moved_tail:
                tail.unlink()
                continue
            self._root.execute(f"ATTACH '{_quoted(path)}' AS {tail.name}")
            for table in TABLES:
                seq = "max(seq)" if table in NUMBERED else "0"
                (row,) = self._root.execute(
                    f"SELECT count(*), coalesce({seq}, 0) FROM {tail.name}.{table}"
                ).fetchall()
                tail.rows += row[0]
                tail.last_seq = max(tail.last_seq, row[1])
            live.append(tail)
            self._newest = number
        return live

    @contextmanager
    def reading(self) -> Iterator[Sources]:
        """Read the log as these sources say; what they name stays until the block is left."""
        with self._changed:
            epoch = self._epochs[-1]
            epoch.readers += 1
        try:
            yield epoch.sources
        finally:
            with self._changed:
                epoch.readers -= 1
                if not epoch.readers and epoch is not self._epochs[-1]:
                    self._changed.notify()

    def _turn(self) -> None:
        """Begin an epoch with the tails that are live now."""
        tails = [(tail.number, tail.name) for tail in self._live]
        self._epochs = [epoch for epoch in self._epochs if epoch.readers]
        self._epochs.append(_Epoch(with_tails(self._main.stem, tails)))

    def active(self, cursor: duckdb.DuckDBPyConnection) -> Tail:
        """Return the tail that takes the next commit; called by the writer between commits.

        A full tail goes on taking them until the next one has been made for it, and while the move
        of those before it is behind.
        """
        with self._changed:
            full = self._live and self._full(self._live[-1]) and len(self._live) < _TAILS_MAX
            if self._live and not (full and self._spare):
                return self._live[-1]
            spare, self._spare = self._spare, None
        tail = spare or self._create(cursor)
        with self._changed:
            self._live.append(tail)
            self._sealed = len(self._live) > 1
            self._turn()
            self._changed.notify()
        return tail

    def committed(self, tail: Tail, *, rows: int, last_seq: int) -> None:
        """Note what a tail has taken more; called by the writer after a commit."""
        with self._changed:
            tail.rows += rows
            tail.last_seq = max(tail.last_seq, last_seq)
            if self._wants_spare():
                self._changed.notify()

    def _is_behind(self) -> bool:
        """Say whether waiting for whole row groups would leave too many tails."""
        return self._tail_events_max < ROW_GROUP or len(self._live) > _TAILS_MAX // 2

    def _full(self, tail: Tail) -> bool:
        return tail.rows >= self._tail_events_max

    def _create(self, cursor: duckdb.DuckDBPyConnection) -> Tail:
        """Make a tail beside its place and move it there whole: a kill leaves no half of one."""
        with self._changed:
            self._newest += 1
            tail = Tail(self._newest, self._path(self._newest))
        new = tail.path.with_name(tail.path.name + ".new")
        for leftover in (new, new.with_name(new.name + ".wal")):
            leftover.unlink(missing_ok=True)
        making = f"new_{tail.number}"
        cursor.execute(f"ATTACH '{_quoted(new)}' AS {making}")
        for statement in create(TABLES, f"{making}."):
            cursor.execute(statement)
        cursor.execute(f"CHECKPOINT {making}")
        cursor.execute(f"DETACH {making}")
        new.replace(tail.path)
        cursor.execute(f"ATTACH '{_quoted(tail.path)}' AS {tail.name}")
        return tail

    def close(self) -> None:
        """Move everything into the main file, as far as that works; nobody may write any more."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()
        try:
            self.settle()
        except (duckdb.Error, OSError) as error:
            log.error("a tail could not be moved", error=str(error))

    @contextmanager
    def standing(self) -> Iterator[Rollups]:
        """Look at the rollups, or make them anew, while nothing is moved."""
        with self._moving:
            yield self._mover.rollups

    def settle(self) -> None:
        """Move everything that any tail holds; nobody may write meanwhile."""
        with self._moving:
            self._move(self._live, whole=True)
            self._drop_spare()
            self._delete_moved()
            self._mover.checkpoint()

    def _run(self) -> None:
        _give_way()
        cursor = self._root.cursor()
        while True:
            with self._changed:
                while not self._closing and not self._has_work():
                    self._changed.wait()
                if self._closing:
                    return
                wants_spare = self._wants_spare()
                sealed, self._sealed = self._sealed, False
            try:
                if wants_spare:
                    self._spare = self._create(cursor)
                with self._moving:
                    self._delete_moved()
                    if sealed:
                        self._move(self._live[:-1], whole=self._is_behind())
            except (duckdb.Error, OSError) as error:
                log.error("a tail could not be moved", error=str(error))
                self._sealed = sealed
                self._pause()

    def _wants_spare(self) -> bool:
        live = self._live
        return self._spare is None and bool(live) and live[-1].rows * 2 >= self._tail_events_max

    def _has_work(self) -> bool:
        return self._sealed or self._wants_spare() or self._deletable()

    def _deletable(self) -> bool:
        return any(not any(epoch.readers for epoch in epochs) for epochs, _ in self._done)

    def _pause(self) -> None:
        """After a failure, leave the disk alone for a moment: the cause may go away."""
        with self._changed:
            self._changed.wait_for(lambda: self._closing, timeout=_RETRY_SECONDS)

    def _move(self, tails: Sequence[Tail], *, whole: bool) -> None:
        """Move what tails hold, and let go of those that are then in the main file."""
        emptied = self._mover.move(tails, whole=whole)
        with self._changed:
            for tail in emptied:
                self._live.remove(tail)
            if emptied:
                before = list(self._epochs)
                self._turn()
                self._done += [(before, tail) for tail in emptied]

    def _drop_spare(self) -> None:
        """Delete the tail that was made ahead, with those that are in the main file."""
        with self._changed:
            spare, self._spare = self._spare, None
            if spare is not None:
                self._done.append(([], spare))

    def _delete_moved(self) -> None:
        """Delete the tails that are in the main file and that nobody reads any more."""
        with self._changed:
            ready = [tail for epochs, tail in self._done if not any(one.readers for one in epochs)]
            self._done = [entry for entry in self._done if entry[1] not in ready]
        for tail in ready:
            self._mover.cursor.execute(f"DETACH {tail.name}")
            tail.unlink()


def _give_way() -> None:
    """Let the writer, readers and requests go before this thread, where the system knows how."""
    with suppress(AttributeError, OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)


def tail_files(main: Path) -> Sequence[tuple[int, Path]]:
    """Return the tails that lie beside a main file, with their numbers, in no order."""
    found = []
    for path in main.parent.glob(f"{main.stem}.tail-*{main.suffix}"):
        number = path.name.removeprefix(f"{main.stem}.tail-").removesuffix(main.suffix)
        if number.isdigit():
            found.append((int(number), path))
    return found


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")

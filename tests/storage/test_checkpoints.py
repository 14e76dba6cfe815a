"""What was moved is folded into the main file: its write-ahead log does not grow without end."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from taximeter.storage.duckdb.database import UsageDatabase
from taximeter.storage.duckdb.log import DuckLog
from tests.storage.rows import logged

NAME = "usage.duckdb"


def _move(database: UsageDatabase, first: int) -> None:
    for seq in range(first, first + 5):
        DuckLog(database).append([logged(seq)], [])
    database.settle()


def _waiting_bytes(folder: Path) -> int:
    ahead = folder / f"{NAME}.wal"
    return ahead.stat().st_size if ahead.exists() else 0


@pytest.mark.parametrize(
    "question",
    [
        pytest.param(DuckLog.head, id="head"),
        pytest.param(lambda log: log.count_since(0), id="count_since"),
        pytest.param(lambda log: list(log.seen_since(0)), id="seen_since"),
    ],
)
def test_a_thread_that_has_asked_and_lives_on_holds_up_no_checkpoint(
    question: Callable[[DuckLog], object], database: UsageDatabase, tmp_path: Path
) -> None:
    _move(database, 1)
    asked, ended = threading.Event(), threading.Event()

    def ask() -> None:
        question(DuckLog(database))
        asked.set()
        ended.wait()

    thread = threading.Thread(target=ask)
    thread.start()
    asked.wait()
    _move(database, 6)
    waiting = _waiting_bytes(tmp_path)
    ended.set()
    thread.join()
    assert waiting == 0

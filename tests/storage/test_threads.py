"""Threads share one usage log: each on a cursor of its own, none seeing half a commit."""

import threading
from concurrent.futures import ThreadPoolExecutor

from taximeter.storage.duckdb.database import UsageDatabase
from taximeter.storage.duckdb.log import DuckLog
from taximeter.storage.duckdb.reader import DuckReader
from taximeter.usage.reader import UsageQuery
from tests.storage.rows import HOUR_US, METER, logged

COMMITS = 40
COMMIT_EVENTS = 25
READERS = 3
QUERY = UsageQuery(meter=METER, start_us=0, end_us=HOUR_US)


def test_a_thread_keeps_its_cursor_and_shares_it_with_none(database: UsageDatabase) -> None:
    together = threading.Barrier(2)

    def cursors() -> set[int]:
        found = {id(database.cursor()) for _ in range(3)}
        together.wait()
        return found

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(lambda _: cursors(), range(2))
    assert (len(first), len(second), first & second) == (1, 1, set())


def test_readers_beside_appends_see_whole_commits_and_never_go_back(
    database: UsageDatabase,
) -> None:
    log, reader = DuckLog(database), DuckReader(database)
    done = threading.Event()

    def read() -> list[int]:
        seen = []
        while not done.is_set():
            seen.append(sum(int(total.value) for total in reader.totals(QUERY)))
        return seen

    with ThreadPoolExecutor(READERS) as threads:
        reading = [threads.submit(read) for _ in range(READERS)]
        for commit in range(COMMITS):
            first = commit * COMMIT_EVENTS + 1
            log.append([logged(seq) for seq in range(first, first + COMMIT_EVENTS)], [])
        done.set()
        seen = [one.result() for one in reading]
    assert all(counts == sorted(counts) for counts in seen)
    assert {count % COMMIT_EVENTS for counts in seen for count in counts} <= {0}
    assert [int(total.value) for total in reader.totals(QUERY)] == [COMMITS * COMMIT_EVENTS]


def test_a_commit_is_seen_by_every_thread_once_append_returns(database: UsageDatabase) -> None:
    log, reader = DuckLog(database), DuckReader(database)
    seen = []
    with ThreadPoolExecutor(1) as thread:
        for seq in range(1, 11):
            log.append([logged(seq)], [])
            seen.append(thread.submit(reader.totals, QUERY).result()[0].value)
    assert seen == list(range(1, 11))

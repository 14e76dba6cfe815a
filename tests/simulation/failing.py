"""A log that fails at random, as disks do: before a row is written, or when it is asked."""

import random
from collections.abc import Iterator, Sequence

from taximeter.ingest.columns import LoggedRun
from taximeter.ingest.event import LoggedEvent
from taximeter.ingest.log import (
    EVERY_ROW,
    Cancellation,
    Head,
    Identity,
    LogFailed,
    Rows,
    Seen,
)
from taximeter.ingest.rejections import DuplicateCount, RejectedEvent
from taximeter.storage.duckdb.database import UsageDatabase
from taximeter.storage.duckdb.log import DuckLog


class Trouble:
    """How often the log fails, and how often it did."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self.share = 0.0
        self.failures = 0

    def strike(self, what: str) -> None:
        """Fail, or let pass."""
        if self._rng.random() < self.share:
            self.failures += 1
            raise LogFailed(f"{what} failed on purpose")


class FailingLog:
    """A log around another one."""

    def __init__(self, log: DuckLog, trouble: Trouble) -> None:
        self._log = log
        self._trouble = trouble

    def head(self) -> Head:
        return self._log.head()

    def append(
        self,
        events: Sequence[LoggedEvent | LoggedRun],
        cancellations: Sequence[Cancellation],
        rejections: Sequence[RejectedEvent] = (),
        duplicates: Sequence[DuplicateCount] = (),
    ) -> None:
        self._trouble.strike("append")
        self._log.append(events, cancellations, rejections, duplicates)

    def with_identifiers(
        self, wanted: Sequence[Identity], *, since_us: int, rows: Rows = EVERY_ROW
    ) -> dict[Identity, LoggedEvent]:
        self._trouble.strike("a look-up of identifiers")
        return self._log.with_identifiers(wanted, since_us=since_us, rows=rows)

    def with_idempotency_keys(
        self, wanted: Sequence[Identity], *, since_us: int, rows: Rows = EVERY_ROW
    ) -> dict[Identity, LoggedEvent]:
        self._trouble.strike("a look-up of idempotency keys")
        return self._log.with_idempotency_keys(wanted, since_us=since_us, rows=rows)

    def cancellations_of(self, event_seqs: Sequence[int]) -> dict[int, Cancellation]:
        self._trouble.strike("a look-up of cancellations")
        return self._log.cancellations_of(event_seqs)

    def count_since(self, since_us: int) -> int:
        return self._log.count_since(since_us)

    def seen_since(self, since_us: int) -> Iterator[Seen]:
        self._trouble.strike("reading the log back")
        return self._log.seen_since(since_us)


class FailingLogs:
    """Stands in for `DuckLog` where the application is put together."""

    def __init__(self, trouble: Trouble) -> None:
        self._trouble = trouble

    def __call__(self, database: UsageDatabase) -> FailingLog:
        return FailingLog(DuckLog(database), self._trouble)

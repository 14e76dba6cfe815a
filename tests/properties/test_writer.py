"""Exactly once, whoever submits what at the same time: the real writer on a real log."""

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from taximeter.ingest.event import LoggedEvent, MeterEvent, Origin
from taximeter.ingest.identifiers import Deduplicator
from taximeter.ingest.log import UsageLog
from taximeter.ingest.transaction import Canceled, CancelEvent, Outcome, Recorded, Taken
from taximeter.ingest.writer import Writer
from taximeter.kit.clock import SteppingClock
from taximeter.settings import Settings
from taximeter.storage.duckdb.database import UsageDatabase
from taximeter.storage.duckdb.log import DuckLog
from taximeter.storage.duckdb.reader import DuckReader
from taximeter.usage.reader import EventQuery
from tests.oracle.fresh import fresh_database
from tests.oracle.worked import MIDNIGHT_US, a_meter, an_event

# (identifier, idempotency key, fingerprint): few of each, so that most collide.
Claim: TypeAlias = tuple[str, str | None, int]
claims = st.tuples(
    st.sampled_from("abcdefgh"), st.sampled_from([None, None, *"klm"]), st.integers(1, 2)
)
submissions = st.lists(st.lists(claims, min_size=1, max_size=4), min_size=1, max_size=24)


def event_of(claim: Claim, place: int) -> MeterEvent:
    identifier, key, fingerprint = claim
    return an_event(
        a_meter(),
        str(place),
        at_us=MIDNIGHT_US,
        identifier=identifier,
        origin=None if key is None else Origin(key, fingerprint),
    )


@contextmanager
def a_writer(
    log: UsageLog, clock: SteppingClock, *, ready: bool, commit_events_max: int = 20_000
) -> Iterator[Writer]:
    chosen = Settings(commit_events_max=commit_events_max)
    deduplicator = Deduplicator(log=log, settings=chosen)
    if ready:
        deduplicator.rebuild(now_us=clock.now_us())
    writer = Writer(log=log, deduplicator=deduplicator, clock=clock, settings=chosen)
    writer.start()
    try:
        yield writer
    finally:
        writer.close()


def submitted_together(
    writer: Writer, batches: Sequence[Sequence[MeterEvent]], threads: int
) -> list[tuple[MeterEvent, Outcome]]:
    """Every event with its outcome, submitted by threads that start at the same moment."""
    barrier = threading.Barrier(threads)

    def submit(own: Sequence[Sequence[MeterEvent]]) -> list[tuple[MeterEvent, Outcome]]:
        barrier.wait()
        waiting = [(batch, writer.submit(batch)) for batch in own]
        return [pair for batch, done in waiting for pair in zip(batch, done.result(), strict=True)]

    with ThreadPoolExecutor(threads) as pool:
        shares = [batches[index::threads] for index in range(threads)]
        return [pair for share in pool.map(submit, shares) for pair in share]


def everything(database: UsageDatabase) -> list[LoggedEvent]:
    return list(DuckReader(database).events(EventQuery(environment=2, after_seq=0, limit=10_000)))


@settings(max_examples=30)
@given(submissions, st.booleans(), st.sampled_from([1, 3, 20_000]))
def test_of_all_that_claim_an_identity_exactly_one_is_recorded(
    claimed: list[list[Claim]], ready: bool, commit_events_max: int
) -> None:
    places = iter(range(10_000))
    batches = [[event_of(claim, next(places)) for claim in batch] for batch in claimed]
    clock = SteppingClock(MIDNIGHT_US)
    with fresh_database() as database:
        with a_writer(
            DuckLog(database), clock, ready=ready, commit_events_max=commit_events_max
        ) as writer:
            answered = submitted_together(writer, batches, threads=4)
        stored = everything(database)
    recorded = [outcome.logged for _, outcome in answered if isinstance(outcome, Recorded)]
    assert sorted(recorded, key=lambda row: row.seq) == stored
    assert [row.seq for row in stored] == list(range(1, len(stored) + 1))
    assert once([row.event.identifier for row in stored])
    assert once([row.event.origin.idempotency_key for row in stored if row.event.origin])
    for event, outcome in answered:
        assert explained(event, outcome, stored)


def once(texts: Sequence[str]) -> bool:
    return all(count == 1 for count in Counter(texts).values())


def explained(event: MeterEvent, outcome: Outcome, stored: Sequence[LoggedEvent]) -> bool:
    """Whether an event is in the log, or what was in its way is."""
    match outcome:
        case Recorded(logged):
            return logged.event == event
        case Taken(by="identifier", holder=holder):
            return holder in stored and holder.event.identifier == event.identifier
        case Taken(by="idempotency_key", holder=holder):
            assert holder.event.origin is not None, "a holder of a key has a key"
            assert event.origin is not None, "only an event with a key meets its holder"
            key = event.origin.idempotency_key
            return holder in stored and holder.event.origin.idempotency_key == key
        case _:
            return False


def test_what_was_acknowledged_is_in_the_log_once_after_restarts(tmp_path: Path) -> None:
    path, clock = tmp_path / "usage.duckdb", SteppingClock(MIDNIGHT_US)
    acknowledged: list[LoggedEvent] = []
    for run in range(3):
        database = UsageDatabase.open(path, Settings())
        with a_writer(DuckLog(database), clock, ready=run == 1) as writer:
            batches = [[event_of((f"{n}", None, 1), n)] for n in range(run * 40, run * 40 + 80)]
            answered = submitted_together(writer, batches, threads=8)
        acknowledged += [one.logged for _, one in answered if isinstance(one, Recorded)]
        stored = everything(database)
        database.close()
        assert sorted(acknowledged, key=lambda row: row.seq) == stored
        clock.advance(seconds=3600)
    assert {row.event.identifier for row in acknowledged} == {str(n) for n in range(160)}
    assert len(acknowledged) == 160


def test_many_cancel_one_event_and_one_cancellation_answers_them_all() -> None:
    with fresh_database() as database:
        with a_writer(DuckLog(database), SteppingClock(MIDNIGHT_US), ready=True) as writer:
            (recorded,) = writer.submit([event_of(("a", None, 1), 1)]).result()
            assert isinstance(recorded, Recorded)
            with ThreadPoolExecutor(8) as pool:
                waiting = list(
                    pool.map(lambda _: writer.submit([CancelEvent(recorded.logged)]), range(40))
                )
            outcomes = {done.result()[0] for done in waiting}
        cancellations = DuckLog(database).cancellations_of([recorded.logged.seq])
    assert outcomes == {Canceled(cancellations[recorded.logged.seq])}

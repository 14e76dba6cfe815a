"""The filter over identifiers errs towards "maybe" alone, and its log settles every maybe."""

import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import compress

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from taximeter.ingest.event import LoggedEvent, Origin
from taximeter.ingest.fingerprints import FingerprintSet, Hashes, Segment
from taximeter.ingest.identifiers import (
    Deduplicator,
    idempotency_key_hash,
    identifier_hash,
    identifier_hashes,
    repeated,
)
from taximeter.ingest.log import Identity
from taximeter.settings import Settings
from tests.oracle.memory import Memory, MemoryLog
from tests.oracle.worked import DAY_US, HOUR_US, MIDNIGHT_US, a_meter, an_event, logged

WINDOW_DAYS = 36
KEY_WINDOW_HOURS = 24
SETTINGS = Settings(identifier_window_days=WINDOW_DAYS, idempotency_window_hours=KEY_WINDOW_HOURS)

identities = st.tuples(st.sampled_from([1, 2]), st.sampled_from(["a", "b", "c", "ä", "a "]))
# Steps between receipts, so that days and whole windows go by within a few rows.
steps = st.one_of(
    st.sampled_from([0, 1, HOUR_US, DAY_US - 1, DAY_US, WINDOW_DAYS * DAY_US]),
    st.integers(0, 3 * DAY_US),
)
receipts = st.lists(st.tuples(steps, identities, st.none() | st.sampled_from("kl")), max_size=15)


def rows(receipts: Sequence[tuple[int, Identity, str | None]]) -> list[LoggedEvent]:
    made, now_us = [], MIDNIGHT_US
    for seq, (step, (environment, identifier), key) in enumerate(receipts, start=1):
        now_us += step
        event = an_event(
            a_meter(environment=environment),
            "1",
            at_us=MIDNIGHT_US,
            identifier=identifier,
            origin=None if key is None else Origin(key, seq),
        )
        made.append(logged(event, seq=seq, received_at_us=now_us))
    return made


def holders(
    events: Sequence[LoggedEvent], now_us: int
) -> tuple[dict[Identity, LoggedEvent], dict[Identity, LoggedEvent]]:
    """Who holds which identifier and which key at a moment, by looking at every row."""
    identifiers: dict[Identity, LoggedEvent] = {}
    keys: dict[Identity, LoggedEvent] = {}
    for row in events:
        if row.received_at_us >= now_us - WINDOW_DAYS * DAY_US:
            identifiers[row.event.environment, row.event.identifier] = row
        origin = row.event.origin
        if origin is not None and row.received_at_us >= now_us - KEY_WINDOW_HOURS * HOUR_US:
            keys[row.event.environment, origin.idempotency_key] = row
    return identifiers, keys


EVERY_IDENTITY = [(environment, text) for environment in (1, 2) for text in ("a", "b", "c", "ä")]
EVERY_KEY = [(environment, text) for environment in (1, 2) for text in "klm"]


@given(receipts, steps, st.sampled_from(["remembered", "rebuilt", "not ready", "both"]))
def test_who_holds_an_identity_is_known_exactly(
    receipts: list[tuple[int, Identity, str | None]], later: int, how: str
) -> None:
    events = rows(receipts)
    now_us = (events[-1].received_at_us if events else MIDNIGHT_US) + later
    memory = Memory()
    deduplicator = Deduplicator(log=MemoryLog(memory), settings=SETTINGS)
    half = len(events) // 2 if how == "both" else 0
    if how == "remembered":
        deduplicator.rebuild(now_us=MIDNIGHT_US)
    memory.add(events[:half], [])
    for row in events[half:]:
        memory.add([row], [])
        if how in {"remembered", "both"}:
            remember(deduplicator, row)
    if how in {"rebuilt", "both"}:
        deduplicator.rebuild(now_us=now_us)
    identifiers, keys = holders(events, now_us)
    asked = {identity: row for identity, row in identifiers.items() if identity in EVERY_IDENTITY}
    assert found(deduplicator, now_us) == (asked, keys)


def remember(deduplicator: Deduplicator, row: LoggedEvent) -> None:
    environment, origin = row.event.environment, row.event.origin
    keys = [] if origin is None else [idempotency_key_hash(environment, origin.idempotency_key)]
    deduplicator.remember(
        [identifier_hashes(environment, [row.event.identifier]), np.array(keys, dtype=np.uint64)],
        first_seq=row.seq,
        last_seq=row.seq,
        received_at_us=row.received_at_us,
    )


def remember_all(deduplicator: Deduplicator, events: Sequence[LoggedEvent]) -> None:
    for row in events:
        remember(deduplicator, row)


Holders = dict[Identity, LoggedEvent]


def found(deduplicator: Deduplicator, now_us: int) -> tuple[Holders, Holders]:
    """Who holds which of all identities, asked as the writer asks."""
    identifiers = deduplicator.suspects(
        np.array([identifier_hash(*one) for one in EVERY_IDENTITY], dtype=np.uint64)
    )
    keys = deduplicator.suspects(
        np.array([idempotency_key_hash(*one) for one in EVERY_KEY], dtype=np.uint64)
    )
    return (
        deduplicator.by_identifier(
            list(compress(EVERY_IDENTITY, identifiers.mask)), now_us=now_us, among=identifiers
        ),
        deduplicator.by_idempotency_key(
            list(compress(EVERY_KEY, keys.mask)), now_us=now_us, among=keys
        ),
    )


def some_hashes(start: int, count: int) -> Hashes:
    return identifier_hashes(2, [f"identifier {number}" for number in range(start, start + count)])


def added(hashes: Hashes, *sizes: int) -> FingerprintSet:
    """A set to which the hashes were added in pieces of these sizes, the rest at the end."""
    claims, start = FingerprintSet(), 0
    for size in (*sizes, hashes.size):
        piece = hashes[start : start + size]
        claims.add(piece, first_seq=start, last_seq=start + piece.size, received_at_us=start)
        start += size
    return claims


@given(
    st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=300),
    st.lists(st.integers(1, 90), max_size=5),
    st.integers(1, 40),
)
def test_nothing_that_was_added_is_denied(
    numbers: list[int], sizes: list[int], items_max: int
) -> None:
    """Crowded buckets included: all hashes may fall into one, and the segments are small."""
    hashes = np.array(numbers, dtype=np.uint64)
    segments = [Segment(items_max) for _ in range(len(numbers) // items_max + 1)]
    for index, segment in enumerate(segments):
        segment.add(hashes[index * items_max : (index + 1) * items_max])
    within = [one.maybe(hashes) for one in segments]
    assert np.logical_or.reduce(within).all()
    assert added(hashes, *sizes).maybe(hashes).mask.all()


def test_a_full_segment_says_never_seen_of_nearly_everything_it_has_not_seen() -> None:
    segment = Segment(200_000)
    segment.add(some_hashes(0, 200_000))
    assert segment.maybe(some_hashes(0, 200_000)).all()
    assert not segment.maybe(some_hashes(1_000_000, 200_000)).any()


def test_an_identifier_takes_less_than_eight_bytes() -> None:
    assert Segment(1_000_000).size_bytes / 1_000_000 < 6
    expected = FingerprintSet(items_expected=3_000_000)
    expected.add(some_hashes(0, 3_000_000), first_seq=1, last_seq=2, received_at_us=3)
    assert expected.size_bytes / 3_000_000 < 6


def test_a_set_that_outgrows_its_first_segment_names_the_rows_of_the_segment_that_answers() -> None:
    hashes = some_hashes(0, 2_100_000)
    claims = added(hashes, 1_999_999, 2)
    beginning, end = claims.maybe(hashes[:9]), claims.maybe(hashes[-9:])
    assert beginning.mask.all()
    assert end.mask.all()
    assert (beginning.rows, end.rows) == ((0, 2_000_001), (1_999_999, 2_100_000))


def test_segments_before_the_window_are_dropped_whole() -> None:
    hashes = some_hashes(0, 2_100_000)
    claims = added(hashes, 2_000_000)
    claims.forget(before_us=1_999_999)
    assert len(claims) == 100_000
    assert not claims.maybe(hashes[:9]).mask.any()
    assert claims.maybe(hashes[-9:]).mask.all()


def test_what_the_writer_adds_while_the_log_is_read_back_is_known_afterwards() -> None:
    """After a start the writer goes on adding while another thread still reads the log back."""
    deduplicator = Deduplicator(log=MemoryLog(Memory()), settings=SETTINGS)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    events = rows([(1, (2, f"{number}"), None) for number in range(400)])
    try:
        with ThreadPoolExecutor(1) as pool:
            adding = pool.submit(remember_all, deduplicator, events)
            deduplicator.rebuild(now_us=MIDNIGHT_US)
            adding.result()
    finally:
        sys.setswitchinterval(interval)
    asked = identifier_hashes(2, [row.event.identifier for row in events])
    assert deduplicator.suspects(asked).mask.all()


@given(st.lists(st.integers(0, 9), max_size=30))
def test_whatever_stands_more_than_once_is_marked(numbers: list[int]) -> None:
    marked = repeated(np.array(numbers, dtype=np.uint64))
    assert marked.tolist() == [numbers.count(number) > 1 for number in numbers]

"""The filter over identifiers errs towards "maybe" alone, and its log settles every maybe."""

import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from taximeter.ingest.event import LoggedEvent, Origin
from taximeter.ingest.identifiers import DayFilter, Deduplicator, SeenFilter
from taximeter.ingest.log import Identity
from taximeter.settings import Settings
from tests.oracle.memory import Memory, MemoryLog
from tests.oracle.worked import DAY_US, HOUR_US, MIDNIGHT_US, a_meter, an_event, logged

WINDOW_DAYS = 36
KEY_WINDOW_HOURS = 24

identities = st.tuples(st.sampled_from([1, 2]), st.sampled_from(["a", "b", "c", "ä", "a "]))
# Steps between receipts, so that days and whole windows go by within a few rows.
steps = st.one_of(
    st.sampled_from([0, 1, HOUR_US, DAY_US - 1, DAY_US, WINDOW_DAYS * DAY_US]),
    st.integers(0, 3 * DAY_US),
)
receipts = st.lists(st.tuples(steps, identities, st.none() | st.sampled_from("kl")), max_size=15)


def rows(receipts: Sequence[tuple[int, Identity, str | None]]) -> list[LoggedEvent]:
    found, now_us = [], MIDNIGHT_US
    for seq, (step, (environment, identifier), key) in enumerate(receipts, start=1):
        now_us += step
        event = an_event(
            a_meter(environment=environment),
            "1",
            at_us=MIDNIGHT_US,
            identifier=identifier,
            origin=None if key is None else Origin(key, seq),
        )
        found.append(logged(event, seq=seq, received_at_us=now_us))
    return found


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
    deduplicator = Deduplicator(log=MemoryLog(memory), settings=Settings())
    half = len(events) // 2 if how == "both" else 0
    if how == "remembered":
        deduplicator.rebuild(now_us=MIDNIGHT_US)
    memory.add(events[:half], [])
    for row in events[half:]:
        memory.add([row], [])
        if how in {"remembered", "both"}:
            deduplicator.remember([row.event], received_at_us=row.received_at_us)
    if how in {"rebuilt", "both"}:
        deduplicator.rebuild(now_us=now_us)
    found = (
        deduplicator.by_identifier(EVERY_IDENTITY, now_us=now_us),
        deduplicator.by_idempotency_key(EVERY_KEY, now_us=now_us),
    )
    identifiers, keys = holders(events, now_us)
    asked = {identity: row for identity, row in identifiers.items() if identity in EVERY_IDENTITY}
    assert found == (asked, keys)


@given(st.lists(st.tuples(steps, identities), max_size=20), st.integers(1, 40))
def test_nothing_within_the_window_is_forgotten(
    claims: list[tuple[int, Identity]], days: int
) -> None:
    seen = SeenFilter(window_us=days * DAY_US)
    now_us, when = MIDNIGHT_US, dict[Identity, int]()
    for step, identity in claims:
        now_us += step
        seen.forget(now_us=now_us)
        seen.add([identity], received_at_us=now_us)
        when[identity] = now_us
    recent = [identity for identity, at in when.items() if at >= now_us - days * DAY_US]
    assert seen.maybe(recent) == recent


def test_days_before_the_window_are_dropped_whole() -> None:
    seen = SeenFilter(window_us=2 * DAY_US)
    for day in range(4):
        seen.add([(2, f"day {day}")], received_at_us=MIDNIGHT_US + day * DAY_US)
    seen.forget(now_us=MIDNIGHT_US + 4 * DAY_US)
    wanted = [(2, f"day {day}") for day in range(4)]
    assert seen.maybe(wanted) == wanted[2:]


def test_a_day_of_more_than_one_segment_has_no_false_negatives() -> None:
    items = [(2, f"identifier {number}") for number in range(120_000)]
    day = DayFilter()
    day.add(items[:49_999])
    day.add(items[49_999:50_001])
    day.add(items[50_001:])
    assert [item for item in items if item not in day] == []


def test_a_day_says_never_seen_of_nearly_everything_it_has_not_seen() -> None:
    day = DayFilter()
    day.add([(2, f"identifier {number}") for number in range(60_000)])
    others = [(2, f"other {number}") for number in range(100_000)]
    assert len([item for item in others if item in day]) < 100


def test_days_may_be_forgotten_while_others_are_being_added() -> None:
    """After a start the writer forgets while another thread still reads the log back."""
    seen = SeenFilter(window_us=DAY_US)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(1) as pool:
            adding = pool.submit(add_days, seen)
            while not adding.done():
                seen.forget(now_us=MIDNIGHT_US)
            adding.result()
    finally:
        sys.setswitchinterval(interval)
    wanted = [(2, f"day {day}") for day in range(DAYS)]
    assert seen.maybe(wanted) == wanted


DAYS = 400


def add_days(seen: SeenFilter) -> None:
    for day in range(DAYS):
        seen.add([(2, f"day {day}")], received_at_us=MIDNIGHT_US + day * DAY_US)

"""What every usage log promises to its writer."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn, overload

import msgspec
import pytest

from taximeter.ingest.batch import run_of
from taximeter.ingest.columns import LoggedRun
from taximeter.ingest.event import LoggedEvent, Origin
from taximeter.ingest.identifiers import idempotency_key_hash, identifier_hash
from taximeter.ingest.log import Cancellation, Head, LogFailed, Seen
from taximeter.meters import Meter
from taximeter.usage.reader import EventQuery
from tests.contract.backends import OpenUsage, Usage
from tests.oracle.worked import MIDNIGHT_US, a_meter, an_event, cancellation, logged

METER = a_meter(dimension_keys=("model",))


def row(seq: int, identifier: str = "", *, environment: int = 2, key: str = "") -> LoggedEvent:
    event = an_event(
        msgspec.structs.replace(METER, environment=environment),
        "12.5",
        at_us=MIDNIGHT_US,
        identifier=identifier or f"event {seq}",
        dimensions={"model": "ä"},
        origin=Origin(key, 2**64 - seq) if key else None,
    )
    return logged(event, seq=seq)


def at(seq: int) -> int:
    return MIDNIGHT_US + seq * 1_000_000


class Breaking(Sequence[Cancellation]):
    """Rows that break off while they are being written."""

    def __len__(self) -> int:
        return 1

    @overload
    def __getitem__(self, index: int) -> Cancellation: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Cancellation]: ...
    def __getitem__(self, index: int | slice) -> NoReturn:
        raise LogFailed("broken off")

    def __iter__(self) -> Iterator[Cancellation]:
        raise LogFailed("broken off")


def test_an_empty_log_has_a_head_of_zeros(usage: Usage) -> None:
    assert usage.log.head() == Head(0, 0)


def test_the_head_is_the_last_row_whether_event_or_cancellation(usage: Usage) -> None:
    first = row(1)
    usage.log.append([first, row(2)], [])
    after_events = usage.log.head()
    usage.log.append([], [cancellation(first, seq=3, received_at_us=at(9))])
    assert (after_events, usage.log.head()) == (Head(2, at(2)), Head(3, at(9)))


def test_an_event_comes_back_as_it_was_appended(usage: Usage) -> None:
    first = row(1, key="key")
    usage.log.append([first], [])
    assert usage.log.with_identifiers([(2, "event 1")], since_us=0) == {(2, "event 1"): first}


def test_an_append_that_fails_leaves_the_log_as_it_was(usage: Usage) -> None:
    usage.log.append([row(1)], [])
    with pytest.raises(LogFailed):
        usage.log.append([row(2)], Breaking())
    found = usage.log.with_identifiers([(2, "event 1"), (2, "event 2")], since_us=0)
    assert (list(found), usage.log.head()) == ([(2, "event 1")], Head(1, at(1)))


def test_the_log_takes_rows_after_an_append_that_failed(usage: Usage) -> None:
    with pytest.raises(LogFailed):
        usage.log.append([row(1)], Breaking())
    usage.log.append([row(1, "again")], [])
    found = usage.log.with_identifiers([(2, "event 1"), (2, "again")], since_us=0)
    assert found == {(2, "again"): row(1, "again")}


def test_of_two_events_with_one_identifier_the_last_is_found(usage: Usage) -> None:
    usage.log.append([row(1, "same"), row(2, "same")], [])
    assert usage.log.with_identifiers([(2, "same")], since_us=0) == {(2, "same"): row(2, "same")}


def test_an_identifier_is_found_from_the_moment_of_its_receipt(usage: Usage) -> None:
    usage.log.append([row(1)], [])
    wanted = [(2, "event 1")]
    found = [usage.log.with_identifiers(wanted, since_us=at(1) + step) for step in (-1, 0, 1)]
    assert found == [{(2, "event 1"): row(1)}, {(2, "event 1"): row(1)}, {}]


def test_an_idempotency_key_is_found_from_the_moment_of_its_receipt(usage: Usage) -> None:
    usage.log.append([row(1, key="key"), row(2)], [])
    wanted = [(2, "key"), (2, "event 2")]
    found = [usage.log.with_idempotency_keys(wanted, since_us=at(1) + step) for step in (0, 1)]
    assert found == [{(2, "key"): row(1, key="key")}, {}]


def test_identities_of_another_environment_are_not_found(usage: Usage) -> None:
    usage.log.append([row(1, "same", environment=1, key="key"), row(2, "same")], [])
    found = (
        usage.log.with_identifiers([(1, "same"), (3, "same")], since_us=0),
        usage.log.with_idempotency_keys([(2, "key")], since_us=0),
    )
    assert found == ({(1, "same"): row(1, "same", environment=1, key="key")}, {})


def test_an_identifier_is_compared_to_the_letter(usage: Usage) -> None:
    usage.log.append([row(1, "ä")], [])
    wanted = [(2, text) for text in ("Ä", "a\u0308", "ä ", "a", "%", "_", "'")]
    assert usage.log.with_identifiers(wanted, since_us=0) == {}


def test_a_cancelled_event_says_since_when(usage: Usage) -> None:
    first = row(1, key="key")
    usage.log.append([first], [])
    usage.log.append([], [cancellation(first, seq=2, received_at_us=at(5))])
    expected = msgspec.structs.replace(first, canceled_at_us=at(5))
    found = (
        usage.log.with_identifiers([(2, "event 1")], since_us=0),
        usage.log.with_idempotency_keys([(2, "key")], since_us=0),
    )
    assert found == ({(2, "event 1"): expected}, {(2, "key"): expected})


def test_cancellations_are_found_by_the_events_they_cancel(usage: Usage) -> None:
    events = [row(1), row(2), row(3)]
    canceled = [cancellation(events[i], seq=4 + i, received_at_us=at(9)) for i in (0, 2)]
    usage.log.append(events, canceled)
    found = (usage.log.cancellations_of([1, 2]), usage.log.cancellations_of([]))
    assert found == ({1: canceled[0]}, {})


def claims(seen: Sequence[Seen]) -> list[int]:
    return [int(one) for stretch in seen for one in stretch.hashes]


def test_what_was_claimed_since_a_moment_is_yielded_once(usage: Usage) -> None:
    usage.log.append([row(seq, key="key" if seq == 3 else "") for seq in range(1, 10)], [])
    expected = [identifier_hash(2, f"event {seq}") for seq in range(3, 10)]
    expected.append(idempotency_key_hash(2, "key"))
    seen = list(usage.log.seen_since(at(3)))
    assert sorted(claims(seen)) == sorted(expected)
    assert (seen[0].first_seq, seen[-1].last_seq, seen[-1].received_at_us) == (3, 9, at(9))
    assert usage.log.count_since(at(3)) >= len(expected)


def test_rows_may_be_appended_while_claims_are_being_read(usage: Usage) -> None:
    usage.log.append([row(seq) for seq in range(1, 8)], [])
    reading = usage.log.seen_since(0)
    seen = [next(reading)]
    usage.log.append([row(8)], [])
    usage.log.with_identifiers([(2, "event 8")], since_us=0)
    seen += reading
    assert set(claims(seen)) >= {identifier_hash(2, f"event {seq}") for seq in range(1, 8)}


def test_an_identifier_is_sought_only_between_the_rows_that_are_named(usage: Usage) -> None:
    usage.log.append([row(seq) for seq in range(1, 5)], [])
    wanted = [(2, f"event {seq}") for seq in range(1, 5)]
    found = [
        list(usage.log.with_identifiers(wanted, since_us=0, rows=rows))
        for rows in ((2, 3), (4, None), (5, None))
    ]
    assert found == [[(2, "event 2"), (2, "event 3")], [(2, "event 4")], []]


def a_run(first_seq: int, meter: Meter, count: int) -> LoggedRun:
    """A run as a checked batch makes it."""
    events = [
        an_event(meter, None if meter.formula == "count" else f"{n}.5", at_us=MIDNIGHT_US + n,
                 identifier=f"run {first_seq + n}", dimensions={"model": f"m{n}"})
        for n in range(count)
    ]  # fmt: skip
    return LoggedRun(
        first_seq=first_seq, received_at_us=at(first_seq), run=run_of(events, range(count))
    )


def test_runs_and_single_events_come_back_in_the_order_of_their_numbers(usage: Usage) -> None:
    texts = msgspec.structs.replace(METER, id="mtr_texts", formula="unique_count")
    counts = msgspec.structs.replace(METER, id="mtr_counts", formula="count", dimension_keys=())
    runs = [a_run(2, METER, 3), a_run(5, texts, 2), a_run(8, counts, 2)]
    usage.log.append([row(1, key="key"), runs[0], runs[1], row(7), runs[2]], [])
    expected = [row(1, key="key"), *runs[0].events(), *runs[1].events(), row(7), *runs[2].events()]
    assert usage.reader.events(EventQuery(environment=2, after_seq=0, limit=20)) == expected
    assert [one.seq for one in expected] == list(range(1, 10))


def test_a_log_that_is_opened_again_holds_everything(open_usage: OpenUsage, tmp_path: Path) -> None:
    first = row(1, key="key")
    canceled = cancellation(first, seq=3, received_at_us=at(3))
    with open_usage(tmp_path) as usage:
        usage.log.append([first, row(2)], [canceled])
    with open_usage(tmp_path) as usage:
        found = usage.log.with_identifiers([(2, "event 1"), (2, "event 2")], since_us=0)
        head, cancellations = usage.log.head(), usage.log.cancellations_of([1, 2])
    expected = msgspec.structs.replace(first, canceled_at_us=at(3))
    assert found == {(2, "event 1"): expected, (2, "event 2"): row(2)}
    assert (head, cancellations) == (Head(3, at(3)), {1: canceled})

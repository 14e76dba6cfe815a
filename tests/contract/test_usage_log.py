"""What every usage log promises to its writer."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn, overload

import msgspec
import pytest

from taximeter.ingest.event import LoggedEvent, Origin
from taximeter.ingest.log import Cancellation, Head, LogFailed, Seen
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


def test_what_was_claimed_since_a_moment_is_yielded_once(usage: Usage) -> None:
    usage.log.append([row(seq, key="key" if seq == 3 else "") for seq in range(1, 10)], [])
    claims = [claim for batch in usage.log.seen_since(at(3)) for claim in batch]
    expected = [
        Seen(2, f"event {seq}", "key" if seq == 3 else None, at(seq)) for seq in range(3, 10)
    ]
    assert sorted(claims, key=lambda claim: claim.received_at_us) == expected


def test_rows_may_be_appended_while_claims_are_being_read(usage: Usage) -> None:
    usage.log.append([row(seq) for seq in range(1, 8)], [])
    reading = usage.log.seen_since(0)
    claims = list(next(reading))
    usage.log.append([row(8)], [])
    usage.log.with_identifiers([(2, "event 8")], since_us=0)
    claims += [claim for batch in reading for claim in batch]
    assert {claim.identifier for claim in claims} >= {f"event {seq}" for seq in range(1, 8)}


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

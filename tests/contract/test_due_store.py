"""What every store of due work promises."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from taximeter.due import KINDS, Due
from taximeter.storage.records.database import RecordsDatabase
from tests.contract.backends import OpenRecords

NOW, LEASED_UNTIL = 1_000, 1_060


def work(subject: str, due_at: int = 100, **others: Any) -> Due:
    fields: dict[str, Any] = {"kind": "subscription", "environment": 2, **others}
    return Due(subject=subject, due_at=due_at, **fields)


def schedule(records: RecordsDatabase, *works: Due) -> None:
    with records.writing() as unit:
        unit.due.schedule(works)


def lease(
    records: RecordsDatabase,
    *,
    until: int = 500,
    now: int = NOW,
    test_clock: str | None = None,
    limit: int = 10,
) -> Sequence[Due]:
    with records.writing() as unit:
        return unit.due.lease(
            until=until,
            test_clock=test_clock,
            now=now,
            leased_until=now + LEASED_UNTIL - NOW,
            limit=limit,
        )


def next_at(records: RecordsDatabase, test_clock: str | None = None) -> int | None:
    with records.reading() as unit:
        return unit.due.next_at(test_clock=test_clock)


def test_work_comes_moment_by_moment_in_the_order_of_kinds_and_subjects(
    records: RecordsDatabase,
) -> None:
    later = work("a", 200, kind="credit_grant")
    works = [work(subject, kind=kind) for kind in KINDS for subject in ("b", "c")]
    schedule(records, later, *works[::-1])
    taken = [lease(records) for _ in range(len(KINDS) + 2)]
    assert taken == [*(works[i : i + 2] for i in range(0, len(works), 2)), [later], ()]


def test_work_that_is_not_due_is_not_taken(records: RecordsDatabase) -> None:
    schedule(records, work("a", 500), work("b", 501))
    assert [lease(records), lease(records)] == [[work("a", 500)], ()]


def test_no_more_is_taken_than_was_asked_for(records: RecordsDatabase) -> None:
    schedule(records, work("a"), work("b"), work("c"))
    assert [lease(records, limit=2), lease(records, limit=2)] == [
        [work("a"), work("b")],
        [work("c")],
    ]


def test_each_clock_has_work_of_its_own(records: RecordsDatabase) -> None:
    clocked = [work("a", 50, test_clock="clock_1"), work("b", 40, test_clock="clock_2")]
    schedule(records, *clocked, work("c", 60))
    assert [next_at(records), next_at(records, "clock_1"), next_at(records, "clock_3")] == [
        60,
        50,
        None,
    ]
    assert [lease(records, test_clock="clock_1"), lease(records)] == [clocked[:1], [work("c", 60)]]


def test_scheduling_again_moves_the_work(records: RecordsDatabase) -> None:
    schedule(records, work("a"))
    schedule(records, work("a", 300), work("a", 400, kind="thresholds"), work("a", 200))
    assert [lease(records), lease(records)] == [
        [work("a", 200)],
        [work("a", 400, kind="thresholds")],
    ]


def test_dropped_work_is_forgotten(records: RecordsDatabase) -> None:
    schedule(records, work("a"), work("a", kind="thresholds"), work("b"))
    with records.writing() as unit:
        unit.due.drop((work("a", 7), work("nobody")))
    assert [lease(records), lease(records)] == [[work("b")], [work("a", kind="thresholds")]]


def test_leased_work_is_taken_again_when_its_lease_has_run_out(records: RecordsDatabase) -> None:
    schedule(records, work("a"))
    assert lease(records) == [work("a")]
    assert (next_at(records), lease(records, now=LEASED_UNTIL - 1)) == (LEASED_UNTIL, ())
    assert lease(records, now=LEASED_UNTIL) == [work("a")]


def test_leased_work_counts_on_a_test_clock_as_if_it_were_not(records: RecordsDatabase) -> None:
    schedule(records, work("a", test_clock="clock_1"))
    assert lease(records, test_clock="clock_1")
    assert (next_at(records, "clock_1"), next_at(records)) == (100, None)


def test_what_was_neither_dropped_nor_scheduled_anew_still_stands(
    records: RecordsDatabase,
) -> None:
    schedule(records, *map(work, "abcd"))
    taken = lease(records)
    with records.writing() as unit:
        unit.due.drop([work("a")])
        unit.due.schedule([work("b", 300), work("c")])
    with records.reading() as unit:
        assert unit.due.standing(taken) == [work("d")]
    assert lease(records) == [work("c")]


def test_failed_work_waits_and_knows_how_often_it_failed(records: RecordsDatabase) -> None:
    schedule(records, work("a"))
    for failures in range(2):
        (taken,) = lease(records, now=NOW + failures)
        assert taken == work("a", failures=failures)
        with records.writing() as unit:
            unit.due.fail(taken, error="disk full", retry_at=NOW + failures + 1)
    assert (next_at(records), lease(records, now=NOW + 1)) == (NOW + 2, ())
    schedule(records, work("a"))
    assert lease(records) == [work("a")]


def test_work_that_was_moved_meanwhile_does_not_fail(records: RecordsDatabase) -> None:
    schedule(records, work("a"))
    (taken,) = lease(records)
    schedule(records, work("a", 300))
    with records.writing() as unit:
        unit.due.fail(taken, error="too late", retry_at=2_000)
    assert lease(records) == [work("a", 300)]


def test_whoever_starts_takes_over_what_was_leased(
    open_records: OpenRecords, tmp_path: Path
) -> None:
    with open_records(tmp_path) as records:
        schedule(records, work("a"), work("b", 200))
        lease(records)
    with open_records(tmp_path) as records:
        with records.writing() as unit:
            unit.due.reclaim()
        assert lease(records) == [work("a")]


def test_many_are_scheduled_and_leased_at_once(records: RecordsDatabase) -> None:
    many = [work(f"sub_{number:05}") for number in range(2_500)]
    schedule(records, *many)
    taken = lease(records, limit=2_500)
    with records.reading() as unit:
        assert (taken, unit.due.standing(taken)) == (many, many)


class _Undone(Exception):
    pass


def test_commits_that_schedule_wake_whoever_waits(records: RecordsDatabase) -> None:
    woken: list[int] = []
    records.watch_due(woken.append)
    schedule(records, work("a", 300), work("b", 200), work("c", 50, test_clock="clock_1"))
    schedule(records, work("d", 60, test_clock="clock_1"))
    with suppress(_Undone), records.writing() as unit:
        unit.due.schedule([work("e")])
        raise _Undone
    assert woken == [200]

"""What every store of attempts to sign in promises."""

from taximeter.storage.records.database import RecordsDatabase


def counts(records: RecordsDatabase) -> tuple[int, int]:
    with records.reading() as unit:
        return unit.attempts.count("a", since=0), unit.attempts.count("b", since=0)


def fill(records: RecordsDatabase) -> None:
    with records.writing() as unit:
        for at in (100, 200, 200):
            unit.attempts.add("a", at=at)
        unit.attempts.add("b", at=100)


def test_attempts_are_counted_by_subject_after_a_moment(records: RecordsDatabase) -> None:
    fill(records)
    assert counts(records) == (3, 1)
    with records.reading() as unit:
        assert unit.attempts.count("a", since=100) == 2


def test_attempts_are_forgotten_by_subject_and_by_age(records: RecordsDatabase) -> None:
    fill(records)
    with records.writing() as unit:
        unit.attempts.forget(before=100)
    assert counts(records) == (2, 0)
    with records.writing() as unit:
        unit.attempts.forget(subject="a")
    assert counts(records) == (0, 0)

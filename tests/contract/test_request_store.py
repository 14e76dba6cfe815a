"""What every store of answers given under idempotency keys promises."""

from contextlib import suppress
from pathlib import Path

import msgspec

from taximeter.idempotency import StoredRequest
from taximeter.storage.records.database import RecordsDatabase
from tests.contract.backends import OpenRecords


class Interrupted(Exception):
    """Whatever may happen in the middle of a transaction."""


ANSWER = StoredRequest(
    environment=2,
    key="k",
    fingerprint="f",
    status=200,
    body='{"ä":1}',
    request_id="req_1",
    created=100,
)


def add(records: RecordsDatabase, *answers: StoredRequest) -> None:
    with records.writing() as unit:
        for answer in answers:
            unit.requests.add(answer)


def test_an_answer_is_found_under_its_key_in_its_environment(records: RecordsDatabase) -> None:
    add(records, ANSWER)
    with records.reading() as unit:
        found = [unit.requests.get(*asked) for asked in ((2, "k"), (1, "k"), (2, "K"))]
    assert found == [ANSWER, None, None]


def test_one_key_may_be_used_in_two_environments(records: RecordsDatabase) -> None:
    live = msgspec.structs.replace(ANSWER, environment=1, body="{}")
    add(records, ANSWER, live)
    with records.reading() as unit:
        assert (unit.requests.get(2, "k"), unit.requests.get(1, "k")) == (ANSWER, live)


def test_answers_given_before_a_moment_are_forgotten(records: RecordsDatabase) -> None:
    old, new = (msgspec.structs.replace(ANSWER, key=str(at), created=at) for at in (99, 100))
    add(records, old, new)
    with records.writing() as unit:
        unit.requests.forget(created_before=100)
    with records.reading() as unit:
        assert (unit.requests.get(2, "99"), unit.requests.get(2, "100")) == (None, new)


def test_no_answer_is_kept_of_a_transaction_that_fails(records: RecordsDatabase) -> None:
    with suppress(Interrupted), records.writing() as unit:
        unit.requests.add(ANSWER)
        raise Interrupted
    with records.reading() as unit:
        assert unit.requests.get(2, "k") is None


def test_answers_outlast_a_restart(open_records: OpenRecords, tmp_path: Path) -> None:
    with open_records(tmp_path) as records:
        add(records, ANSWER)
    with open_records(tmp_path) as records, records.reading() as unit:
        assert unit.requests.get(2, "k") == ANSWER

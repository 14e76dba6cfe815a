"""What every store of browsers' sessions and of links that work once promises."""

from taximeter.accounts.sign_in import BrowserSession, SignInLink
from taximeter.storage.records.database import RecordsDatabase

ADAS = BrowserSession(secret_hash="s1", user="user_1", created=100, expires_at=1_000)
BOBS = BrowserSession(secret_hash="s2", user="user_2", created=100, expires_at=1_001)
LINK = SignInLink(secret_hash="l1", user="user_1", created=100, expires_at=1_000)
LATER = SignInLink(secret_hash="l2", user="user_2", created=100, expires_at=1_001)


def fill(records: RecordsDatabase) -> None:
    with records.writing() as unit:
        for session in (ADAS, BOBS):
            unit.sign_ins.add_session(session)
        for link in (LINK, LATER):
            unit.sign_ins.add_link(link)


def found(records: RecordsDatabase) -> list[BrowserSession | SignInLink]:
    with records.reading() as unit:
        kept = [unit.sign_ins.session("s1"), unit.sign_ins.session("s2")]
        links = [unit.sign_ins.link("l1", take=False), unit.sign_ins.link("l2", take=False)]
    return [one for one in (*kept, *links) if one is not None]


def test_sessions_and_links_are_found_by_the_hash_of_their_secret(
    records: RecordsDatabase,
) -> None:
    fill(records)
    assert found(records) == [ADAS, BOBS, LINK, LATER]


def test_a_link_that_is_taken_is_gone(records: RecordsDatabase) -> None:
    fill(records)
    with records.writing() as unit:
        assert unit.sign_ins.link("l1", take=True) == LINK
        assert unit.sign_ins.link("l1", take=True) is None
    assert found(records) == [ADAS, BOBS, LATER]


def test_one_session_ends_by_itself_and_a_users_end_together(records: RecordsDatabase) -> None:
    fill(records)
    with records.writing() as unit:
        unit.sign_ins.end_sessions(secret_hash="s2")
        unit.sign_ins.end_sessions(user="user_1")
    assert found(records) == [LATER]


def test_what_has_expired_is_forgotten(records: RecordsDatabase) -> None:
    fill(records)
    with records.writing() as unit:
        unit.sign_ins.forget(expired_by=1_000)
    assert found(records) == [BOBS, LATER]

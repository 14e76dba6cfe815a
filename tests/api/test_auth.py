"""Reading keys out of headers, and showing them to nobody."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from taximeter.api.auth import Authenticator, secret_of
from taximeter.app.stores import open_records
from taximeter.environments import create_key, find_environment
from taximeter.errors import NotAuthenticated, NotPermitted
from taximeter.kit.clock import SteppingClock
from taximeter.storage.records.database import RecordsDatabase


def _basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.fixture
def records(tmp_path: Path) -> Iterator[RecordsDatabase]:
    with open_records(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize(
    "authorization",
    ["Bearer sk_a", "BEARER  sk_a ", _basic("sk_a:"), _basic("sk_a"), _basic("sk_a:pass:word")],
)
def test_key_is_read_from_either_scheme(authorization: str) -> None:
    assert secret_of(authorization) == "sk_a"


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "sk_a",
        "Token sk_a",
        "Basic",
        "Basic !",
        _basic(":sk_a"),
        _basic(""),
    ],
)
def test_header_without_a_key_is_refused_and_not_repeated(authorization: str) -> None:
    with pytest.raises(NotAuthenticated) as caught:
        secret_of(authorization)
    assert "sk_a" not in caught.value.message


@pytest.mark.parametrize(
    ("secret", "shown"),
    [
        ("sk_live_51Habcdefghijkl", "sk_live_********ijkl"),
        ("sk_test_0123456789", "sk_test_********6789"),
        ("hunter2", "*******"),
        ("exactly15charac", "***************"),
    ],
)
def test_unknown_key_is_shown_masked(secret: str, shown: str, records: RecordsDatabase) -> None:
    authenticator = Authenticator(
        reading=records.reading, clock=SteppingClock(0), cache_seconds=1, dev=False
    )
    with pytest.raises(NotAuthenticated) as caught:
        authenticator.authenticate(f"Bearer {secret}")
    assert caught.value.message == f"Invalid API Key provided: {shown}"


def test_publishable_key_is_not_permitted_even_in_development(records: RecordsDatabase) -> None:
    authenticator = Authenticator(
        reading=records.reading, clock=SteppingClock(0), cache_seconds=1, dev=True
    )
    with pytest.raises(NotPermitted) as caught:
        authenticator.authenticate("Bearer pk_test_0123456789abcdef")
    assert "0123456789abcdef" not in caught.value.message


def test_development_opens_the_test_environment_alone(records: RecordsDatabase) -> None:
    authenticator = Authenticator(
        reading=records.reading, clock=SteppingClock(0), cache_seconds=1, dev=True
    )
    assert authenticator.authenticate("Bearer sk_test_anything").name == "test"
    with pytest.raises(NotAuthenticated):
        authenticator.authenticate("Bearer sk_live_anything_at_all")


def test_revoked_key_is_remembered_for_as_long_as_the_cache_says(records: RecordsDatabase) -> None:
    clock = SteppingClock(0)
    authenticator = Authenticator(reading=records.reading, clock=clock, cache_seconds=1, dev=False)
    with records.writing() as unit:
        live = find_environment(store=unit.environments, name="live")
        assert live is not None
        made = create_key(store=unit.environments, environment=live, name="k", now=0)
    header = f"Bearer {made.secret}"
    assert authenticator.authenticate(header) == live
    with records.writing() as unit:
        assert unit.environments.revoke_key(made.key.id, revoked_at=0)
    clock.advance(seconds=1)
    assert authenticator.authenticate(header) == live
    clock.advance(seconds=0.000001)
    with pytest.raises(NotAuthenticated):
        authenticator.authenticate(header)

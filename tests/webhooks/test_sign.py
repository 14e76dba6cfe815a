"""Signatures that Stripe's SDK believes."""

import time

import pytest
from stripe import SignatureVerificationError, WebhookSignature

from taximeter.webhooks.destination import Secret
from taximeter.webhooks.sign import new_secret, signature

BODY = '{"id":"evt_1","ä":"\\u0001"}'


def believed(header: str, secret: str) -> bool:
    """Say whether the SDK takes a header for one of this secret, and recent."""
    try:
        return bool(WebhookSignature.verify_header(BODY, header, secret, 300))
    except SignatureVerificationError:
        return False


def test_the_sdk_believes_a_signature_and_no_other() -> None:
    secret, now = new_secret(), int(time.time())
    header = signature([Secret(value=secret)], BODY.encode(), now=now)
    assert believed(header, secret)
    assert not believed(header, new_secret())
    assert not believed(signature([Secret(value=secret)], b"{}", now=now), secret)
    assert not believed(signature([Secret(value=secret)], BODY.encode(), now=now - 301), secret)


def test_a_rolled_secret_signs_until_it_expires() -> None:
    now = int(time.time())
    secrets = [Secret(value="whsec_new"), Secret(value="whsec_old", expires_at=now)]
    before = signature(secrets, BODY.encode(), now=now - 1)
    after = signature(secrets, BODY.encode(), now=now)
    assert [believed(before, one.value) for one in secrets] == [True, True]
    assert [believed(after, one.value) for one in secrets] == [True, False]


@pytest.mark.parametrize("count", [1, 5])
def test_the_header_has_no_spaces_and_a_signature_for_each_secret(count: int) -> None:
    header = signature([Secret(value=f"whsec_{one}") for one in range(count)], b"", now=7)
    moment, *signed = header.split(",")
    assert moment == "t=7"
    assert len({one.removeprefix("v1=") for one in signed}) == count
    assert " " not in header


def test_secrets_are_long_and_never_the_same() -> None:
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    assert all(one.startswith("whsec_") and len(one) == 54 for one in made)

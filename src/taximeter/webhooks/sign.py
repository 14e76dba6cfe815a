"""Signing what is delivered, as Stripe does: who holds the secret can tell that we sent it."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence

from taximeter.webhooks.destination import Secret

HEADER = "Stripe-Signature"
_PREFIX = "whsec_"
_BYTES = 24


def new_secret() -> str:
    """Return a secret; all of it, its prefix too, is the key."""
    return _PREFIX + secrets.token_hex(_BYTES)


def signature(secrets: Sequence[Secret], body: bytes, *, now: int) -> str:
    """Return the header that signs a body at a moment in Unix seconds, with each valid secret."""
    message = f"{now}.".encode() + body
    signed = [
        hmac.new(secret.value.encode(), message, hashlib.sha256).hexdigest()
        for secret in secrets
        if secret.expires_at is None or now < secret.expires_at
    ]
    assert signed, "the secret that was made last never expires"
    return ",".join([f"t={now}", *(f"v1={one}" for one in signed)])

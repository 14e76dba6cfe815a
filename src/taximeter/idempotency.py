"""Idempotency keys: an answer given once is given again, and never to another question."""

from typing import Protocol

import msgspec

from taximeter.errors import IdempotencyMismatch


class StoredRequest(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that was given under an idempotency key, and a fingerprint of the question."""

    environment: int
    key: str
    fingerprint: str
    status: int
    body: str
    request_id: str
    created: int


class RequestStore(Protocol):
    """Keeps answers, in the same transaction as what they speak of."""

    def get(self, environment: int, key: str) -> StoredRequest | None:
        """Return the answer given under the key, or None."""
        ...

    def add(self, request: StoredRequest) -> None:
        """Keep an answer."""
        ...

    def forget(self, *, created_before: int) -> None:
        """Drop the answers given before a moment, in Unix seconds."""
        ...


def key_reused(key: str) -> IdempotencyMismatch:
    """Say, in Stripe's words, that an idempotency key came back with other parameters."""
    return IdempotencyMismatch(
        "Keys for idempotent requests can only be used with the same parameters they were first "
        f"used with. Try using a key other than '{key}' if you meant to execute a different "
        "request."
    )

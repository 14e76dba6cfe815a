"""Which environment a request's key opens."""

import base64
import binascii
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from taximeter.environments import TEST, Environment, EnvironmentStore, hash_key
from taximeter.errors import NotAuthenticated, NotPermitted
from taximeter.kit.clock import MICROSECONDS, Clock

TEST_PREFIX = "sk_test_"
_REMEMBERED_MAX = 10_000


class Records(Protocol):
    """The stores that authentication reads, inside one read transaction."""

    @property
    def environments(self) -> EnvironmentStore:
        """Return environments and keys."""
        ...


class Authenticator:
    """Opens environments with keys; a key once seen is looked up again only after a second."""

    def __init__(
        self,
        *,
        reading: Callable[[], AbstractContextManager[Records]],
        clock: Clock,
        cache_seconds: int,
        dev: bool,
    ) -> None:
        """With `dev`, any `sk_test_` key opens the test environment."""
        self._reading = reading
        self._clock = clock
        self._cache_us = cache_seconds * MICROSECONDS
        self._dev = dev
        self._seen: dict[str, tuple[int, Environment]] = {}

    def authenticate(self, authorization: str | None) -> Environment:
        """Return the environment that an `Authorization` header opens.

        Raises NotAuthenticated, or NotPermitted for a publishable key.
        """
        if authorization is None:
            raise NotAuthenticated(
                "You did not provide an API key. Provide it in the Authorization header, as "
                "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY') or as the user name "
                "of Basic auth (curl -u YOUR_SECRET_KEY:)."
            )
        secret = secret_of(authorization)
        now_us = self._clock.now_us()
        seen = self._seen.get(secret)
        if seen is not None and now_us - seen[0] <= self._cache_us:
            return seen[1]
        environment = self._look_up(secret)
        if len(self._seen) >= _REMEMBERED_MAX:
            self._seen.clear()
        self._seen[secret] = (now_us, environment)
        return environment

    def forget(self) -> None:
        """Look every key up again; called after one was revoked."""
        self._seen.clear()

    def known(self, authorization: str | None) -> Environment | None:
        """Return what a key that was let in lately opens, without looking it up."""
        try:
            seen = self._seen.get(secret_of(authorization or ""))
        except NotAuthenticated:
            return None
        return None if seen is None else seen[1]

    def _look_up(self, secret: str) -> Environment:
        if secret.startswith("pk_"):
            raise NotPermitted(
                "This API call cannot be made with a publishable API key. Use a secret key "
                "(starting with sk_) instead.",
                code="secret_key_required",
            )
        with self._reading() as records:
            key = records.environments.key_by_hash(hash_key(secret))
            environments = records.environments.environments()
        if key is not None:
            return next(one for one in environments if one.id == key.environment)
        if self._dev and secret.startswith(TEST_PREFIX):
            return next(one for one in environments if one.name == TEST)
        raise NotAuthenticated(f"Invalid API Key provided: {_masked(secret)}")


def secret_of(authorization: str) -> str:
    """Return the key in an `Authorization` header. Raises NotAuthenticated."""
    scheme, _, rest = authorization.strip().partition(" ")
    rest = rest.strip()
    if scheme.lower() == "bearer" and rest:
        return rest
    if scheme.lower() == "basic":
        try:
            user = base64.b64decode(rest, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            user = ""
        if user:
            return user
    raise NotAuthenticated(
        "The Authorization header holds no API key. Send it as 'Bearer YOUR_SECRET_KEY', or as "
        "the user name of Basic auth."
    )


def _masked(secret: str) -> str:
    """Show a key so that its owner knows it and nobody else learns it."""
    if len(secret) < 16:
        return "*" * len(secret)
    return f"{secret[:8]}{'*' * 8}{secret[-4:]}"

"""Which environment the token of a meter event session opens."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from taximeter.api.auth import secret_of
from taximeter.environments import Environment, EnvironmentStore, hash_key
from taximeter.errors import NotAuthenticated, SessionExpired
from taximeter.kit.clock import Clock, now_s
from taximeter.sessions import TOKEN_PREFIX, SessionStore

SESSION_PATH = "/v2/billing/meter_event_session"
_REMEMBERED_MAX = 10_000


class Records(Protocol):
    """The stores that are read, inside one read transaction."""

    @property
    def environments(self) -> EnvironmentStore:
        """Return environments and keys."""
        ...

    @property
    def sessions(self) -> SessionStore:
        """Return the meter event sessions."""
        ...


class SessionAuthenticator:
    """Opens environments with session tokens; one that was seen is not looked up again."""

    def __init__(
        self, *, reading: Callable[[], AbstractContextManager[Records]], clock: Clock
    ) -> None:
        """Look sessions up through `reading`."""
        self._reading = reading
        self._clock = clock
        self._seen: dict[str, tuple[int, Environment]] = {}

    def authenticate(self, authorization: str | None) -> Environment:
        """Return the environment that a token in an `Authorization` header opens.

        Raises NotAuthenticated for what is no token of a session, and SessionExpired for one whose
        time is over: expired sessions are dropped, so that an unknown one is taken for such.
        """
        if authorization is None:
            raise _not_a_token("You did not provide the token of a meter event session.")
        token = secret_of(authorization)
        seen = self._seen.get(token)
        if seen is None:
            seen = self._look_up(token)
        expires_at, environment = seen
        if now_s(self._clock) >= expires_at:
            self._seen.pop(token, None)
            raise _expired()
        return environment

    def _look_up(self, token: str) -> tuple[int, Environment]:
        if not token.startswith(TOKEN_PREFIX):
            raise _not_a_token("An API key does not open the meter event stream.")
        with self._reading() as records:
            session = records.sessions.by_token_hash(hash_key(token))
            environments = records.environments.environments()
        if session is None:
            raise _expired()
        environment = next(one for one in environments if one.id == session.environment)
        if len(self._seen) >= _REMEMBERED_MAX:
            self._seen.clear()
        self._seen[token] = (session.expires_at, environment)
        return self._seen[token]


def _not_a_token(reason: str) -> NotAuthenticated:
    return NotAuthenticated(
        f"{reason} Create a session with POST {SESSION_PATH}, using your API key, and send its "
        "authentication_token here as 'Authorization: Bearer TOKEN'."
    )


def _expired() -> SessionExpired:
    return SessionExpired(
        "The meter event session has expired, or is none of this server's. Create a new one with "
        f"POST {SESSION_PATH} and send the events again with its authentication_token."
    )

"""The latest requests, for whoever builds against the API: what was asked, and how it ended.

Nothing of what was sent is kept but the names of its parameters; values, keys and bodies are not.
It lives in memory, within a fixed number of entries, and starts empty with the server.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from taximeter.api.auth import Authenticator, secret_of
from taximeter.api.http import Incoming
from taximeter.api.json_body import read_json
from taximeter.errors import ApiError, NotAuthenticated

NAMES_MAX = 50
_NAME_CHARACTERS_MAX = 100
_PATH_CHARACTERS_MAX = 300
_READ_BYTES_MAX = 65_536
_KEY_SHOWN = 4


class RequestError(msgspec.Struct, frozen=True, kw_only=True):
    """What a request that failed was told."""

    type: str = ""
    code: str | None = None
    param: str | None = None
    message: str = ""


class RequestEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One request. `environment` is None where its key opens none, or was not looked at.

    `names` are those of its parameters, None where they were not read; `key` the last characters
    of its key, by which the list of keys shows it.
    """

    id: str
    environment: int | None
    at_us: int
    duration_us: int
    method: str
    path: str
    status: int
    key: str | None
    version: str | None
    agent: str | None
    idempotency_key: str | None
    names: tuple[str, ...] | None
    error: RequestError | None


class RequestLog:
    """Keeps the latest; written by the event loop, read by any thread.

    Events that were recorded are kept apart, so that they do not drive everything else out.
    """

    def __init__(self, authenticator: Authenticator, *, entries_max: int) -> None:
        """Keep at most `entries_max` of each kind."""
        self._authenticator = authenticator
        self._kept: deque[RequestEntry] = deque(maxlen=entries_max)
        self._recorded: deque[RequestEntry] = deque(maxlen=entries_max)
        self.is_on = entries_max > 0

    def note(
        self,
        incoming: Incoming,
        *,
        at_us: int,
        duration_us: int,
        status: int,
        error: RequestError | None,
        hot: bool,
    ) -> None:
        """Keep a request that has been answered."""
        headers = incoming.headers
        authorization = incoming.header(b"authorization")
        environment = self._authenticator.known(authorization)
        entry = RequestEntry(
            id=incoming.id,
            environment=None if environment is None else environment.id,
            at_us=at_us,
            duration_us=duration_us,
            method=incoming.method,
            path=incoming.path[:_PATH_CHARACTERS_MAX],
            status=status,
            key=None if environment is None else _shown_key(authorization),
            version=_text(headers, b"stripe-version"),
            agent=_text(headers, b"user-agent"),
            idempotency_key=_text(headers, b"idempotency-key"),
            names=None if hot and error is None else tuple(_names(incoming)),
            error=error,
        )
        (self._recorded if hot and error is None else self._kept).append(entry)

    def of(self, environment: int) -> list[RequestEntry]:
        """Return an environment's requests and those that no key opened, newest first."""
        found = [*self._kept, *self._recorded]
        return sorted(
            (one for one in found if one.environment in {environment, None}),
            key=lambda one: (one.at_us, one.id),
            reverse=True,
        )


def _text(headers: Mapping[bytes, bytes], name: bytes) -> str | None:
    value = headers.get(name)
    return None if value is None else value.decode("latin-1")[:_PATH_CHARACTERS_MAX]


def _shown_key(authorization: str | None) -> str | None:
    try:
        return secret_of(authorization or "")[-_KEY_SHOWN:]
    except NotAuthenticated:
        return None


def _names(incoming: Incoming) -> Iterator[str]:
    """Yield the names of what was sent; of what is neither form nor JSON, none."""
    try:
        names = [name for name, _ in parse_qsl(incoming.query.decode("latin-1"))]
        if len(incoming.body) <= _READ_BYTES_MAX:
            if incoming.v2:
                names += _paths(read_json(incoming.body)) if incoming.body else []
            else:
                names += [name for name, _ in parse_qsl(incoming.body.decode("latin-1"))]
    except (ApiError, ValueError):
        return
    for name in dict.fromkeys(names[:NAMES_MAX]):
        yield name[:_NAME_CHARACTERS_MAX]


def _paths(value: Any, above: str = "") -> list[str]:
    """Return the names in a JSON text, as a form would spell them."""
    if isinstance(value, dict):
        return [
            path
            for key, inner in value.items()
            for path in _paths(inner, f"{above}[{key}]" if above else str(key))
        ]
    if isinstance(value, list):
        return [path for inner in value[:NAMES_MAX] for path in _paths(inner, f"{above}[]")]
    return [above]

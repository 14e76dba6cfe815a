"""A request to the dashboard, read: its address, its form, its cookies, what it wants back."""

import re
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any, Literal
from urllib.parse import parse_qsl

import msgspec

from taximeter.errors import InvalidRequest
from taximeter.imports.receiving import Received

Wanted = Literal["html", "json", "csv"]
Fields = dict[str, list[str]]
"""What a query or a form holds: the values under each name, in order."""

PAIRS_MAX = 1_000
_HOST = re.compile(r"[A-Za-z0-9._:\[\]-]{1,255}", re.ASCII)
_SUFFIXES: dict[str, Wanted] = {".json": "json", ".csv": "csv"}


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """One request. `path` has lost the ending that says what is wanted."""

    id: str
    method: str
    path: str
    query: Fields
    form: Fields
    cookies: Mapping[str, str]
    headers: Mapping[bytes, bytes]
    wants: Wanted
    address: str
    secure: bool
    file: Received | None = None

    def header(self, name: bytes) -> str | None:
        """Return a header's text, or None."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    @property
    def origin(self) -> str:
        """Return how this server is reached, as the browser spells it."""
        host = self.header(b"host") or ""
        name = host if _HOST.fullmatch(host) else "localhost"
        return f"{'https' if self.secure else 'http'}://{name}"

    @property
    def target(self) -> str | None:
        """Return the block of the page that is asked for, where it is only one."""
        return self.header(b"hx-target") if b"hx-request" in self.headers else None


def read_visit(scope: Mapping[str, Any], *, id: str, body: bytes) -> Visit:
    """Read a request. Raises InvalidRequest for a form that is none."""
    headers = dict(scope["headers"])
    path, wants = _wanted(scope["path"], headers)
    forwarded = headers.get(b"x-forwarded-proto", b"").decode("latin-1")
    return Visit(
        id=id,
        method=scope["method"],
        path=path,
        query=read_fields(scope["query_string"].decode("latin-1")),
        form=_form(headers, body),
        cookies=_cookies(headers),
        headers=headers,
        wants=wants,
        address=scope["client"][0] if scope.get("client") else "",
        secure="https" in (scope.get("scheme"), forwarded.partition(",")[0].strip()),
    )


def read_fields(text: str) -> Fields:
    """Read a query string or a form. Raises InvalidRequest for one with too much in it."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=PAIRS_MAX)
    except ValueError:
        raise InvalidRequest(f"There are more than {PAIRS_MAX} fields.") from None
    fields: Fields = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value.replace("\x00", "�"))
    return fields


def _wanted(path: str, headers: Mapping[bytes, bytes]) -> tuple[str, Wanted]:
    for suffix, wants in _SUFFIXES.items():
        if path.endswith(suffix):
            return path.removesuffix(suffix), wants
    accept = headers.get(b"accept", b"").decode("latin-1")
    if "application/json" in accept and "text/html" not in accept:
        return path, "json"
    return path, "html"


def _form(headers: Mapping[bytes, bytes], body: bytes) -> Fields:
    if not body:
        return {}
    kind = headers.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        return {}
    return read_fields(body.decode("latin-1"))


def _cookies(headers: Mapping[bytes, bytes]) -> dict[str, str]:
    try:
        jar = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1"))
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}

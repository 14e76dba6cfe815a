"""What the dashboard sends back."""

import re
from pathlib import Path

import msgspec

from taximeter.dashboard.access.cookies import Cookie
from taximeter.dashboard.access.headers import NOT_CACHED, Header

HTML = "text/html; charset=utf-8"
JSON = "application/json"
CSV = "text/csv; charset=utf-8"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A whole answer, short of the headers that all have; `file` is sent in the body's place."""

    status: int = 200
    body: bytes = b""
    content_type: str = HTML
    headers: tuple[Header, ...] = (NOT_CACHED,)
    cookies: tuple[Cookie, ...] = ()
    file: Path | None = None


def attachment(name: str) -> Header:
    """Have an answer kept as a file of this name."""
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-")
    return b"content-disposition", f'attachment; filename="{safe}"'.encode()


def redirect(location: str, *cookies: Cookie) -> Answer:
    """Send the browser on to an address of ours, to be read with GET."""
    headers = (NOT_CACHED, (b"location", location.encode("ascii", "ignore")))
    return Answer(status=303, headers=headers, cookies=cookies)


def local(location: str, otherwise: str) -> str:
    """Return an address if it is one of ours, so that nobody is led away."""
    if location.startswith("/") and not location.startswith(("//", "/\\")):
        return location
    return otherwise

"""Cookies: what the browser is asked to keep, and how."""

from collections.abc import Mapping
from urllib.parse import quote, unquote

import msgspec

from taximeter.dashboard.visit import Visit
from taximeter.kit.periods import DAY_SECONDS, HOUR_SECONDS

SESSION = "taximeter_session"
VISITOR = "taximeter_visitor"
THEME = "taximeter_theme"
FLASH = "taximeter_flash"

_YEAR = 365 * DAY_SECONDS


class Cookie(msgspec.Struct, frozen=True, kw_only=True):
    """One cookie to set; `seconds` 0 drops it, None keeps it until the browser closes."""

    name: str
    value: str
    seconds: int | None = None


def header(cookie: Cookie, *, secure: bool) -> tuple[bytes, bytes]:
    """Write the header that sets a cookie, out of reach of scripts and of other sites."""
    parts = [f"{cookie.name}={cookie.value}", "Path=/", "HttpOnly", "SameSite=Lax"]
    if cookie.seconds is not None:
        parts.append(f"Max-Age={cookie.seconds}")
    if secure:
        parts.append("Secure")
    return b"set-cookie", "; ".join(parts).encode()


def session(secret: str, hours: int) -> Cookie:
    """Return the cookie of a signed-in browser."""
    return Cookie(name=SESSION, value=secret, seconds=hours * HOUR_SECONDS)


def ended() -> Cookie:
    """Return the cookie that drops the session's."""
    return Cookie(name=SESSION, value="", seconds=0)


def visitor(secret: str) -> Cookie:
    """Return the cookie that a browser without a session is known by, for its forms' tokens."""
    return Cookie(name=VISITOR, value=secret)


def theme(name: str) -> Cookie:
    """Return the cookie of the theme that was chosen."""
    return Cookie(name=THEME, value=name, seconds=_YEAR)


def flash(message: str) -> Cookie:
    """Return the cookie with what the next page says; an empty one drops it."""
    return Cookie(name=FLASH, value=quote(message), seconds=MESSAGE_SECONDS if message else 0)


def read_flash(cookies: Mapping[str, str]) -> str:
    """Return what the page is to say."""
    return unquote(cookies.get(FLASH, ""))


def chosen_theme(visit: Visit) -> str:
    """Return the theme that was chosen, or `auto`."""
    name = visit.cookies.get(THEME, "")
    return name if name in {"light", "dark"} else "auto"


MESSAGE_SECONDS = 60
"""How long a message waits for the page that shows it."""

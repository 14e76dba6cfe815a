"""Who is at the door: the user of a browser, and what a browser without one is known by."""

import ipaddress
import re
import secrets

import msgspec

from taximeter.accounts.sign_in import user_of_session
from taximeter.accounts.user import User
from taximeter.api.services import Services
from taximeter.dashboard.access import cookies, forgery
from taximeter.dashboard.visit import Visit
from taximeter.errors import NotPermitted
from taximeter.kit.clock import now_s

DEVELOPER = User(id="developer", name="developer", role="admin", password_hash=None, created=0)
"""Whoever opens a server in development mode, which needs no password and is loopback's alone."""


_PORT = re.compile(r":[0-9]+$", re.ASCII)


class Browser(msgspec.Struct, frozen=True, kw_only=True):
    """The browser that a request comes from; `cookie` is what it is to be known by from now on."""

    user: User | None
    token: str
    cookie: cookies.Cookie | None


class Gate:
    """Lets users in by their session, and everybody in development mode."""

    def __init__(self, services: Services, *, open_to_all: bool) -> None:
        """`open_to_all` is for servers that only their own machine reaches."""
        self._services = services
        self.open_to_all = open_to_all

    def browser(self, visit: Visit) -> Browser:
        """Return who asks. Raises NotPermitted for a name of this server that is not its own."""
        if self.open_to_all:
            _check_host(visit)
        secret = forgery.secret_of(visit)
        cookie = None
        if secret is None:
            secret = secrets.token_urlsafe(32)
            cookie = cookies.visitor(secret)
        return Browser(user=self._user(visit), token=forgery.token(secret), cookie=cookie)

    def _user(self, visit: Visit) -> User | None:
        session = visit.cookies.get(cookies.SESSION)
        if session:
            services = self._services
            with services.records.reading() as unit:
                user = user_of_session(
                    store=unit.sign_ins,
                    users=unit.users,
                    secret=session,
                    now=now_s(services.clock),
                )
            if user is not None:
                return user
        return DEVELOPER if self.open_to_all else None


def _check_host(visit: Visit) -> None:
    """Refuse a name that a stranger's domain may point here, where no password stands between."""
    host = _PORT.sub("", visit.header(b"host") or "")
    name = host.strip("[]")
    try:
        loopback = ipaddress.ip_address(name).is_loopback
    except ValueError:
        loopback = name == "localhost" or name.endswith(".localhost")
    if not loopback:
        raise NotPermitted(
            "In development mode the dashboard opens without a password, and so under the names "
            "of its own machine only: use 127.0.0.1 or localhost."
        )

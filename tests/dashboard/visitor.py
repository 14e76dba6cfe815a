"""A browser without a screen: keeps cookies, finds the token of a form, sends what it is told."""

import re
from html import unescape
from typing import Self

import httpx2

from taximeter.accounts.sign_in import create_link
from taximeter.accounts.user import Role, add_user
from taximeter.app.stores import open_records
from taximeter.kit.clock import SystemClock, now_s
from tests.serving import Server

PASSWORD = "a fine password to keep"
LINK = "/sign-in/link/"


class Visitor:
    """One browser at a server."""

    def __init__(self, server: Server) -> None:
        self.http = httpx2.Client(
            base_url=server.address, headers={"accept": "text/html"}, timeout=30, trust_env=False
        )

    def get(self, path: str, **headers: str) -> httpx2.Response:
        return self.http.get(path, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def token(self, path: str) -> str:
        found = re.search(r'name="csrf_token" value="(\w+)"', self.get(path).text)
        assert found is not None, f"no form at {path}"
        return found[1]

    def post(self, path: str, *, on: str | None = None, **fields: str) -> httpx2.Response:
        """Send a form that stands on a page."""
        sent = {"csrf_token": self.token(on or path), **fields}
        return self.http.post(path, data=sent)

    def close(self) -> None:
        self.http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def link_for(server: Server, name: str, role: Role) -> str:
    """Make an account beside the running server, and the path of a link that opens it."""
    with open_records(server.data) as records, records.writing() as unit:
        now = now_s(SystemClock())
        user = add_user(store=unit.users, name=name, role=role, now=now)
        return LINK + create_link(store=unit.sign_ins, user=user, minutes=60, now=now)


def signed_in(server: Server, name: str, role: Role) -> Visitor:
    """A browser in which a new account has chosen its password."""
    visitor = Visitor(server)
    path = link_for(server, name, role)
    answer = visitor.post(path, password=PASSWORD, again=PASSWORD)
    assert answer.status_code == 303, answer.text
    return visitor


def errors_of(answer: httpx2.Response) -> dict[str, str]:
    """The messages beside a form's fields."""
    found = re.findall(r'<p class="error" id="e-(\w+)">(.*?)</p>', answer.text)
    return {name: unescape(message) for name, message in found}

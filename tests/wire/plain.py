"""Plain HTTP requests, sent byte by byte where it matters."""

import http.client
import json
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from tests.serving import TEST_KEY


class Answer(msgspec.Struct, frozen=True):
    """A response, with header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the decoded body."""
        return json.loads(self.body)


def request(
    address: str,
    method: str,
    path: str,
    *,
    body: bytes | str | dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    key: str | None = TEST_KEY,
) -> Answer:
    """Send one request; a dict is sent as a form, and a key of None sends none."""
    sent = dict(headers or {})
    if key is not None:
        sent.setdefault("Authorization", f"Bearer {key}")
    if isinstance(body, dict):
        body = urlencode(body)
    if body is not None:
        sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
    host = urlsplit(address).netloc
    connection = http.client.HTTPConnection(host, timeout=30)
    try:
        connection.request(method, path, body=body, headers=sent)
        response = connection.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, names, response.read())
    finally:
        connection.close()

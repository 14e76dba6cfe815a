"""Asking a server's API over HTTP: whole answers, whole lists, and refusals in its own words."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx2
import msgspec


class Refused(Exception):
    """The server refused a request; the message is the server's."""


async def ask(
    client: httpx2.AsyncClient, method: str, path: str, params: Mapping[str, str]
) -> dict[str, Any]:
    """Return the answer to a request. Raises Refused, and httpx2.TransportError."""
    sent: dict[str, Any] = {"params" if method == "GET" else "data": dict(params)}
    answer = await client.request(method, path, **sent)
    if answer.status_code != 200:
        raise Refused(message(answer))
    found: dict[str, Any] = msgspec.json.decode(answer.content)
    return found


async def listed(
    client: httpx2.AsyncClient, path: str, filters: Mapping[str, str]
) -> AsyncIterator[dict[str, Any]]:
    """Return what a list holds, page by page. Raises as `ask` does."""
    asked = {**filters, "limit": "100"}
    while True:
        page = await ask(client, "GET", path, asked)
        for item in page["data"]:
            yield item
        if not page["has_more"]:
            return
        asked["starting_after"] = page["data"][-1]["id"]


async def first(
    client: httpx2.AsyncClient, path: str, filters: Mapping[str, str]
) -> dict[str, Any] | None:
    """Return the newest of a list, or None where it is empty. Raises as `ask` does."""
    page = await ask(client, "GET", path, {**filters, "limit": "1"})
    found: dict[str, Any] | None = next(iter(page["data"]), None)
    return found


def message(answer: httpx2.Response) -> str:
    """Return what the server says about a refused request."""
    found: Any = msgspec.json.decode(answer.content)
    said: str = found["error"]["message"]
    return said

"""Requests to a running server, and what can go wrong with them as sentences."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx2
import msgspec

from taximeter.cli.usage.source import UsageFailed

_TIMEOUT_SECONDS = 30


def needed_key(api_key: str | None) -> str:
    """Return the key that was given. Raises UsageFailed where none was."""
    if not api_key:
        raise UsageFailed(
            "A server is asked with a key: give --api-key or set TAXIMETER_API_KEY. "
            "'taximeter keys create' makes one."
        )
    return api_key


class ServerApi:
    """The API of the server at an address, with a key. Every method may raise UsageFailed."""

    def __init__(self, url: str, api_key: str) -> None:
        """Ask the server at an address; nothing is sent yet."""
        self._url = url
        self._client = httpx2.Client(
            base_url=url, auth=(api_key, ""), timeout=_TIMEOUT_SECONDS, trust_env=False
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get(self, path: str, params: Mapping[str, str]) -> dict[str, Any]:
        """Return the object at an address."""
        return self._answer(lambda: self._client.get(path, params=dict(params)))

    def post(self, path: str, form: Mapping[str, str]) -> dict[str, Any]:
        """Send a form, and return the object that it is answered with."""
        return self._answer(lambda: self._client.post(path, data=dict(form)))

    def pages(self, path: str, filters: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        """Yield the objects of a list, page by page, however many."""
        asked = {**filters, "limit": "100"}
        while True:
            page = self.get(path, asked)
            yield from page["data"]
            if not page["has_more"]:
                return
            asked["starting_after"] = page["data"][-1]["id"]

    def _answer(self, send: Callable[[], httpx2.Response]) -> dict[str, Any]:
        try:
            answer = send()
            found: dict[str, Any] = msgspec.json.decode(answer.content)
            if answer.status_code == 200:
                return found
            message = found["error"]["message"]
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol):
            raise UsageFailed(
                f"{self._url} is not an address. Give one such as http://127.0.0.1:4242 with --url."
            ) from None
        except httpx2.TransportError as error:
            raise UsageFailed(
                f"No server answers at {self._url} ({str(error) or type(error).__name__}). Start "
                "one with 'taximeter serve', name another with --url, or read a stopped server's "
                "files with --data."
            ) from None
        except (msgspec.DecodeError, KeyError, TypeError):
            raise UsageFailed(
                f"What answers at {self._url} is not a Taximeter server. Name one with --url."
            ) from None
        if answer.status_code == 401:
            raise UsageFailed(
                f"{message}. Give a key that the server knows with --api-key or TAXIMETER_API_KEY; "
                "'taximeter keys create' makes one."
            )
        raise UsageFailed(message)

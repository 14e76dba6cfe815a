"""Reading request bodies: how long one may be and take, and how much all of them may hold."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from taximeter.errors import BodyTooLarge, InvalidRequest, Overloaded, RequestTimeout
from taximeter.settings import Settings

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]


class Disconnected(Exception):
    """The client went away before its request was read."""


class Held:
    """How many bytes of one request's body are held; they count until the request has ended."""

    __slots__ = ("size",)

    def __init__(self) -> None:
        self.size = 0


class Bodies:
    """The bodies of all requests that are under way; used from the event loop alone."""

    def __init__(self, settings: Settings) -> None:
        """Keep to the settings' limits."""
        self._body_bytes_max = settings.body_bytes_max
        self._bodies_bytes_max = settings.bodies_bytes_max
        self._seconds_max = settings.request_seconds_max
        self._held = 0

    async def read(self, headers: dict[bytes, bytes], receive: Receive, held: Held) -> bytes:
        """Read a body whole; what it takes counts until `held` is released.

        What arrives counts, not what is declared: a sender cannot take room with a promise. The
        time is looked at whenever something arrives, and that may be nothing: a timer for each
        request would cost more than all the rest of this.

        Raises Disconnected, InvalidRequest, BodyTooLarge, RequestTimeout, and Overloaded when the
        bodies under way hold as much as they may.
        """
        declared = headers.get(b"content-length", b"0")
        if not declared.isdigit():
            raise InvalidRequest("Invalid request: the Content-Length header is not a number.")
        if len(declared) > 18 or int(declared) > self._body_bytes_max:
            raise self._too_large()
        body = bytearray()  # pieces of a byte each, kept as they came, would take 40 times as much
        begun = asyncio.get_running_loop().time()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Disconnected
            chunk: bytes = message.get("body", b"")
            held.size += len(chunk)
            self._held += len(chunk)
            if held.size > self._body_bytes_max:
                raise self._too_large()
            if self._held > self._bodies_bytes_max:
                raise Overloaded(
                    "The requests under way hold as much memory as they may. Nothing of this one "
                    "was recorded; send it again in a moment."
                )
            if not message.get("more_body", False):
                return bytes(body + chunk) if body else chunk
            body += chunk
            if asyncio.get_running_loop().time() - begun > self._seconds_max:
                raise RequestTimeout(
                    f"The request body did not arrive within {self._seconds_max} seconds. Nothing "
                    "was recorded; send the request again."
                )

    def release(self, held: Held) -> None:
        """Count a body no longer: its request has ended."""
        self._held -= held.size

    def _too_large(self) -> BodyTooLarge:
        return BodyTooLarge(
            f"The request body is larger than {self._body_bytes_max} bytes. Send less at a time, "
            "or raise TAXIMETER_BODY_BYTES_MAX."
        )

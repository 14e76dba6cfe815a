"""One kept-alive connection: sends a request, and reads of the answer its status and length."""

import asyncio
from collections.abc import Callable
from time import perf_counter
from typing import TypeAlias, cast

Answered: TypeAlias = Callable[["Connection", float, bool], None]
"""Told of an answer: on which connection, at which moment, whether it was a 200."""

_LENGTH = b"content-length: "


class Connection(asyncio.Protocol):
    """Carries one request at a time; `since` is the moment that its latency counts from."""

    def __init__(self, answered: Answered) -> None:
        self._answered = answered
        self._received = b""
        self._transport: asyncio.Transport
        self._closing = False
        self.since = 0.0
        self.lost = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name

    def send(self, request: bytes, since: float) -> None:
        self.since = since
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        received = self._received + data if self._received else data
        end = received.find(b"\r\n\r\n")
        if end < 0:
            self._received = received
            return
        start = received.lower().find(_LENGTH) + len(_LENGTH)
        if len(received) < end + 4 + int(received[start : received.find(b"\r", start)]):
            self._received = received
            return
        self._received = b""
        self._answered(self, perf_counter(), received[9:12] == b"200")

    def close(self) -> None:
        self._closing = True
        self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._closing and not self.lost.done():
            self.lost.set_exception(exc or ConnectionError("the server closed a connection"))

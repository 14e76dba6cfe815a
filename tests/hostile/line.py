"""A raw line to a server: bytes out, bytes in, as slow or as broken as a test wants it."""

import json
import select
import socket
import struct
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

from stripe.billing import Meter

from taximeter.api.http import API_VERSION
from tests.serving import TEST_KEY

SECONDS_MAX = 60
KEY = f"Authorization: Bearer {TEST_KEY}\r\n".encode()
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
POST = b"POST /v1/billing/meter_events HTTP/1.1\r\nHost: x\r\n" + KEY + FORM
GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


def event_request(meter: Meter, customer: str, identifier: str, value: int = 1) -> bytes:
    """A whole request that records an event."""
    body = (
        f"event_name={meter.event_name}&identifier={identifier}&payload[value]={value}"
        f"&payload[stripe_customer_id]={customer}"
    ).encode()
    return POST + b"Content-Length: %d\r\n\r\n" % len(body) + body


def stream_request(token: str, events: list[dict[str, Any]]) -> bytes:
    """A whole request that sends events through the stream."""
    body = json.dumps({"events": events}).encode()
    return (
        b"POST /v2/billing/meter_event_stream HTTP/1.1\r\nHost: x\r\n"
        + f"Authorization: Bearer {token}\r\nStripe-Version: {API_VERSION}\r\n".encode()
        + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        + body
    )


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def error(self) -> Any:
        """The error in it."""
        return json.loads(self.body)["error"]


class Line:
    """One connection; leaving the block closes it."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.socket = socket.create_connection(
            (parts.hostname or "", parts.port or 0), timeout=SECONDS_MAX
        )
        self._unread = b""

    def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.socket.sendall(piece)

    def answer(self) -> Answer:
        """The next answer, whole."""
        while b"\r\n\r\n" not in self._unread:
            self._read()
        head, _, rest = self._unread.partition(b"\r\n\r\n")
        first, *others = head.decode().split("\r\n")
        headers = dict(one.lower().split(": ", 1) for one in others)
        self._unread = rest
        length = int(headers.get("content-length", "0"))
        while len(self._unread) < length:
            self._read()
        body, self._unread = self._unread[:length], self._unread[length:]
        return Answer(int(first.split()[1]), headers, body)

    def _read(self) -> None:
        chunk = self.socket.recv(65_536)
        assert chunk, f"the line ended after {self._unread!r}"
        self._unread += chunk

    def rest(self) -> bytes:
        """What comes until the other side closes, cleanly or not."""
        received, self._unread = self._unread, b""
        try:
            while chunk := self.socket.recv(65_536):
                received += chunk
        except ConnectionError:
            pass
        return received

    def trickle(self, piece: bytes) -> bytes:
        """Send a piece again and again, slowly, until the other side closes; what it said."""
        received = b""
        try:
            while True:
                readable, _, _ = select.select([self.socket], [], [], 0.1)
                if readable:
                    chunk = self.socket.recv(65_536)
                    if not chunk:
                        return received
                    received += chunk
                else:
                    self.socket.sendall(piece)
        except ConnectionError:
            return received

    def cut(self) -> None:
        """Go away without a word, as a machine does that loses its network."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.socket.close()

"""A connection that ends when its other side takes too long, or sends or asks too much.

uvicorn waits for headers, bodies and readers for as long as they like, and keeps headers of any
length. Each connection here notes by when what it waits for has to have come; one sweep a second
over all of them ends those whose time is up, so that a request costs no timer.
"""

import asyncio
import math
from collections.abc import Iterable

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from taximeter.api.error_reply import error_reply
from taximeter.errors import ApiError, HeadersTooLarge, InvalidRequest, Overloaded
from taximeter.settings import Settings

SWEEP_SECONDS = 1.0
BODY_GRACE_SECONDS = 5
"""How long the edge, which answers a slow body with 408, is woken before the connection is cut."""

PIPELINED_MAX = 64
"""Requests of one connection that wait for the answer to another one."""

_HEAD_END = b"\r\n\r\n"


class Watch:
    """The limits of all connections, and the time as of the last sweep over them."""

    def __init__(self, settings: Settings, *, connections_max: int) -> None:
        """Take the limits; `connections_max` may be lower than the setting where files are few."""
        self.connections_max = connections_max
        self.header_bytes_max = settings.header_bytes_max
        self.request_seconds_max = settings.request_seconds_max
        self.idle_seconds_max = settings.idle_seconds_max
        self.now = 0.0

    async def run(self, connections: Iterable[object]) -> None:
        """Sweep until cancelled."""
        loop = asyncio.get_running_loop()
        self.now = loop.time()
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.now = loop.time()
            for connection in list(connections):
                if isinstance(connection, Connection):
                    connection.end_if_overdue()


class Connection(HttpToolsProtocol):
    """uvicorn's connection with an end to its patience; `watched_by` gives it its watch."""

    watch: Watch

    _deadline = math.inf
    _stuck_since: float | None = None
    _awaits_head = True
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn narrows it, and we with it
        """Take the connection in, or turn it away where there are too many."""
        super().connection_made(transport)
        self._deadline = self.watch.now + self.watch.idle_seconds_max
        if len(self.connections) > self.watch.connections_max:
            self._refuse(
                Overloaded(
                    "Too many connections are open. Close idle ones and send the request again."
                )
            )

    def data_received(self, data: bytes) -> None:
        """Parse what came, unless it makes the headers too long."""
        if self._awaits_head:
            room = self.watch.header_bytes_max - self._head_bytes
            self._head_bytes += len(data)
            if len(data) > room and data.find(_HEAD_END, 0, room + len(_HEAD_END)) < 0:
                limit = self.watch.header_bytes_max
                self._refuse(
                    HeadersTooLarge(
                        f"The request's headers are larger than {limit} bytes. Send parameters "
                        "in the body."
                    )
                )
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Give the headers their time."""
        super().on_message_begin()
        self._deadline = self.watch.now + self.watch.request_seconds_max

    def on_headers_complete(self) -> None:
        """Start the request and give its body its time."""
        super().on_headers_complete()
        self._awaits_head = False
        self._head_bytes = 0
        self.headers = _NO_TRAILERS
        self._deadline = self.watch.now + self.watch.request_seconds_max + BODY_GRACE_SECONDS
        if len(self.pipeline) > PIPELINED_MAX:
            raise _TooManyPipelinedError

    def on_message_complete(self) -> None:
        """Wait for nothing more: the next move is ours, or the request has been answered."""
        super().on_message_complete()
        self._awaits_head = True
        self._wait_for_next()

    def on_response_complete(self) -> None:
        """Wait for the next request, once the body of this one has ended."""
        super().on_response_complete()
        if self._awaits_head:
            self._wait_for_next()

    def _wait_for_next(self) -> None:
        answered = self.cycle.response_complete
        self._deadline = self.watch.now + self.watch.idle_seconds_max if answered else math.inf

    def end_if_overdue(self) -> None:
        """Close the connection when what it waits for has not come in time.

        One that does not take its answers is cut off: closing would wait for it to take them.
        """
        now = self.watch.now
        if not (self.transport.is_closing() or self.transport.get_write_buffer_size()):
            self._stuck_since = None
            if now > self._deadline:
                self.transport.close()
            elif not self._awaits_head and now > self._deadline - BODY_GRACE_SECONDS:
                # The edge is handed an empty piece of the body, and sees what time it is.
                self.cycle.message_event.set()
        elif self._stuck_since is None:
            self._stuck_since = now
        elif now > self._stuck_since + self.watch.request_seconds_max:
            self.transport.abort()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP."""
        self._refuse(InvalidRequest(f"{msg} This port speaks HTTP/1.1, without TLS."))

    def _refuse(self, error: ApiError) -> None:
        """Answer without having read a request, and close."""
        reply = error_reply(error)
        head = [(b"content-type", b"application/json"), *reply.headers]
        head += [(b"content-length", str(len(reply.body)).encode()), (b"connection", b"close")]
        lines = [b"%b: %b\r\n" % header for header in head]
        self.transport.write(b"".join([STATUS_LINE[reply.status], *lines, b"\r\n", reply.body]))
        self.transport.close()


class _TooManyPipelinedError(Exception):
    """More requests were sent on one connection than are kept while one is answered."""


class _Nowhere(list[tuple[bytes, bytes]]):
    """Where headers go that come after a body: nobody reads them, and none is kept."""

    def append(self, header: tuple[bytes, bytes]) -> None:
        pass


_NO_TRAILERS = _Nowhere()


def watched_by(watch: Watch) -> type[Connection]:
    """Return the connection class of a server."""
    return type("WatchedConnection", (Connection,), {"watch": watch})

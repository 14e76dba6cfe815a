"""One connection to a destination, on which one request at a time is answered, or not.

The answer counts once its status and headers have arrived. Of its body so much is read as is kept
in the log: what is endless or slow is cut off.
"""

import asyncio

import httptools
import msgspec

from taximeter.webhooks.connect import AttemptFailed

HEAD_BYTES_MAX = 65_536
_FRAMED = {b"content-length", b"transfer-encoding"}


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What was answered; `error` says why the body is not whole."""

    status: int
    body: bytes
    error: str | None = None


class NothingAnswered(AttemptFailed):
    """The connection was closed before the first byte of an answer.

    On one that was used before, this may mean no more than that it had been idle for too long.
    """


class Exchange(asyncio.Protocol):
    """A connection; `open` says whether another request can be sent on it."""

    def __init__(self, *, body_bytes_max: int) -> None:
        """Keep up to `body_bytes_max` of each answer's body."""
        self._body_bytes_max = body_bytes_max
        self._transport: asyncio.Transport | None = None
        self._answered: asyncio.Future[Answer] | None = None
        self._begin()

    def _begin(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._status: int | None = None
        self._framed = False
        self._body = bytearray()
        self._received = 0

    @property
    def open(self) -> bool:
        """Say whether the connection stands."""
        return self._transport is not None and not self._transport.is_closing()

    async def ask(self, request: bytes, *, seconds_max: float) -> Answer:
        """Send a request and return the answer. Raises AttemptFailed."""
        if self._transport is None or self._transport.is_closing():
            raise NothingAnswered("The connection was closed without an answer.")
        self._begin()
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        try:
            async with asyncio.timeout(seconds_max):
                return await self._answered
        except TimeoutError:
            self.close()
            if self._status is None:
                raise AttemptFailed("No answer came in time.") from None
            return self._answer("The body of the answer did not end in time.")
        finally:
            self._answered = None

    def close(self) -> None:
        """Close the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection."""
        assert isinstance(transport, asyncio.Transport), "connections are streams"
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Read on in the answer."""
        if self._answered is None or self._answered.done():
            self.close()  # nobody has asked for more
            return
        self._received += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._fail(AttemptFailed("The answer asks for another protocol."))
        except httptools.HttpParserError:
            if self._status is None:
                self._fail(AttemptFailed("What was answered is not HTTP."))
            else:
                self._finish("The body of the answer is not HTTP.")
        if self._status is None and self._received > HEAD_BYTES_MAX:
            self._fail(AttemptFailed("The headers of the answer do not end."))

    def eof_received(self) -> None:
        """Take the end for that of the body, if nothing else says where it ends."""
        self._ended()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits that nothing more comes."""
        self._ended()

    def _ended(self) -> None:
        if self._status is not None:
            self._finish("The body of the answer broke off." if self._framed else None)
        elif self._received:
            self._fail(AttemptFailed("The answer broke off."))
        else:
            self._fail(NothingAnswered("The connection was closed without an answer."))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note whether the length of the body is told."""
        if name.lower() in _FRAMED:
            self._framed = True

    def on_headers_complete(self) -> None:
        """Note the status, unless the true answer is still to come."""
        status = self._parser.get_status_code()
        if status >= 200:
            self._status = status

    def on_body(self, body: bytes) -> None:
        """Keep what there is room for."""
        self._body += body[: self._body_bytes_max - len(self._body)]
        if len(self._body) == self._body_bytes_max:
            self._finish(None)

    def on_message_complete(self) -> None:
        """Hand the answer over; the connection is kept if the other side keeps it."""
        if self._status is None:
            self._framed = False
        elif self._answered is not None and not self._answered.done():
            self._answered.set_result(self._answer(None))
            if not self._parser.should_keep_alive():
                self.close()

    def _finish(self, error: str | None) -> None:
        """Hand over an answer that is not read to its end."""
        if self._answered is not None and not self._answered.done():
            self._answered.set_result(self._answer(error))
        self.close()

    def _fail(self, failure: AttemptFailed) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(failure)
        self.close()

    def _answer(self, error: str | None) -> Answer:
        assert self._status is not None, "an answer has a status"
        return Answer(status=self._status, body=bytes(self._body), error=error)

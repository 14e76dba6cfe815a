"""Posting an event's body to a destination, and telling how that ended."""

import asyncio
from urllib.parse import urlsplit

import msgspec
import structlog

from taximeter import __version__
from taximeter.kit.clock import MICROSECONDS, Clock, now_s
from taximeter.settings import Settings
from taximeter.webhooks.connect import AttemptFailed, Connector
from taximeter.webhooks.delivery import Delivery
from taximeter.webhooks.destination import EventDestination
from taximeter.webhooks.exchange import Answer, Exchange, NothingAnswered
from taximeter.webhooks.outcome import Outcome
from taximeter.webhooks.sign import HEADER, signature

log = structlog.get_logger()


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery that is due, and what is to be handed over."""

    delivery: Delivery
    body: bytes


class Line:
    """Posts to one destination, one parcel after the other, on a connection that it keeps."""

    def __init__(self, *, connector: Connector, clock: Clock, settings: Settings) -> None:
        """Connect when there is something to post."""
        self._connector = connector
        self._clock = clock
        self._settings = settings
        self._exchange: Exchange | None = None
        self._url = ""

    async def post(self, parcel: Parcel, destination: EventDestination) -> Outcome:
        """Make one attempt; whatever goes wrong is part of the outcome."""
        loop = asyncio.get_running_loop()
        started_us, started = self._clock.now_us(), loop.time()
        answer: Answer | None = None
        error: str | None = None
        try:
            answer = await self._attempt(destination, _request(parcel, destination, self._clock))
            error = answer.error
        except AttemptFailed as failed:
            error = str(failed)
        except Exception:
            # The edge of deliveries: one that we fail at counts as failed, and is tried again.
            log.exception("delivery failed", delivery=parcel.delivery.id)
            error = "The server failed; its log says why."
        if answer is not None and error is None and 300 <= answer.status < 400:
            error = "Redirects are not followed; give the address that they lead to."
        return Outcome(
            delivery=parcel.delivery,
            started_us=started_us,
            ended_us=max(self._clock.now_us(), started_us),
            duration_us=round((loop.time() - started) * MICROSECONDS),
            response_status=None if answer is None else answer.status,
            response_body=None if answer is None else _text(answer.body),
            error=error,
        )

    async def _attempt(self, destination: EventDestination, request: bytes) -> Answer:
        """Ask on the connection that is there, and on a new one if that turns out to be dead."""
        seconds_max = self._settings.webhook_response_seconds_max
        if self._exchange is not None and self._exchange.open and self._url == destination.url:
            try:
                return await self._exchange.ask(request, seconds_max=seconds_max)
            except NothingAnswered:
                pass
        self.close()
        self._url = destination.url
        self._exchange = await self._connector.connect(destination.url, self._new_exchange)
        return await self._exchange.ask(request, seconds_max=seconds_max)

    def _new_exchange(self) -> Exchange:
        return Exchange(body_bytes_max=self._settings.webhook_response_bytes_max)

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._exchange is not None:
            self._exchange.close()
            self._exchange = None


def _request(parcel: Parcel, destination: EventDestination, clock: Clock) -> bytes:
    parts = urlsplit(destination.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    signed = signature(destination.secrets, parcel.body, now=now_s(clock))
    head = (
        f"POST {target} HTTP/1.1\r\n"
        f"Host: {parts.netloc}\r\n"
        f"User-Agent: Taximeter/{__version__}\r\n"
        "Accept: */*\r\n"
        "Content-Type: application/json; charset=utf-8\r\n"
        f"Content-Length: {len(parcel.body)}\r\n"
        f"{HEADER}: {signed}\r\n"
        "\r\n"
    )
    return head.encode("ascii") + parcel.body


def _text(body: bytes) -> str:
    """Return what can be kept of a body as text; NUL cannot."""
    return body.decode(errors="replace").replace("\x00", "\ufffd")

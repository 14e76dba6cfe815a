"""The edge with its requests noted: what was asked and how it ended goes to the request log."""

import msgspec

from taximeter.api import stream
from taximeter.api.bodies import Message, Receive
from taximeter.api.edge import Asgi, Scope, Send
from taximeter.api.http import Incoming
from taximeter.api.request_log import RequestError, RequestLog
from taximeter.api.routes import HOT_PATHS
from taximeter.kit.clock import Clock

_OURS = ("/v1/", "/v2/")


class _Refusal(msgspec.Struct):
    error: RequestError


class LoggedEdge:
    """Another application, and beside it the log.

    Streams that were taken are left out: there may be thousands in a second, and what became of
    their events is told elsewhere.
    """

    def __init__(self, edge: Asgi, *, requests: RequestLog, clock: Clock) -> None:
        """Note what `edge` answers below the API's addresses."""
        self._edge = edge
        self._requests = requests
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if not (scope["type"] == "http" and scope["path"].startswith(_OURS)):
            await self._edge(scope, receive, send)
            return
        begun_us = self._clock.now_us()
        status = 0
        error: RequestError | None = None

        async def noticing(message: Message) -> None:
            nonlocal status, error
            if message["type"] == "http.response.start":
                status = message["status"]
            elif status >= 400 and error is None:
                error = _refusal(message.get("body", b""))
            await send(message)

        await self._edge(scope, receive, noticing)
        incoming: Incoming | None = scope.get("taximeter")
        if incoming is None or not status:
            return
        hot = scope["method"] in HOT_PATHS.get(scope["path"], ())
        if hot and error is None and scope["path"] == stream.PATH:
            return
        self._requests.note(
            incoming,
            at_us=begun_us,
            duration_us=max(0, self._clock.now_us() - begun_us),
            status=status,
            error=error,
            hot=hot,
        )


def _refusal(body: bytes) -> RequestError:
    try:
        return msgspec.json.decode(body, type=_Refusal).error
    except msgspec.MsgspecError:
        return RequestError()

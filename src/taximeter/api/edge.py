"""The raw ASGI edge: reads the body, answers the hot path itself, renders every error.

Every answer leaves here with a `Request-Id` and `Stripe-Version`; whatever goes wrong leaves in
Stripe's shape. What the edge cannot explain is logged under the request's id and answered with 500.
"""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import structlog

from taximeter.api import stream
from taximeter.api.authorizing import Authorizing
from taximeter.api.bodies import Bodies, Disconnected, Held, Message, Receive
from taximeter.api.error_reply import error_reply
from taximeter.api.http import API_VERSION, V2, Incoming, Reply
from taximeter.api.recording import Recording, RecordingV2
from taximeter.api.resources import authorizations, meter_events, meter_events_v2
from taximeter.api.services import Services
from taximeter.api.stream import Stream
from taximeter.errors import ApiError, Internal, InvalidRequest, StorageFailed
from taximeter.ingest.log import LogFailed
from taximeter.kit.ids import new_request_id

Scope = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]
Hot = Callable[[Incoming], Awaitable[Reply]]

_VERSION = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(\.[a-z_]+)?(;.*)?", re.ASCII)
_JSON = (b"content-type", b"application/json")
_NOT_CACHED = (b"cache-control", b"no-cache, no-store")
_CLOSE = (b"connection", b"close")
"""Said where a body is not waited for any more, so that it may or may not follow."""

log = structlog.get_logger()


class Edge:
    """The ASGI application: hot paths here, everything else to the route table."""

    def __init__(self, *, services: Services, routes: Asgi) -> None:
        """Serve the parts of one server."""
        self._services = services
        self._routes = routes
        self._bodies = Bodies(services.settings)
        self._hot: dict[tuple[str, str], Hot] = {
            ("POST", meter_events.PATH): Recording(services),
            ("POST", meter_events_v2.PATH): RecordingV2(services),
            ("POST", stream.PATH): Stream(services),
            ("POST", authorizations.PATH): Authorizing(services),
        }

    @property
    def bodies(self) -> Bodies:
        """Return what counts the bodies under way, for others who read some."""
        return self._bodies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection's request; `lifespan` is answered by the server's owner."""
        if scope["type"] != "http":
            return
        request_id = new_request_id()
        headers = dict(scope["headers"])
        v2 = scope["path"].startswith(V2)
        fixed = [
            (b"request-id", request_id.encode()),
            (b"stripe-version", headers.get(b"stripe-version", API_VERSION.encode())),
            _NOT_CACHED,
        ]
        if (key := headers.get(b"idempotency-key")) is not None:
            fixed.append((b"idempotency-key", key))
        held = Held()
        try:
            incoming = Incoming(
                id=request_id,
                method=scope["method"],
                path=scope["path"],
                query=scope["query_string"],
                headers=headers,
                body=await self._bodies.read(headers, receive, held),
            )
            scope["taximeter"] = incoming
            _check_version(incoming)
            hot = self._hot.get((incoming.method, incoming.path))
            if hot is None:
                await self._delegate(scope, incoming, send, fixed)
                return
            reply = await hot(incoming)
        except Disconnected:
            return
        except ApiError as error:
            reply = error_reply(error, v2=v2)
            if error.status == 408 or b"expect" in headers:
                fixed.append(_CLOSE)
        except LogFailed as failure:
            log.error("usage log failed", request_id=request_id, error=str(failure))
            reply = error_reply(
                StorageFailed("The usage log could not be read. Send the request again."), v2=v2
            )
        except Exception:
            log.exception("request failed", request_id=request_id, path=scope["path"])
            reply = error_reply(
                Internal(
                    "Something went wrong on our side. Send the request again; if it fails again, "
                    f"look for {request_id} in the server's log."
                ),
                v2=v2,
            )
        finally:
            self._bodies.release(held)
        await _send(send, reply, fixed)

    async def _delegate(
        self, scope: Scope, incoming: Incoming, send: Send, fixed: list[tuple[bytes, bytes]]
    ) -> None:
        async def nothing_more() -> Message:
            return {"type": "http.disconnect"}

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *fixed]
            await send(message)

        await self._routes(scope, nothing_more, send_with_headers)


def _check_version(incoming: Incoming) -> None:
    version = incoming.header(b"stripe-version")
    if version is None and incoming.v2:
        raise InvalidRequest(
            "The Stripe-Version header is missing. The v2 API needs it: send a version such as "
            f"{API_VERSION}."
        )
    if version is not None and not _VERSION.fullmatch(version):
        raise InvalidRequest(
            f"Invalid Stripe API version: {version}. Send a version such as {API_VERSION}, or "
            "leave the Stripe-Version header out."
        )
    if b"stripe-account" in incoming.headers or b"stripe-context" in incoming.headers:
        raise InvalidRequest(
            "Connected accounts are not supported: the Stripe-Account and Stripe-Context headers "
            "would be ignored. Use a key of the environment that the usage belongs to."
        )


async def _send(send: Send, reply: Reply, fixed: list[tuple[bytes, bytes]]) -> None:
    length = (b"content-length", str(len(reply.body)).encode())
    await send(
        {
            "type": "http.response.start",
            "status": reply.status,
            "headers": [_JSON, length, *reply.headers, *fixed],
        }
    )
    await send({"type": "http.response.body", "body": reply.body})

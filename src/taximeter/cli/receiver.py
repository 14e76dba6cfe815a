"""A receiver of webhooks beside the worked example, so that there is somebody to be told.

It takes whatever it is sent, in the demo's own process and on loopback, and keeps nothing.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx2

from taximeter.cli.asking import ask, listed

DESCRIPTION = "The demo's own receiver"
_BODY_BYTES_MAX = 4_194_304
_TAKEN = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 5\r\n\r\ntaken"


@asynccontextmanager
async def receiving() -> AsyncIterator[str]:
    """Receive while the block runs; gives the address to deliver to."""
    server = await asyncio.start_server(_answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/webhooks"
    finally:
        server.close()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = _length(head)
            if length > _BODY_BYTES_MAX:
                break
            await reader.readexactly(length)
            writer.write(_TAKEN)
            await writer.drain()
    writer.close()


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name == b"content-length":
            return int(value)
    return 0


async def tell(client: httpx2.AsyncClient, url: str) -> None:
    """Have the server tell a receiver of every event. Raises Refused, httpx2.TransportError."""
    async for one in listed(client, "/v1/webhook_endpoints", {}):
        if one["description"] == DESCRIPTION:
            await ask(client, "POST", f"/v1/webhook_endpoints/{one['id']}", {"url": url})
            return
    made = {"url": url, "description": DESCRIPTION, "enabled_events[0]": "*"}
    await ask(client, "POST", "/v1/webhook_endpoints", made)

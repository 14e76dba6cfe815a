"""A server that does nothing with what it is sent: `python -m benchmarks.generator.nothing`.

What a run against it costs is what the generator costs.
"""

import asyncio
from typing import cast

import uvloop

from benchmarks.generator.session import SESSION_PATH

_LENGTH = b"content-length: "
_ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s"
_SESSION = b'{"authentication_token":"none is needed"}'


class _Nothing(asyncio.Protocol):
    """Reads a request to its end by its length, and answers."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name
        self._left = 0
        self._body = b"{}"

    def data_received(self, data: bytes) -> None:
        if self._left:
            self._left -= len(data)
        else:
            end = data.find(b"\r\n\r\n") + 4
            start = data[:end].lower().find(_LENGTH) + len(_LENGTH)
            length = int(data[start : data.find(b"\r", start)]) if start >= len(_LENGTH) else 0
            self._left = end + length - len(data)
            session = data.startswith(f"POST {SESSION_PATH}".encode())
            self._body = _SESSION if session else b"{}"
        if not self._left:
            self._transport.write(_ANSWER % (len(self._body), self._body))


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Nothing, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    print(f"http://{host}:{port}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve())

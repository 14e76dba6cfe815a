"""A receiver of webhooks in a process of its own: `python -m benchmarks.receiving COUNT`.

It prints its address, answers 200 to what comes to any path but `/hangs`, and once so many have
come it prints when each came, in seconds of the machine's monotonic clock.
"""

import asyncio
import json
import sys
from time import monotonic

import httptools

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Receiving(asyncio.Protocol):
    """One connection."""

    def __init__(self, came: list[float], enough: asyncio.Event, count: int) -> None:
        self._came = came
        self._enough = enough
        self._count = count
        self._hangs = False
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        self._hangs = url == b"/hangs"

    def on_message_complete(self) -> None:
        if self._hangs:
            return
        self._transport.write(_ANSWER)
        self._came.append(monotonic())
        if len(self._came) == self._count:
            self._enough.set()


async def main(count: int) -> None:
    came: list[float] = []
    enough = asyncio.Event()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Receiving(came, enough, count), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await enough.wait()
    print(json.dumps(came), flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))

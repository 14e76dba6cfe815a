"""A receiver of webhooks: a real server in a thread, which behaves or misbehaves as it is told."""

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import suppress
from types import TracebackType
from typing import Self

import msgspec

WAIT_SECONDS_MAX = 60

_STEPS_TO_BEGIN = 10
"""More than the steps of the event loop from a connection that is accepted to its caller."""


class Received(msgspec.Struct, frozen=True):
    """A request as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes


class Caller(msgspec.Struct, frozen=True):
    """Whoever waits for an answer."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    released: asyncio.Event

    async def send(self, raw: bytes) -> None:
        """Write bytes, whatever they are."""
        self.writer.write(raw)
        await self.writer.drain()


Behavior = Callable[[Received, Caller], Awaitable[None]]


def answering(status: int, body: bytes = b"", *headers: str) -> Behavior:
    """Answer as a server should."""

    async def behave(received: Received, caller: Caller) -> None:
        lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", *headers]
        await caller.send("\r\n".join([*lines, "", ""]).encode() + body)

    return behave


def saying(raw: bytes) -> Behavior:
    """Send some bytes and close the connection."""

    async def behave(received: Received, caller: Caller) -> None:
        await caller.send(raw)
        caller.writer.close()

    return behave


async def hanging(received: Received, caller: Caller) -> None:
    """Answer nothing, and close the connection once the receiver lets go."""
    await caller.released.wait()
    caller.writer.close()


class Receiver:
    """Listens on loopback; leaving the block stops it, and lets go of whatever hangs."""

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._behaviors: dict[str, Behavior] = {}
        self._received: list[Received] = []
        self._changed = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="receiver")
        self._stop = asyncio.Event()
        self._released = asyncio.Event()
        self._started: Future[int] = Future()
        self._callers: set[asyncio.Task[None]] = set()
        self.port = 0
        self.connections = 0

    def url(self, path: str = "/hook") -> str:
        """Return the address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    def behave(self, path: str, behavior: Behavior) -> None:
        """Answer requests of a path from now on like this; without it, 200."""
        self._behaviors[path] = behavior

    def received(self, path: str | None = None) -> list[Received]:
        """Return what has come in, the earliest first."""
        with self._changed:
            return [one for one in self._received if path in (None, one.path)]

    def wait_for(self, count: int, path: str | None = None) -> list[Received]:
        """Return what has come in once it is as many."""
        with self._changed:
            came = self._changed.wait_for(
                lambda: sum(path in (None, one.path) for one in self._received) >= count,
                WAIT_SECONDS_MAX,
            )
        assert came, f"{len(self.received(path))} of {count} came in"
        return self.received(path)

    def release(self) -> None:
        """Let go of whatever hangs."""
        self._loop.call_soon_threadsafe(self._released.set)

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._call, "127.0.0.1", 0, ssl=self._tls)
        self._started.set_result(server.sockets[0].getsockname()[1])
        everyone_gone = asyncio.ensure_future(server.wait_closed())
        await self._stop.wait()
        # A connection that is accepted when the server closes is forgotten, and stays open.
        for _ in range(_STEPS_TO_BEGIN):
            await asyncio.sleep(0)  # whoever is let in just now goes on until it has begun
        server.close()
        for caller in self._callers:
            caller.cancel()
        await asyncio.gather(*self._callers, return_exceptions=True)
        # Also those whose handshake failed, of whom nobody was told.
        await asyncio.wait([everyone_gone], timeout=WAIT_SECONDS_MAX)

    async def _call(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._callers.add(task)
        self.connections += 1
        try:
            while not writer.is_closing():
                received = await _read(reader)
                with self._changed:
                    self._received.append(received)
                    self._changed.notify_all()
                behavior = self._behaviors.get(received.path, _FINE)
                await behavior(received, Caller(reader, writer, self._released))
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            if self._stop.is_set():
                writer.transport.abort()
            with suppress(OSError):
                await writer.wait_closed()
            self._callers.discard(task)

    def __enter__(self) -> Self:
        self._thread.start()
        self.port = self._started.result(WAIT_SECONDS_MAX)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()


_FINE = answering(200)


async def _read(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (one.partition(": ") for one in lines)}
    body = await reader.readexactly(int(headers["content-length"]))
    return Received(first.split(" ")[1], headers, body)

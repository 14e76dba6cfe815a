"""The load generator: `python -m benchmarks.load ADDRESS CONNECTIONS SECONDS WARM_UP CUSTOMERS`.

It shares the machine with the server, so it does as little as it can: a request is put together
from bytes made beforehand, and of an answer only the status and the length are read. Each
connection has one request under way; each event has an identifier and an idempotency key of its
own, as those that Stripe's SDK sends.
"""

import asyncio
import itertools
import secrets
import sys
from functools import partial
from time import perf_counter
from typing import cast
from urllib.parse import urlsplit

import msgspec
import uvloop

from benchmarks.served import KEY, Measured
from benchmarks.stored import EVENT_NAME, customer_id
from benchmarks.table import percentile

_LENGTH = b"content-length: "


class Requests:
    """Requests without end, each for the next customer and with new identities."""

    def __init__(self, host: str, customers: int) -> None:
        self._run = secrets.token_hex(8)
        self._numbers = itertools.count()
        self._head = (
            f"POST /v1/billing/meter_events HTTP/1.1\r\nHost: {host}\r\n"
            f"Authorization: Bearer {KEY}\r\nStripe-Version: 2026-10-28.endive\r\n"
            "User-Agent: Stripe/v1 PythonBindings/16.1.0\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\nAccept: */*\r\n"
        )
        self._bodies = [
            f"event_name={EVENT_NAME}&payload[value]=1.25"
            f"&payload[stripe_customer_id]={customer_id(number)}&identifier="
            for number in range(customers)
        ]

    def next(self) -> bytes:
        number = next(self._numbers)
        identity = f"{self._run}{number:016x}"
        body = self._bodies[number % len(self._bodies)] + identity
        return (
            f"{self._head}Idempotency-Key: {identity}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        ).encode()


class Sender(asyncio.Protocol):
    """One connection: as soon as an answer is complete, the next request leaves."""

    def __init__(self, requests: Requests, begin: float, end: float) -> None:
        self._requests = requests
        self._begin = begin
        self._end = end
        self._sent_at = 0.0
        self._received = b""
        self._transport: asyncio.Transport
        self.latencies: list[float] = []
        self.refused = 0
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name
        self._send()

    def _send(self) -> None:
        self._sent_at = perf_counter()
        self._transport.write(self._requests.next())

    def data_received(self, data: bytes) -> None:
        received = self._received + data if self._received else data
        head = received.find(b"\r\n\r\n")
        if head < 0:
            self._received = received
            return
        start = received.find(_LENGTH) + len(_LENGTH)
        if len(received) < head + 4 + int(received[start : received.find(b"\r", start)]):
            self._received = received
            return
        self._received = b""
        now = perf_counter()
        if received[9:12] != b"200":
            self.refused += 1
        elif self._begin <= self._sent_at:
            self.latencies.append(now - self._sent_at)
        if now < self._end:
            self._send()
        else:
            self.done.set_result(None)
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server closed a connection"))


def _itself(sender: Sender) -> Sender:
    return sender


async def measure(
    address: str, *, connections: int, seconds: float, warm_up: float, customers: int
) -> Measured:
    host, port = urlsplit(address).netloc.split(":")
    loop = asyncio.get_running_loop()
    requests = Requests(host, customers)
    begin = perf_counter() + warm_up
    senders = [Sender(requests, begin, begin + seconds) for _ in range(connections)]
    for sender in senders:
        await loop.create_connection(partial(_itself, sender), host, int(port))
    await asyncio.gather(*(sender.done for sender in senders))
    took = perf_counter() - begin
    latencies = sorted(itertools.chain.from_iterable(sender.latencies for sender in senders))
    return Measured(
        requests=len(latencies),
        refused=sum(sender.refused for sender in senders),
        seconds=took,
        p50=percentile(latencies, 0.50),
        p95=percentile(latencies, 0.95),
        p99=percentile(latencies, 0.99),
    )


def main() -> None:
    address, connections, seconds, warm_up, customers = sys.argv[1:]
    measured = uvloop.run(
        measure(
            address,
            connections=int(connections),
            seconds=float(seconds),
            warm_up=float(warm_up),
            customers=int(customers),
        )
    )
    sys.stdout.buffer.write(msgspec.json.encode(measured))


if __name__ == "__main__":
    main()

"""From an event to the alert that it fires: 10,000 alerts beside a stream at a fixed rate.

Each alert watches one customer, at a threshold that one in ten comes to while the stream runs.
Times begin when the crossing event was dated, right before its commit, and so before its answer.
What evaluation costs shows in a run of the same stream without alerts.
"""

import asyncio
import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from time import sleep, time_ns
from typing import NamedTuple, cast

import msgspec
import uvloop

from benchmarks.aims import Held
from benchmarks.generator.plan import EVENTS_A_REQUEST, Shape
from benchmarks.processes import wait_until_idle
from benchmarks.reads import Reader
from benchmarks.scale import Scale
from benchmarks.served import served
from benchmarks.stored import METER, copied, customer_id
from benchmarks.streaming import Streamed, plan, stream
from benchmarks.table import milliseconds, percentile, print_table, whole
from taximeter.alerts.alert import Alert, AlertNotification, UsageThreshold
from taximeter.alerts.manage import create_alert
from taximeter.app.stores import open_stores
from taximeter.environments import TEST, find_environment
from taximeter.kit.paging import Cursor
from taximeter.settings import Settings

SECONDS_MAX = 1.0
ALERTS_A_CUSTOMER = 0.5
RATE_TIMES_BESIDE = 5
_VALUE = 500
"""What an event of the generator counts on average."""

_CROSSING = 0.1
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Run(NamedTuple):
    """One run: the stream, and how long after their events alerts were written and delivered."""

    alerts: int
    streamed: Streamed
    written: list[float]
    delivered: list[float]


class _Delivered(msgspec.Struct):
    id: str


class Receiver(asyncio.Protocol):
    """Notes when each event arrives, and answers 200."""

    def __init__(self, arrived: dict[str, int]) -> None:
        self._arrived = arrived
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head = self._received[:end].lower()
            length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
            if len(self._received) < end + 4 + length:
                return
            body = self._received[end + 4 : end + 4 + length]
            self._received = self._received[end + 4 + length :]
            self._arrived.setdefault(msgspec.json.decode(body, type=_Delivered).id, time_ns())
            self._transport.write(_ANSWER)


@contextmanager
def receiving() -> Iterator[tuple[str, dict[str, int]]]:
    """A receiver's address, and when what arrived there arrived."""
    arrived: dict[str, int] = {}
    loop = uvloop.new_event_loop()
    listener = socket.create_server(("127.0.0.1", 0))
    server = loop.run_until_complete(loop.create_server(lambda: Receiver(arrived), sock=listener))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/", arrived
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        loop.close()


def run(scale: Scale) -> list[Held]:
    alerts = int(scale.customers * ALERTS_A_CUSTOMER)
    runs = [_run(scale, 0), _run(scale, alerts)]
    print_table(
        f"{whole(_rate(scale))} events/s for {scale.sustained_seconds:g} s; alerts fire, are "
        "written, and are delivered",
        [
            "alerts",
            "events/s",
            "request p50",
            "request p99",
            "server",
            "fired",
            "written p50",
            "written p99",
            "longest",
            "delivered p50",
            "delivered p99",
            "longest",
        ],
        [_cells(one) for one in runs],
    )
    written, delivered = runs[-1].written, runs[-1].delivered
    return [
        Held(
            f"alert {what}, {alerts:,} alerts, {whole(_rate(scale))} events/s",
            f"every one < {milliseconds(SECONDS_MAX)}",
            f"p99 {milliseconds(percentile(took, 0.99))}, longest {milliseconds(max(took))}",
            max(took) < SECONDS_MAX,
        )
        for what, took in (("written", written), ("delivered", delivered))
        if took
    ]


def _cells(one: Run) -> list[object]:
    seen = one.streamed.seen
    return [
        f"{one.alerts:,}",
        whole(seen.per_second),
        milliseconds(seen.p50),
        milliseconds(seen.p99),
        f"{one.streamed.server_us_per_event:.2f} µs/event",
        f"{len(one.written):,}",
        *(cell for took in (one.written, one.delivered) for cell in _spread(took)),
    ]


def _spread(took: list[float]) -> list[str]:
    if not took:
        return ["", "", ""]
    shares = [milliseconds(percentile(took, share)) for share in (0.5, 0.99)]
    return [*shares, milliseconds(max(took))]


def _rate(scale: Scale) -> int:
    return RATE_TIMES_BESIDE * scale.beside_per_second


def _run(scale: Scale, alerts: int) -> Run:
    with copied(0, scale.customers) as data, receiving() as (address, arrived):
        _watch(data, scale, alerts)
        with served(data) as server:
            wait_until_idle(server.pid)
            reader = Reader(server.address)
            reader.post(
                "/v1/webhook_endpoints",
                {"url": address, "enabled_events[0]": "billing.alert.triggered"},
            )
            load = plan(
                server,
                scale,
                shape=Shape(customers=scale.customers),
                seconds=scale.sustained_seconds,
                events_per_second=_rate(scale),
            )
            streamed = stream(server, load)
            sleep(2 * SECONDS_MAX)
            reader.close()
        told = _told(data)
    return Run(
        alerts,
        streamed,
        sorted((one.created_us - one.received_at_us) / 1e6 for one in told),
        sorted(
            arrived[one.event] / 1e9 - one.received_at_us / 1e6
            for one in told
            if one.event in arrived
        ),
    )


def _watch(data: Path, scale: Scale, alerts: int) -> None:
    """Give customers alerts, at thresholds that are spread evenly over the run."""
    chosen = random.Random(1)
    sent = _rate(scale) * (scale.sustained_seconds + scale.warm_up_seconds)
    used = max(EVENTS_A_REQUEST, int(_VALUE * sent / scale.customers / _CROSSING))
    with open_stores(data, Settings()) as stores, stores.records.writing() as unit:
        environment = find_environment(store=unit.environments, name=TEST)
        assert environment is not None, "the test environment is always there"
        for number in range(alerts):
            create_alert(
                store=unit.alerts,
                cursors=unit.cursors,
                alert=Alert(
                    id=f"alrt_test_{number}",
                    environment=environment.id,
                    created=0,
                    title="Much used",
                    alert_type="usage_threshold",
                    active_since_us=0,
                    after_seq=0,
                    customer=customer_id(number),
                    usage_threshold=UsageThreshold(
                        meter=METER, gte=Decimal(chosen.randint(1, used)), recurrence="one_time"
                    ),
                ),
            )


def _told(data: Path) -> list[AlertNotification]:
    """What alerts told, read when the server has stopped."""
    told: list[AlertNotification] = []
    with open_stores(data, Settings()) as stores, stores.records.reading() as unit:
        environment = find_environment(store=unit.environments, name=TEST)
        assert environment is not None, "the test environment is always there"
        cursor = Cursor(limit=1_000)
        while True:
            page = unit.alert_notifications.page(environment.id, cursor, alert=None, customer=None)
            told += page.data
            if not page.has_more:
                return told
            cursor = Cursor(limit=1_000, starting_after=page.data[-1].id)

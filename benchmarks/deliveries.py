"""Deliveries: how many events a second reach a receiver, and how soon after they happened.

The receiver is a process of its own on the same cores and answers at once. Events are snapshots of
customers. For the rate they wait in the outbox when the server starts, as after an outage of the
receiver; the clock runs from the first that comes in to the last. For the time, customers are
created one after the other, and the clock runs from each request to its delivery.
"""

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import NamedTuple
from urllib.parse import urlsplit

from benchmarks.aims import Held
from benchmarks.scale import Scale
from benchmarks.served import KEY, served
from benchmarks.table import milliseconds, percentile, print_table, spread, whole
from taximeter.app.stores import open_records
from taximeter.events import Event, RelatedObject, new_event_id
from taximeter.kit.clock import SystemClock
from taximeter.webhooks.destination import EventDestination, Secret
from taximeter.webhooks.fan_out import FanOut
from taximeter.webhooks.sign import new_secret

PER_SECOND = 1_000
SECONDS_MAX = 0.050
_TRANSACTION = 1_000
_EVERY_SECONDS = 0.02
_SECONDS_MAX = 600
_TEST = 2


class Receiver(NamedTuple):
    """A receiver that runs."""

    address: str
    process: "subprocess.Popen[str]"

    def came(self) -> list[float]:
        """Return when each delivery came, once all have."""
        assert self.process.stdout is not None
        return [float(one) for one in json.loads(self.process.stdout.readline())]


def run(scale: Scale) -> list[Held]:
    waiting = scale.customers
    rows = {
        "one endpoint": ["/a"],
        "four endpoints": ["/a", "/b", "/c", "/d"],
        "one endpoint beside one that hangs": ["/a", "/hangs"],
    }
    rates = {
        name: [_rate(waiting, paths) for _ in range(scale.repeats)] for name, paths in rows.items()
    }
    print_table(
        f"{waiting:,} events that wait",
        ["to", "deliveries/s"],
        [[name, spread(some)] for name, some in rates.items()],
    )
    took = _times(scale.trials)
    print_table(
        "from a request to the delivery of what it changed",
        ["p50", "p99", "longest", "requests"],
        [
            [
                *(milliseconds(percentile(took, share)) for share in (0.5, 0.99)),
                milliseconds(max(took)),
                len(took),
            ]
        ],
    )
    slowest, late = min(map(median, rates.values())), percentile(took, 0.99)
    return [
        Held("deliveries", f"{whole(PER_SECOND)}/s", f"{whole(slowest)}/s", slowest >= PER_SECOND),
        Held(
            "from a request to its delivery, p99",
            f"< {milliseconds(SECONDS_MAX)}",
            milliseconds(late),
            late < SECONDS_MAX,
        ),
    ]


def _rate(waiting: int, paths: Sequence[str]) -> float:
    count = waiting * sum(path != "/hangs" for path in paths)
    with TemporaryDirectory() as folder, _receiver(count) as receiver:
        _fill(Path(folder) / "data", [receiver.address + path for path in paths], waiting)
        with served(Path(folder) / "data"):
            came = receiver.came()
    return (count - 1) / (came[-1] - came[0])


def _times(trials: int) -> list[float]:
    with TemporaryDirectory() as folder, _receiver(trials) as receiver:
        data = Path(folder) / "data"
        _fill(data, [f"{receiver.address}/a"], 0)
        with served(data) as server:
            sent = []
            connection = http.client.HTTPConnection(urlsplit(server.address).netloc)
            for _ in range(trials):
                sent.append(monotonic())
                connection.request(
                    "POST", "/v1/customers", headers={"Authorization": f"Bearer {KEY}"}
                )
                connection.getresponse().read()
                sleep(_EVERY_SECONDS)
            connection.close()
            return [came - asked for asked, came in zip(sent, receiver.came(), strict=True)]


@contextmanager
def _receiver(count: int) -> Iterator[Receiver]:
    command = [sys.executable, "-m", "benchmarks.receiving", str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Receiver(process.stdout.readline().strip(), process)
        finally:
            process.terminate()
            process.wait(_SECONDS_MAX)


def _fill(data: Path, urls: Sequence[str], waiting: int) -> None:
    """Make a directory with an endpoint for each address, and events that wait for them."""
    with open_records(data) as records:
        records.finish_with(FanOut(clock=SystemClock(), wake=lambda: None))
        with records.writing() as unit:
            for number, url in enumerate(urls):
                unit.event_destinations.add(_destination(number, url))
        for start in range(0, waiting, _TRANSACTION):
            some = range(start, min(waiting, start + _TRANSACTION))
            with records.writing() as unit:
                unit.events.add([_event(number) for number in some])


def _destination(number: int, url: str) -> EventDestination:
    return EventDestination(
        id=f"we_{number}",
        environment=_TEST,
        api="webhook_endpoint",
        created_us=0,
        updated_us=0,
        url=url,
        event_payload="snapshot",
        enabled_events=("customer.created",),
        secrets=(Secret(value=new_secret()),),
    )


def _event(number: int) -> Event:
    id = f"cus_{number:06}"
    told = {"id": id, "object": "customer", "description": "x" * 700}
    return Event(
        id=new_event_id(livemode=False),
        environment=_TEST,
        event_payload="snapshot",
        type="customer.created",
        created_us=SystemClock().now_us(),
        related_object=RelatedObject(id=id, type="customer", url=f"/v1/customers/{id}"),
        data=json.dumps({"object": told}),
    )

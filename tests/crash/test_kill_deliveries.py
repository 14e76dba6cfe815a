"""Killed while it delivers, the server delivers each event at least once, and few of them twice."""

import http.client
import random
import threading
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from taximeter.app.server import open_app
from taximeter.app.stores import open_records
from taximeter.customers import Customer, CustomerDetails
from taximeter.kit.paging import Cursor
from taximeter.settings import Settings
from taximeter.webhooks.delivery import DeliveryFilter
from tests.serving import Server
from tests.webhooks.examples import a_destination
from tests.webhooks.receiver import Receiver
from tests.wire.plain import request

UNSETTLED_MAX = 1_000
"""What a kill may cost: deliveries that were made and not yet written down."""


class Told(msgspec.Struct):
    """The object of an event."""

    id: str


class Data(msgspec.Struct):
    """What an event holds."""

    object: Told


class Delivered(msgspec.Struct):
    """A delivery's body, as far as it is looked at."""

    id: str
    data: Data


def set_up(data: Path, receiver: Receiver, count: int) -> set[str]:
    """Make a directory with an endpoint and as many events, and begin with them; the objects."""
    names = {f"cus_{number:06}" for number in range(count)}
    with (
        open_app(data, settings=Settings(), dev=True) as app,
        app.services.records.writing() as unit,
    ):
        unit.event_destinations.add(
            a_destination(url=receiver.url(), enabled_events=("customer.created",))
        )
        for name in sorted(names):
            customer = Customer(id=name, environment=2, created=1, details=CustomerDetails())
            unit.customers.add(customer)
    return names


def create_until_gone(address: str, acknowledged: set[str]) -> None:
    """Create customers until the server is killed; note those that it acknowledged."""
    try:
        while True:
            answer = request(address, "POST", "/v1/customers", body={})
            if answer.status == 200:
                acknowledged.add(answer.json()["id"])
    except (OSError, http.client.HTTPException, ValueError):
        pass


def told(receiver: Receiver) -> Counter[tuple[str, str]]:
    """Return how often each event came in, by its id and its object."""
    bodies = (msgspec.json.decode(one.body, type=Delivered) for one in receiver.received())
    return Counter((one.id, one.data.object.id) for one in bodies)


def check_kills(kills: int, count: int, choices: random.Random, data: Path) -> None:
    with Receiver() as receiver:
        expected = set_up(data, receiver, count)
        for _ in range(kills):
            acknowledged: set[str] = set()
            server = Server(data).start()
            creating = threading.Thread(
                target=create_until_gone, args=(server.address, acknowledged)
            )
            creating.start()
            # What is left may be little by now; the creating thread makes more.
            receiver.wait_for(len(receiver.received()) + choices.randint(1, max(1, count // kills)))
            server.kill()
            creating.join()
            expected |= acknowledged
        with Server(data):
            while expected - {about for _, about in told(receiver)}:
                receiver.wait_for(len(receiver.received()) + 1)
        came = told(receiver)
    with open_records(data) as records, records.reading() as unit:
        logged = unit.deliveries.page(2, Cursor(limit=10**6), DeliveryFilter()).data
    assert {one.status for one in logged} <= {"succeeded", "pending"}
    assert {one.event for one in logged} >= {event for event, _ in came}
    assert len(came) == len({about for _, about in came})
    assert came.total() - len(came) <= kills * UNSETTLED_MAX


def test_3_kills_while_2000_events_are_delivered_lose_none(seed: int, tmp_path: Path) -> None:
    check_kills(3, 2_000, random.Random(seed), tmp_path / "data")


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_50_kills_while_10000_events_are_delivered_lose_none(seed: int, tmp_path: Path) -> None:
    check_kills(50, 10_000, random.Random(seed), tmp_path / "data")

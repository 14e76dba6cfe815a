"""The load generator sends what it says it sends, and counts what was answered."""

from pathlib import Path

import msgspec
import pytest

from benchmarks.generator.bodies import Bodies
from benchmarks.generator.plan import EVENTS_A_REQUEST, Plan, Shape
from benchmarks.generator.session import head
from benchmarks.generator.tally import Tally
from benchmarks.served import served
from benchmarks.stored import EVENT_NAME, TOKENS_EVENT_NAME, add_meter_and_customers, customer_id
from benchmarks.streaming import stream
from taximeter.app.stores import open_stores
from taximeter.settings import Settings
from taximeter.usage.reader import EventQuery

CUSTOMERS = 200
SHAPES = [
    Shape(customers=CUSTOMERS),
    Shape(customers=CUSTOMERS, dimensions=True),
    Shape(customers=CUSTOMERS, timestamps=False),
]


class Event(msgspec.Struct, forbid_unknown_fields=True):
    event_name: str
    identifier: str
    payload: dict[str, str]
    timestamp: str | None = None


class Body(msgspec.Struct, forbid_unknown_fields=True):
    events: list[Event]


def sent(shape: Shape, requests: int) -> list[Event]:
    bodies = Bodies(shape, head("http://127.0.0.1:1", "token"))
    events = []
    for _ in range(requests):
        start, _, body = bodies.next().partition(b"\r\n\r\n")
        lines = start.split(b"\r\n")
        assert f"Content-Length: {len(body)}".encode() in lines
        events += msgspec.json.decode(body, type=Body).events
    return events


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_bodies_hold_the_next_customers_under_identifiers_of_their_own(shape: Shape) -> None:
    requests = 3 * CUSTOMERS // EVENTS_A_REQUEST
    events = sent(shape, requests)
    customers = [customer_id(number) for number in range(CUSTOMERS)]
    assert [one.payload["stripe_customer_id"] for one in events] == 3 * customers
    assert {len(one.identifier) for one in events} == {32}
    assert len({one.identifier for one in events}) == len(events)
    name = TOKENS_EVENT_NAME if shape.dimensions else EVENT_NAME
    keys = {"stripe_customer_id", "value", *(["model", "token_type"] if shape.dimensions else [])}
    assert {(one.event_name, frozenset(one.payload)) for one in events} == {(name, frozenset(keys))}
    assert {one.timestamp is not None for one in events} == {shape.timestamps}


@pytest.mark.parametrize(("shape", "rate"), list(zip(SHAPES, [None, 5_000.0, None], strict=True)))
def test_every_event_that_was_answered_is_in_the_log(
    shape: Shape, rate: float | None, tmp_path: Path
) -> None:
    with open_stores(tmp_path, Settings()) as stores:
        environment, _ = add_meter_and_customers(stores, CUSTOMERS)
    with served(tmp_path) as server:
        plan = Plan(
            address=server.address,
            key="sk_test_generator",
            shape=shape,
            connections=3,
            seconds=0.2,
            warm_up_seconds=0.05,
            events_per_second=rate,
        )
        streamed = stream(server, plan)
    with open_stores(tmp_path, Settings()) as stores:
        query = EventQuery(environment=environment.id, limit=streamed.seen.sent + 1)
        stored = stores.reader.events(query)
    assert (streamed.seen.refused, len(stored)) == (0, streamed.seen.sent)
    assert streamed.seen.sent >= streamed.seen.events >= EVENTS_A_REQUEST


def test_a_tally_leaves_the_warm_up_out_and_finds_the_longest_pause() -> None:
    tally = Tally(begin=10.0)
    tally.answered(since=9.0, now=9.5, good=True)  # all of it before
    tally.answered(since=9.5, now=10.25, good=True)  # counted, but it began too early to be timed
    tally.answered(since=10.0, now=10.5, good=True)
    tally.answered(since=10.0, now=10.75, good=False)
    tally.answered(since=10.5, now=12.5, good=True)
    seen = tally.seen()
    assert (seen.sent, seen.events, seen.refused) == (400, 300, 1)
    assert (seen.seconds, seen.p50, seen.longest, seen.longest_gap) == (2.5, 2.0, 2.0, 2.0)
    assert seen.by_second == [200, 0, 100]
    assert seen.per_second == 120.0

"""What became of streamed events: counted by minute, and the rejected ones read back."""

from typing import Any

import pytest

from tests.wire.clocked import NOON, ClockedServer
from tests.wire.plain import request
from tests.wire.test_stream import one, stream, stream_client
from tests.wire.world import create_customer, create_meter

STATISTICS = "/v1/billing/ingestion_statistics"
REJECTED = "/v1/billing/rejected_meter_events"


def get(server: ClockedServer, path: str, **params: Any) -> Any:
    """Return the answer to a GET."""
    query = "&".join(f"{name}={value}" for name, value in params.items())
    answer = request(server.address, "GET", f"{path}?{query}")
    assert answer.status == 200, answer.body
    return answer.json()


def walk(server: ClockedServer, path: str, **params: Any) -> list[Any]:
    """Return every row of a list, two a page, forwards; and check the way back."""
    found: list[Any] = []
    page = get(server, path, limit=2, **params)
    while page["data"]:
        found += page["data"]
        page = get(server, path, limit=2, starting_after=found[-1]["id"], **params)
    if found:
        back = get(server, path, limit=100, ending_before=found[-1]["id"], **params)
        assert (back["data"], back["has_more"], back["url"]) == (found[:-1], False, path)
    return found


@pytest.fixture
def sent(clocked: ClockedServer) -> tuple[ClockedServer, str, str]:
    """Three minutes of a stream: good events, doubled ones, and of the bad ones some of each."""
    client = clocked.client()
    meter, customer = create_meter(client), create_customer(client)
    name, token = meter.event_name, stream_client(clocked)
    good = [one(name, customer, identifier=f"good {index}") for index in range(3)]
    stream(token, [*good, one(name, customer, "many", identifier="bad"), one("nobody", customer)])
    clocked.clock.advance(seconds=60)
    stream(token, [*good, one(name, "cus_nobody", identifier="lost")])
    clocked.clock.advance(seconds=60)
    stream(token, good[:1] * 2)
    return clocked, meter.id, customer


def test_minutes_say_what_was_accepted_doubled_and_rejected(
    sent: tuple[ClockedServer, str, str],
) -> None:
    server, meter, _ = sent
    rows = walk(server, STATISTICS)
    first = {
        "id": f"igst_{NOON}_{meter}",
        "object": "billing.ingestion_statistics",
        "accepted": 3,
        "duplicate": 0,
        "end_time": NOON + 60,
        "livemode": False,
        "meter": meter,
        "rejected": 1,
        "rejected_by_code": {"meter_event_invalid_value": 1},
        "start_time": NOON,
    }
    nobody = {
        **first,
        "id": f"igst_{NOON}_none",
        "accepted": 0,
        "meter": None,
        "rejected_by_code": {"no_meter": 1},
    }
    counts = [(one["start_time"] - NOON, one["accepted"], one["duplicate"]) for one in rows]
    assert counts == [(120, 0, 2), (60, 0, 3), (0, 3, 0), (0, 0, 0)]
    assert rows[2:] == [first, nobody]
    assert rows[1]["rejected_by_code"] == {"meter_event_customer_not_found": 1}


def test_minutes_are_those_of_a_meter_and_a_range(sent: tuple[ClockedServer, str, str]) -> None:
    server, meter, _ = sent
    assert len(walk(server, STATISTICS, meter=meter)) == 3
    ranges = [
        ({"start_time": NOON, "end_time": NOON + 60}, 2),
        ({"start_time": NOON + 59, "end_time": NOON + 61}, 3),
        ({"start_time": NOON + 60}, 2),
        ({"end_time": NOON}, 0),
    ]
    assert [len(walk(server, STATISTICS, **asked)) for asked, _ in ranges] == [
        count for _, count in ranges
    ]
    server.clock.advance(seconds=3_600)
    assert walk(server, STATISTICS) == []


def test_rejected_events_are_read_back_with_code_and_message(
    sent: tuple[ClockedServer, str, str],
) -> None:
    server, meter, customer = sent
    found = walk(server, REJECTED)
    named = {row["identifier"]: row for row in found}
    lost, bad = named["lost"], named["bad"]
    (nobody,) = (row for row in found if row["event_name"] == "nobody")
    assert bad == {
        "id": bad["id"],
        "object": "billing.rejected_meter_event",
        "code": "meter_event_invalid_value",
        "created": NOON,
        "customer": customer,
        "event_name": bad["event_name"],
        "identifier": "bad",
        "livemode": False,
        "message": "Invalid value for 'value': 'many'; send a decimal number, such as 25, -3 or "
        "0.5.",
        "meter": meter,
        "payload": {"stripe_customer_id": customer, "value": "many"},
        "timestamp": NOON,
    }
    assert (lost["code"], lost["created"]) == ("meter_event_customer_not_found", NOON + 60)
    assert (nobody["meter"], nobody["customer"], nobody["code"]) == (None, None, "no_meter")


def test_rejected_events_are_filtered(sent: tuple[ClockedServer, str, str]) -> None:
    server, meter, _ = sent
    asked: list[dict[str, Any]] = [
        {"meter": meter},
        {"code": "no_meter"},
        {"start_time": NOON + 1},
        {"end_time": NOON + 60},
        {"start_time": NOON + 61, "end_time": NOON + 62},
    ]
    assert [len(walk(server, REJECTED, **where)) for where in asked] == [2, 1, 1, 2, 0]


def test_nothing_is_shown_to_another_environment(sent: tuple[ClockedServer, str, str]) -> None:
    server, _, _ = sent
    secret = server.create_key("sandbox").secret
    for path in (STATISTICS, REJECTED):
        assert request(server.address, "GET", path, key=secret).json()["data"] == []

"""The event stream of v2, through the official SDK: sessions, batches, and what is not counted."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import stripe

from taximeter.settings import Settings
from tests.serving import TEST_KEY
from tests.wire.clocked import NOON, ClockedServer
from tests.wire.plain import request
from tests.wire.world import create_customer, create_meter, send, total

STREAM = "/v2/billing/meter_event_stream"


def stream_client(server: ClockedServer) -> stripe.StripeClient:
    """Return a client that holds the token of a new session."""
    session = server.client().v2.billing.meter_event_session.create()
    return server.client(session.authentication_token)


def one(
    event_name: str, customer: str, value: str = "1", *, at: str | None = None, **others: Any
) -> dict[str, Any]:
    """Return an event as the SDK sends it."""
    payload = {"stripe_customer_id": customer, "value": value}
    event = {"event_name": event_name, "payload": payload, **others}
    return event if at is None else {**event, "timestamp": at}


def stream(client: stripe.StripeClient, events: list[Any]) -> None:
    """Send events through the stream."""
    client.v2.billing.meter_event_stream.create({"events": events})


def day_total(server: ClockedServer, meter: Any, customer: str) -> Decimal:
    """Return the total of the day before and after noon."""
    return total(server.client(), meter, customer, NOON - 86_400, NOON + 86_400)


def test_session_is_open_for_a_quarter_of_an_hour(noon: ClockedServer) -> None:
    session = noon.client().v2.billing.meter_event_session.create()
    assert (session.object, session.livemode) == ("v2.billing.meter_event_session", False)
    assert session.id.startswith("mes_test_")
    assert (session.created, session.expires_at) == (
        "2026-09-22T12:00:00.000Z",
        "2026-09-22T12:15:00.000Z",
    )


def test_streamed_events_are_in_the_next_total(noon: ClockedServer) -> None:
    client = noon.client()
    meters = [create_meter(client), create_meter(client, "count")]
    customer = create_customer(client)
    events = [one(meters[index % 2].event_name, customer, "2.5") for index in range(100)]
    stream(stream_client(noon), events)
    assert [day_total(noon, meter, customer) for meter in meters] == [125, 50]


def test_every_spelling_of_a_timestamp_says_the_same_moment(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    spelled = [
        "2026-09-22T10:30:00Z",
        "2026-09-22T10:30:00.000Z",
        "2026-09-22T16:00:00+05:30",
        "2026-09-22T05:30:00.5-05:00",
    ]
    stream(
        stream_client(noon),
        [one(meter.event_name, customer, at=at) for at in spelled]
        + [one(meter.event_name, customer)],
    )
    inside = total(client, meter, customer, NOON - 5_400, NOON - 5_340)
    assert [inside, day_total(noon, meter, customer)] == [4, 5]


def test_sdk_datetimes_are_taken_to_the_microsecond(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client, "last"), create_customer(client)
    base = datetime.fromtimestamp(NOON - 60, UTC)
    events = [
        one(
            meter.event_name,
            customer,
            str(value),
            at=(base + timedelta(microseconds=moment)).isoformat(),
        )
        for value, moment in ((1, 2), (2, 3), (3, 1))
    ]
    stream(stream_client(noon), events)
    assert day_total(noon, meter, customer) == 2


def test_events_with_identifiers_count_once(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    send(client, meter, customer, "5", identifier=f"{meter.id} a")
    events = [
        one(meter.event_name, customer, "5", identifier=f"{meter.id} {name}") for name in "abbc"
    ]
    token = stream_client(noon)
    for _ in range(3):
        stream(token, events)
    assert day_total(noon, meter, customer) == 15


def test_of_several_with_one_identifier_the_first_counts_whatever_its_meter(
    noon: ClockedServer,
) -> None:
    client = noon.client()
    first, second = create_meter(client), create_meter(client)
    customer = create_customer(client)
    events = [
        one(first.event_name, customer, "1", identifier=f"{first.id} a"),
        one(second.event_name, customer, "2", identifier=f"{first.id} b"),
        one(first.event_name, customer, "4", identifier=f"{first.id} b"),
        one(second.event_name, customer, "8", identifier=f"{first.id} a"),
    ]
    stream(stream_client(noon), events)
    assert [day_total(noon, meter, customer) for meter in (first, second)] == [1, 2]


def test_events_without_identifiers_each_count(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    event = one(meter.event_name, customer)
    token = stream_client(noon)
    for _ in range(2):
        stream(token, [event, {**event, "identifier": None}, event])
    assert day_total(noon, meter, customer) == 6


def test_what_cannot_be_counted_does_not_keep_the_rest_from_counting(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    good = one(meter.event_name, customer)
    bad = [
        one("nobody", customer),
        one(meter.event_name, "cus_nobody"),
        one(meter.event_name, customer, "NaN"),
        one(meter.event_name, customer, at="2020-01-01T00:00:00Z"),
    ]
    stream(stream_client(noon), [good, *bad, good])
    assert day_total(noon, meter, customer) == 2


def test_token_ends_with_its_session(clocked: ClockedServer) -> None:
    client = clocked.client()
    meter, customer = create_meter(client), create_customer(client)
    token = stream_client(clocked)
    clocked.clock.advance(seconds=899)
    stream(token, [one(meter.event_name, customer)])
    clocked.clock.advance(seconds=1)
    for _ in range(2):
        with pytest.raises(stripe.TemporarySessionExpiredError) as caught:
            stream(token, [one(meter.event_name, customer)])
        assert caught.value.http_status == 401
        assert caught.value.code == "billing_meter_event_session_expired"
    client.v2.billing.meter_event_session.create()  # which drops those that have expired
    with pytest.raises(stripe.TemporarySessionExpiredError):
        stream(token, [one(meter.event_name, customer)])
    assert total(client, meter, customer, NOON, NOON + 3_600) == 1


def test_token_opens_its_own_environment_and_no_other(noon: ClockedServer) -> None:
    sandbox = noon.client(noon.create_key("sandbox of streams").secret)
    name = create_meter(noon.client()).event_name
    meter = create_meter(sandbox, event_name=name)
    customer = create_customer(sandbox)
    session = sandbox.v2.billing.meter_event_session.create()
    stream(noon.client(session.authentication_token), [one(name, customer)])
    assert total(sandbox, meter, customer, NOON, NOON + 3_600) == 1


def test_api_key_does_not_open_the_stream_nor_a_token_the_rest(noon: ClockedServer) -> None:
    with pytest.raises(stripe.AuthenticationError, match="POST /v2/billing/meter_event_session"):
        stream(noon.client(), [one("any", "cus_any")])
    with pytest.raises(stripe.AuthenticationError, match="Invalid API Key"):
        stream_client(noon).v1.billing.meters.list()


def test_session_is_known_after_a_restart(tmp_path: Any) -> None:
    with ClockedServer(tmp_path / "data") as before:
        meter, customer = create_meter(before.client()), create_customer(before.client())
        session = before.client().v2.billing.meter_event_session.create()
    with ClockedServer(tmp_path / "data") as after:
        stream(after.client(session.authentication_token), [one(meter.event_name, customer)])
        assert day_total(after, meter, customer) == 1


def test_retry_of_a_session_gets_a_session_of_its_own(noon: ClockedServer) -> None:
    options: Any = {"idempotency_key": "one key for two sessions"}
    made = [noon.client().v2.billing.meter_event_session.create({}, options) for _ in range(2)]
    assert made[0].authentication_token != made[1].authentication_token


def test_token_is_kept_nowhere_in_the_records(noon: ClockedServer) -> None:
    token = noon.client().v2.billing.meter_event_session.create().authentication_token
    files = [path for path in noon.data.iterdir() if path.name.startswith("records")]
    assert files
    assert not any(token.encode() in path.read_bytes() for path in files)


def test_stream_takes_more_at_a_time_where_a_setting_says_so(tmp_path: Any) -> None:
    chosen = Settings(stream_events_max=300)
    with ClockedServer(tmp_path / "data", chosen) as server:
        meter, customer = create_meter(server.client()), create_customer(server.client())
        stream(stream_client(server), [one(meter.event_name, customer)] * 300)
        assert day_total(server, meter, customer) == 300
        with pytest.raises(stripe.InvalidRequestError, match="1 to 300 events"):
            stream(stream_client(server), [one(meter.event_name, customer)] * 301)


def test_overload_records_nothing_and_asks_for_a_retry(tmp_path: Any) -> None:
    chosen = Settings(queue_events_max=2)
    with ClockedServer(tmp_path / "data", chosen) as server:
        meter, customer = create_meter(server.client()), create_customer(server.client())
        token = stream_client(server)
        with pytest.raises(stripe.RateLimitError) as caught:
            stream(token, [one(meter.event_name, customer)] * 3)
        assert (caught.value.http_status, caught.value.code) == (429, "rate_limit")
        assert caught.value.headers is not None
        assert caught.value.headers["stripe-should-retry"] == "true"
        stream(token, [one(meter.event_name, customer)] * 2)
        assert day_total(server, meter, customer) == 2


def test_stream_answers_an_empty_object_and_needs_a_version(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    token = client.v2.billing.meter_event_session.create().authentication_token
    body = json.dumps({"events": [one(meter.event_name, customer)]})
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    refused = request(noon.address, "POST", STREAM, body=body, headers=headers, key=TEST_KEY)
    headers["Stripe-Version"] = "2026-10-28.endive"
    taken = request(noon.address, "POST", STREAM, body=body, headers=headers, key=TEST_KEY)
    assert (refused.status, taken.status, taken.body) == (400, 200, b"{}")
    assert refused.json()["error"]["message"].startswith("The Stripe-Version header is missing")

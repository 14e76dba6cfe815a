"""Idempotency keys: an answer given once is given again, and never to another question."""

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.wire.clocked import NOON, ClockedServer
from tests.wire.plain import Answer, request
from tests.wire.world import create_customer, create_meter, new_name, send, total

METERS, CUSTOMERS = "/v1/billing/meters", "/v1/customers"
EVENTS, ADJUSTMENTS = "/v1/billing/meter_events", "/v1/billing/meter_event_adjustments"
HOUR = 3_600
Post = Callable[..., Answer]


@pytest.fixture
def post(clocked: ClockedServer) -> Post:
    def send_form(path: str, form: dict[str, str], key: str) -> Answer:
        headers = {"Idempotency-Key": key}
        return request(clocked.address, "POST", path, body=form, headers=headers)

    return send_form


def _meter_form(name: str) -> dict[str, str]:
    return {"display_name": "M", "event_name": name, "default_aggregation[formula]": "sum"}


def _event_form(client: stripe.StripeClient, **others: str) -> dict[str, str]:
    meter, customer = create_meter(client), create_customer(client)
    return {
        "event_name": meter.event_name,
        "payload[stripe_customer_id]": customer,
        "payload[value]": "5",
        **others,
    }


def _total_of(clocked: ClockedServer, form: dict[str, str]) -> int:
    client = clocked.client()
    (meter,) = (
        one
        for one in client.v1.billing.meters.list({"limit": 100}).auto_paging_iter()
        if one.event_name == form["event_name"]
    )
    customer = form["payload[stripe_customer_id]"]
    return int(total(client, meter, customer, NOON - HOUR, NOON + 60 * HOUR))


def _cancel_form(client: stripe.StripeClient) -> dict[str, str]:
    meter, customer = create_meter(client), create_customer(client)
    event = send(client, meter, customer)
    return {
        "event_name": meter.event_name,
        "type": "cancel",
        "cancel[identifier]": event.identifier,
    }


@pytest.mark.parametrize("name", ["meters", "customers", "adjustments", "events", "named events"])
def test_replay_gives_the_same_body_and_says_so(
    name: str, post: Post, clocked: ClockedServer
) -> None:
    client = clocked.client()
    path, form = {
        "meters": lambda: (METERS, _meter_form("m")),
        "customers": lambda: (CUSTOMERS, {"name": "Ada", "metadata[a]": "b"}),
        "adjustments": lambda: (ADJUSTMENTS, _cancel_form(client)),
        "events": lambda: (EVENTS, _event_form(client)),
        "named events": lambda: (EVENTS, _event_form(client, identifier="named")),
    }[name]()
    first = post(path, form, "key")
    clocked.clock.advance(seconds=90)
    again = post(path, dict(reversed(form.items())), "key")
    assert (first.status, again.status) == (200, 200)
    assert again.body == first.body
    assert ("idempotent-replayed" in first.headers, again.headers["idempotent-replayed"]) == (
        False,
        "true",
    )
    assert again.headers["idempotency-key"] == first.headers["idempotency-key"] == "key"
    assert again.headers["request-id"] != first.headers["request-id"]


def test_replays_make_nothing_anew(post: Post, clocked: ClockedServer) -> None:
    event = _event_form(clocked.client())
    for _ in range(3):
        post(METERS, _meter_form("m"), "meter")
        post(CUSTOMERS, {"name": "Ada"}, "customer")
        post(EVENTS, event, "event")
    client = clocked.client()
    named = [one.event_name for one in client.v1.billing.meters.list().data]
    assert (named.count("m"), len(client.v1.customers.list().data)) == (1, 2)
    assert _total_of(clocked, event) == 5


@pytest.mark.parametrize(
    ("path", "change"),
    [
        (METERS, {"display_name": "Other"}),
        (CUSTOMERS, {"name": "Other"}),
        (ADJUSTMENTS, {"cancel[identifier]": "other"}),
        (EVENTS, {"payload[value]": "6"}),
        (EVENTS, {"timestamp": str(NOON)}),
        (EVENTS, {"identifier": "other"}),
    ],
)
def test_other_parameters_under_the_same_key_are_refused(
    path: str, change: dict[str, str], post: Post, clocked: ClockedServer
) -> None:
    client = clocked.client()
    form = {
        METERS: lambda: _meter_form("m"),
        CUSTOMERS: lambda: {"name": "Ada"},
        ADJUSTMENTS: lambda: _cancel_form(client),
        EVENTS: lambda: _event_form(client),
    }[path]()
    assert post(path, form, "key").status == 200
    other = post(path, {**form, **change}, "key")
    assert (other.status, other.json()["error"]["type"]) == (400, "idempotency_error")
    if path == EVENTS:
        assert _total_of(clocked, form) == 5


def test_the_same_key_at_another_address_is_refused(post: Post) -> None:
    customer = post(CUSTOMERS, {"name": "Ada"}, "key").json()["id"]
    other = post(f"{CUSTOMERS}/{customer}", {"name": "Ada"}, "key")
    assert (other.status, other.json()["error"]["type"]) == (400, "idempotency_error")


@pytest.mark.parametrize("identifier", [{}, {"identifier": "named"}])
def test_event_replays_after_its_meter_was_deactivated(
    identifier: dict[str, str], post: Post, clocked: ClockedServer
) -> None:
    client = clocked.client()
    form = _event_form(client, **identifier)
    first = post(EVENTS, form, "key")
    (meter,) = client.v1.billing.meters.list().data
    client.v1.billing.meters.deactivate(meter.id)
    again = post(EVENTS, form, "key")
    assert (again.status, again.body) == (200, first.body)
    assert again.headers["idempotent-replayed"] == "true"
    assert post(EVENTS, form, "another key").status == 400


def test_event_replays_after_its_customer_was_deleted(post: Post, clocked: ClockedServer) -> None:
    client = clocked.client()
    form = _event_form(client)
    first = post(EVENTS, form, "key")
    client.v1.customers.delete(form["payload[stripe_customer_id]"])
    assert post(EVENTS, form, "key").body == first.body


def test_event_replays_after_it_was_cancelled_and_stays_cancelled(
    post: Post, clocked: ClockedServer
) -> None:
    form = _event_form(clocked.client())
    first = post(EVENTS, form, "key")
    cancel = {
        "event_name": form["event_name"],
        "type": "cancel",
        "cancel[identifier]": first.json()["identifier"],
    }
    assert request(clocked.address, "POST", ADJUSTMENTS, body=cancel).status == 200
    assert post(EVENTS, form, "key").body == first.body
    assert _total_of(clocked, form) == 0


def test_refused_request_leaves_its_key_free(post: Post, clocked: ClockedServer) -> None:
    form = _event_form(clocked.client())
    assert post(EVENTS, {**form, "payload[value]": "x"}, "key").status == 400
    assert post(EVENTS, form, "key").status == 200
    assert post(CUSTOMERS, {"email": "no"}, "other").status == 400
    assert post(CUSTOMERS, {"email": "a@b"}, "other").status == 200


def test_key_is_free_again_after_its_window(post: Post, clocked: ClockedServer) -> None:
    first = post(CUSTOMERS, {"name": "Ada"}, "key").json()["id"]
    clocked.clock.advance(seconds=30 * 24 * HOUR)
    assert post(CUSTOMERS, {"name": "Ada"}, "key").json()["id"] == first
    clocked.clock.advance(seconds=1)
    assert post(CUSTOMERS, {"name": "Ada"}, "key").json()["id"] != first


def test_a_key_of_one_environment_is_free_in_another(clocked: ClockedServer) -> None:
    secret = clocked.create_key("live").secret
    options: Any = {"idempotency_key": "shared"}
    test = clocked.client().v1.customers.create({"name": "A"}, options)
    other = clocked.client(secret).v1.customers.create({"name": "B"}, options)
    assert (test.livemode, test.name, other.livemode, other.name) == (False, "A", True, "B")


def test_without_a_key_the_same_request_runs_twice(clocked: ClockedServer) -> None:
    answers = [
        request(clocked.address, "POST", CUSTOMERS, body={"name": new_name()}) for _ in range(2)
    ]
    assert len({answer.json()["id"] for answer in answers}) == 2

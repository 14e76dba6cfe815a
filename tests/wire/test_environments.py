"""Keys and environments: each key opens one closed world, until it is revoked."""

import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import stripe

from taximeter.app.stores import open_records
from taximeter.environments import create_key, find_environment
from tests.serving import TEST_KEY, Server
from tests.wire.clocked import NOON, ClockedServer
from tests.wire.plain import request
from tests.wire.world import create_customer, create_meter, send, summaries, total

HOUR = 3_600


@pytest.mark.parametrize(
    ("environment", "prefix", "livemode"),
    [("live", "sk_live_", True), ("test", "sk_test_", False), ("staging", "sk_test_", False)],
)
def test_every_object_carries_the_livemode_of_its_key(
    environment: str, prefix: str, livemode: bool, clocked: ClockedServer
) -> None:
    secret = clocked.create_key(environment).secret
    client = clocked.client(secret)
    meter, customer = create_meter(client), client.v1.customers.create()
    event = send(client, meter, customer.id, "1", at=NOON - 60)
    (summary,) = summaries(client, meter, customer.id, NOON - HOUR, NOON)
    answer: Any = client.raw_request("get", f"/v1/billing/meter_events/{event.identifier}")
    logged: Any = client.deserialize(answer, api_mode="V1")
    adjustment = client.v1.billing.meter_event_adjustments.create(
        {
            "event_name": meter.event_name,
            "type": "cancel",
            "cancel": {"identifier": event.identifier},
        }
    )
    objects: list[Any] = [meter, customer, event, summary, logged, adjustment]
    assert secret.startswith(prefix)
    assert [one.livemode for one in objects] == [livemode] * 6
    assert [
        bool(re.fullmatch(rf"{stem}{'' if livemode else '_test'}_[A-Za-z0-9_-]+", one.id))
        and ("_test_" in one.id) is not livemode
        for stem, one in (("mtr", meter), ("mtrusg", summary), ("mtrev", logged))
    ] == [True] * 3


@pytest.fixture
def worlds(clocked: ClockedServer) -> tuple[stripe.StripeClient, stripe.StripeClient]:
    """The live environment, and a sandbox beside it."""
    return (
        clocked.client(clocked.create_key("live").secret),
        clocked.client(clocked.create_key("sandbox").secret),
    )


def test_objects_of_one_environment_are_unknown_in_another(
    worlds: tuple[stripe.StripeClient, stripe.StripeClient],
) -> None:
    live, sandbox = worlds
    meter, customer = create_meter(live, event_name="shared"), create_customer(live)
    event = send(live, meter, customer, "1", at=NOON - 60)
    own = create_customer(sandbox)
    attempts: list[tuple[int, Callable[[], Any]]] = [
        (404, lambda: sandbox.v1.billing.meters.retrieve(meter.id)),
        (404, lambda: sandbox.v1.billing.meters.update(meter.id, {"display_name": "X"})),
        (404, lambda: sandbox.v1.billing.meters.deactivate(meter.id)),
        (404, lambda: sandbox.v1.billing.meters.reactivate(meter.id)),
        (404, lambda: summaries(sandbox, meter, own, NOON - HOUR, NOON)),
        (404, lambda: sandbox.v1.customers.retrieve(customer)),
        (404, lambda: sandbox.v1.customers.update(customer, {"name": "X"})),
        (404, lambda: sandbox.v1.customers.delete(customer)),
        (404, lambda: _get(sandbox, f"/v1/billing/meter_events/{event.identifier}")),
        (400, lambda: sandbox.v1.customers.list({"starting_after": customer})),
        (400, lambda: sandbox.v1.billing.meters.list({"ending_before": meter.id})),
        (400, lambda: _cancel(sandbox, event)),
        (400, lambda: send(sandbox, meter, own)),
    ]
    seen = []
    for _, attempt in attempts:
        with pytest.raises(stripe.InvalidRequestError) as caught:
            attempt()
        seen.append(caught.value.http_status)
    assert seen == [status for status, _ in attempts]
    assert live.v1.billing.meters.retrieve(meter.id).to_dict() == meter.to_dict()
    assert total(live, meter, customer, NOON - HOUR, NOON) == 1


def test_names_and_identifiers_are_free_in_every_environment(
    worlds: tuple[stripe.StripeClient, stripe.StripeClient],
) -> None:
    counted = []
    for value, client in zip(("1", "10"), worlds, strict=True):
        meter, customer = create_meter(client, event_name="shared"), create_customer(client)
        send(client, meter, customer, value, at=NOON - 60, identifier="shared")
        counted.append(total(client, meter, customer, NOON - HOUR, NOON))
    assert counted == [1, 10]


def test_lists_hold_what_is_of_the_environment(
    worlds: tuple[stripe.StripeClient, stripe.StripeClient],
) -> None:
    live, sandbox = worlds
    made = [(create_meter(client), create_customer(client)) for client in worlds]
    for client, (meter, customer) in zip(worlds, made, strict=True):
        send(client, meter, customer)
    for client, (meter, customer) in zip((live, sandbox), made, strict=True):
        assert [one.id for one in client.v1.billing.meters.list().data] == [meter.id]
        assert [one.id for one in client.v1.customers.list().data] == [customer]
        listed = _get(client, "/v1/billing/meter_events")["data"]
        assert [one["customer"] for one in listed] == [customer]


def test_cancelling_in_one_environment_leaves_the_other_alone(
    worlds: tuple[stripe.StripeClient, stripe.StripeClient],
) -> None:
    made = []
    for client in worlds:
        meter, customer = create_meter(client, event_name="shared"), create_customer(client)
        event = send(client, meter, customer, "1", at=NOON - 60, identifier="shared")
        made.append((client, meter, customer, event))
    _cancel(worlds[0], made[0][3])
    left = [total(client, meter, who, NOON - HOUR, NOON) for client, meter, who, _ in made]
    assert left == [0, 1]


def test_revoked_key_opens_nothing_once_it_is_looked_up_again(clocked: ClockedServer) -> None:
    key = clocked.create_key("live")
    client = clocked.client(key.secret)
    client.v1.customers.list()
    assert clocked.revoke_key(key.key.id)
    clocked.clock.advance(seconds=2)
    with pytest.raises(stripe.AuthenticationError) as caught:
        client.v1.customers.list()
    assert caught.value.http_status == 401
    assert key.secret not in str(caught.value)


def test_without_dev_only_keys_that_were_made_are_accepted(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with Server(data, dev=False) as server:
        with open_records(data) as records, records.writing() as unit:
            store = unit.environments
            test = find_environment(store=store, name="test")
            assert test is not None
            made = create_key(store=store, environment=test, name="k", now=NOON)
        answers = [
            request(server.address, "GET", "/v1/customers", key=key).status
            for key in (made.secret, TEST_KEY, made.secret[:-1], made.key.hash, "sk_test_")
        ]
    assert answers == [200, 401, 401, 401, 401]


@pytest.mark.parametrize(
    "authorization",
    [
        f"Bearer {TEST_KEY}",
        f"bearer {TEST_KEY}",
        f"Bearer   {TEST_KEY} ",
        "Basic " + base64.b64encode(f"{TEST_KEY}:".encode()).decode(),
        "basic " + base64.b64encode(TEST_KEY.encode()).decode(),
        "Basic " + base64.b64encode(f"{TEST_KEY}:ignored".encode()).decode(),
    ],
)
def test_key_is_taken_as_bearer_and_as_user_of_basic(authorization: str, server: Server) -> None:
    headers = {"Authorization": authorization}
    assert request(server.address, "GET", "/v1/customers", headers=headers).status == 200


def _get(client: stripe.StripeClient, path: str) -> dict[str, Any]:
    answer: Any = client.raw_request("get", path)
    found: dict[str, Any] = client.deserialize(answer, api_mode="V1").to_dict()
    return found


def _cancel(client: stripe.StripeClient, event: stripe.billing.MeterEvent) -> Any:
    return client.v1.billing.meter_event_adjustments.create(
        {
            "event_name": event.event_name,
            "type": "cancel",
            "cancel": {"identifier": event.identifier},
        }
    )

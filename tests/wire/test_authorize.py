"""Check before use: whether hard limits leave room for usage."""

from typing import Any

import pytest
from stripe.billing import Meter

from tests.wire.clocked import NOON, ClockedServer
from tests.wire.limits import (
    AUTHORIZE,
    authorize,
    reservation,
    usage_limit,
)
from tests.wire.world import create_customer, create_meter, send

DAY = 86_400


@pytest.fixture
def meter(noon: ClockedServer) -> Meter:
    return create_meter(noon.client(), dimension_payload_keys=["model"])


@pytest.fixture
def customer(noon: ClockedServer) -> str:
    return create_customer(noon.client())


def limits(answer: Any) -> list[tuple[str, float, float, float, float]]:
    names = ("alert", "limit", "used", "reserved", "remaining")
    return [tuple(one[name] for name in names) for one in answer["limits"]]


def test_the_answer_says_everything(noon: ClockedServer, meter: Meter, customer: str) -> None:
    alert = usage_limit(noon, meter.id, "10", customer=customer)
    send(noon.client(), meter, customer, "4", model="opus")
    answer = authorize(
        noon, meter.event_name, customer, "6.5", dimensions={"model": "opus"}, expires_in="60"
    )
    assert answer == {
        "object": "billing.meter_event_authorization",
        "authorized": False,
        "credit_balance": None,
        "customer": customer,
        "denied_by": [alert],
        "limits": [
            {
                "alert": alert,
                "alert_type": "usage_threshold",
                "limit": 10,
                "remaining": 6,
                "reserved": 0,
                "used": 4,
            }
        ],
        "livemode": False,
        "meter": meter.id,
        "reservation": None,
        "value": 6.5,
        "value_decimal": "6.5",
    }


def test_the_official_sdk_asks_by_a_raw_request(
    noon: ClockedServer, meter: Meter, customer: str
) -> None:
    client = noon.client()
    params: Any = {
        "event_name": meter.event_name,
        "payload": {"stripe_customer_id": customer, "value": "3", "model": "opus"},
        "reservation": {"expires_in": 60},
    }
    answer: Any = client.deserialize(client.raw_request("post", AUTHORIZE, **params), api_mode="V1")
    send(client, meter, customer, "3", model="opus", identifier=answer.reservation.id)
    assert (answer.authorized, answer.value) == (True, 3)
    assert reservation(noon, answer.reservation.id)["status"] == "settled"


def test_the_limit_itself_may_be_used(noon: ClockedServer, meter: Meter, customer: str) -> None:
    usage_limit(noon, meter.id, "10", customer=customer)
    dimensions = {"model": "opus"}
    asked = [
        authorize(noon, meter.event_name, customer, value, dimensions=dimensions)["authorized"]
        for value in ("10", "10.0000000000001")
    ]
    assert asked == [True, False]


def test_every_acknowledged_event_counts_and_none_that_is_cancelled(
    noon: ClockedServer, meter: Meter, customer: str
) -> None:
    client, alert = noon.client(), usage_limit(noon, meter.id, "10", customer=customer)
    seen = []
    for value in ("1", "2", "-1"):
        send(client, meter, customer, value, identifier=f"{meter.id} {value}", model="opus")
        answer = authorize(noon, meter.event_name, customer, dimensions={"model": "opus"})
        seen.append(limits(answer))
    client.v1.billing.meter_event_adjustments.create(
        {
            "event_name": meter.event_name,
            "type": "cancel",
            "cancel": {"identifier": f"{meter.id} -1"},
        }
    )
    seen.append(limits(authorize(noon, meter.event_name, customer, dimensions={"model": "o"})))
    assert seen == [[(alert, 10, used, 0, 10 - used)] for used in (1, 3, 2, 3)]


def test_only_limits_that_concern_what_is_asked_for_are_asked(
    noon: ClockedServer, meter: Meter, customer: str
) -> None:
    other = create_meter(noon.client())
    usage_limit(noon, other.id, "1", customer=customer)
    usage_limit(noon, meter.id, "1", customer=create_customer(noon.client()))
    some = usage_limit(noon, meter.id, "1", customer=customer, models=["haiku", "sonnet"])
    every = usage_limit(noon, meter.id, "9")
    send(noon.client(), meter, customer, "2", model="opus")
    send(noon.client(), meter, customer, "3", model="haiku")
    seen = [
        limits(authorize(noon, meter.event_name, customer, dimensions={"model": model}))
        for model in ("opus", "sonnet")
    ]
    assert seen == [[(every, 9, 5, 0, 4)], [(every, 9, 5, 0, 4), (some, 1, 3, 0, -2)]]


def test_a_new_limit_holds_at_once(noon: ClockedServer, meter: Meter, customer: str) -> None:
    opus = {"model": "opus"}
    before = authorize(noon, meter.event_name, customer, "2", dimensions=opus)
    alert = usage_limit(noon, meter.id, "1", customer=customer)
    after = authorize(noon, meter.event_name, customer, "2", dimensions=opus)
    assert (before["denied_by"], after["denied_by"]) == ([], [alert])


def test_a_counting_meter_is_asked_for_one_event(noon: ClockedServer, customer: str) -> None:
    counting = create_meter(noon.client(), "count")
    alert = usage_limit(noon, counting.id, "1", customer=customer)
    first = authorize(noon, counting.event_name, customer, None)
    send(noon.client(), counting, customer, None)
    second = authorize(noon, counting.event_name, customer, None)
    assert (first["denied_by"], first["value"], second["denied_by"]) == ([], 1, [alert])


def test_the_period_goes_by_the_customers_clock_and_expiry_by_the_servers(
    clocked: ClockedServer,
) -> None:
    client, meter = clocked.client(), create_meter(clocked.client())
    clock = client.v1.test_helpers.test_clocks.create({"frozen_time": NOON})
    customer = client.v1.customers.create({"test_clock": clock.id}).id
    alert = usage_limit(clocked, meter.id, "10", recurrence="billing_period")
    send(client, meter, customer, "4")
    authorize(clocked, meter.event_name, customer, "5", expires_in="60")
    seen = [limits(authorize(clocked, meter.event_name, customer, "0"))]
    client.v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": NOON + 30 * DAY})
    clocked.run_due()
    seen.append(limits(authorize(clocked, meter.event_name, customer, "0")))
    clocked.clock.advance(seconds=60)
    seen.append(limits(authorize(clocked, meter.event_name, customer, "0")))
    assert seen == [[(alert, 10, 4, 5, 1)], [(alert, 10, 0, 5, 5)], [(alert, 10, 0, 0, 10)]]

"""Alerts through the official SDK: made, turned on and off, and what they tell."""

import json
from typing import Any

import pytest
import stripe
from stripe.billing import Alert, Meter

from tests.wire.clocked import NOON, ClockedServer
from tests.wire.world import create_customer, create_meter, send


def create_alert(client: stripe.StripeClient, meter: Meter, **threshold: Any) -> Alert:
    """Create an alert at 10 of a meter; keywords change its threshold."""
    params: Any = {
        "alert_type": "usage_threshold",
        "title": "Ten",
        "usage_threshold": {
            "meter": meter.id,
            "gte": 10,
            "recurrence": "one_time",
            **threshold,
        },
    }
    return client.v1.billing.alerts.create(params)


def told(server: ClockedServer, alert: Alert, **params: Any) -> list[dict[str, Any]]:
    """What an alert told by now, oldest first."""
    server.app.evaluator.evaluate()
    path = f"/v1/billing/alerts/{alert.id}/notifications"
    answer = server.client().raw_request("get", path, **params)
    data: list[dict[str, Any]] = json.loads(answer.body)["data"]
    return data[::-1]


def triggered(server: ClockedServer, id: str) -> dict[str, Any]:
    """The object of a snapshot event."""
    with server.app.services.records.reading() as unit:
        event = unit.events.get(2, "snapshot", id)
    assert event is not None
    data: dict[str, Any] = json.loads(event.data)
    return data


def test_alert_answers_with_everything_that_was_set(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    alert = create_alert(client, meter, filters=[{"type": "customer", "customer": customer}])
    assert alert.to_dict() == {
        "id": alert.id,
        "object": "billing.alert",
        "alert_type": "usage_threshold",
        "hard_limit": False,
        "livemode": False,
        "status": "active",
        "title": "Ten",
        "usage_threshold": {
            "filters": [{"customer": customer, "type": "customer"}],
            "gte": 10,
            "meter": meter.id,
            "recurrence": "one_time",
        },
    }
    assert alert.id.startswith("alrt_")
    assert client.v1.billing.alerts.retrieve(alert.id).to_dict() == alert.to_dict()


def test_meter_and_customer_are_expanded(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    made = create_alert(client, meter, filters=[{"type": "customer", "customer": customer}])
    names = ["usage_threshold.meter", "usage_threshold.filters.customer"]
    alert = client.v1.billing.alerts.retrieve(made.id, {"expand": names})
    threshold = alert.to_dict()["usage_threshold"]
    assert threshold["meter"] == client.v1.billing.meters.retrieve(meter.id).to_dict()
    assert threshold["filters"][0]["customer"]["object"] == "customer"
    listed = client.v1.billing.alerts.list(
        {"meter": meter.id, "expand": [f"data.{name}" for name in names]}
    )
    assert listed.data[0].to_dict() == alert.to_dict()


def test_alert_is_told_at_the_event_that_crosses(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    alert = create_alert(client, meter)
    for value in ("9.5", "0.75", "100"):
        send(client, meter, customer, value)
    (one,) = told(noon, alert)
    assert one == {
        "id": one["id"],
        "object": "billing.alert_notification",
        "alert": alert.id,
        "created": NOON,
        "customer": customer,
        "event": one["event"],
        "livemode": False,
        "period_start": None,
        "value": "10.25",
    }
    assert triggered(noon, one["event"])["object"] == {
        "object": "billing.alert_triggered",
        "alert": client.v1.billing.alerts.retrieve(
            alert.id, {"expand": ["usage_threshold.meter"]}
        ).to_dict(),
        "created": NOON,
        "customer": customer,
        "livemode": False,
        "value": "10.25",
    }


def test_each_customer_is_told_of_once(noon: ClockedServer) -> None:
    client = noon.client()
    meter = create_meter(client, "count")
    customers = [create_customer(client) for _ in range(3)]
    alert = create_alert(client, meter, gte=2)
    for customer in (*customers, *customers[:2], *customers[:1]):
        send(client, meter, customer, None)
    assert [(one["customer"], one["value"]) for one in told(noon, alert)] == [
        (customers[0], 2),
        (customers[1], 2),
    ]
    assert [one["customer"] for one in told(noon, alert, customer=customers[1])] == [customers[1]]


def test_segment_counts_only_its_values(noon: ClockedServer) -> None:
    client = noon.client()
    meter = create_meter(client, dimension_payload_keys=["model"])
    customer = create_customer(client)
    alert = create_alert(
        client, meter, filters=[{"type": "dimension", "dimension": "model", "value": "opus"}]
    )
    for model, value in (("haiku", "50"), ("opus", "6"), ("opus", "5")):
        send(client, meter, customer, value, model=model)
    assert [one["value"] for one in told(noon, alert)] == [11]


def test_each_month_is_a_round_of_its_own(clocked: ClockedServer) -> None:
    client = clocked.client()
    meter, customer = create_meter(client), create_customer(client)
    alert = create_alert(client, meter, recurrence="billing_period")
    send(client, meter, customer, "10")
    send(client, meter, customer, "10")
    clocked.clock.advance(seconds=15 * 86_400)
    september = NOON - 86_400
    send(client, meter, customer, "10", at=september)
    send(client, meter, customer, "11")
    october = 1_790_812_800
    assert [(one["value"], one["period_start"]) for one in told(clocked, alert)] == [
        (10, 1_788_220_800),
        (11, october),
    ]


def test_alert_that_rests_is_not_told(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    alert = create_alert(client, meter)
    assert client.v1.billing.alerts.deactivate(alert.id).status == "inactive"
    send(client, meter, customer, "10")
    assert told(noon, alert) == []
    assert client.v1.billing.alerts.activate(alert.id).status == "active"
    assert told(noon, alert) == []
    send(client, meter, customer, "1")
    assert [one["value"] for one in told(noon, alert)] == [11]


def test_archived_alert_is_hidden(noon: ClockedServer) -> None:
    client = noon.client()
    meter = create_meter(client)
    kept, gone = create_alert(client, meter), create_alert(client, meter)
    assert client.v1.billing.alerts.archive(gone.id).status == "archived"
    listed = client.v1.billing.alerts.list({"meter": meter.id})
    assert [one.id for one in listed.data] == [kept.id]
    with pytest.raises(stripe.InvalidRequestError, match="No such billing alert"):
        client.v1.billing.alerts.retrieve(gone.id)


def test_twenty_five_alerts_watch_a_meter_and_customer(noon: ClockedServer) -> None:
    client = noon.client()
    meter, customer = create_meter(client), create_customer(client)
    only: Any = {"filters": [{"type": "customer", "customer": customer}]}
    for _ in range(24):
        create_alert(client, meter, **only)
    create_alert(client, meter)
    with pytest.raises(stripe.InvalidRequestError, match="At most 25 active alerts"):
        create_alert(client, meter, **only)
    with pytest.raises(stripe.InvalidRequestError, match="for a customer"):
        create_alert(client, meter)

"""When an alert will fire, as far as usage of late says."""

import json
from typing import Any

import pytest
import stripe

from tests.wire.clocked import NOON, ClockedServer
from tests.wire.credits import grant
from tests.wire.test_alerts import create_alert
from tests.wire.test_money_alerts import DAY, Payer
from tests.wire.world import create_customer

HOUR = 3_600


def projected(client: stripe.StripeClient, alert: str, customer: str) -> dict[str, Any]:
    path = f"/v1/billing/alerts/{alert}/projection"
    found: dict[str, Any] = json.loads(client.raw_request("get", path, customer=customer).body)
    return found


def test_a_projection_says_when_spend_will_have_crossed(clocked: ClockedServer) -> None:
    payer = Payer(clocked)
    alert = payer.on_spend(1_000)
    payer.use(100)
    clocked.clock.advance(seconds=2 * HOUR)
    # 100 units in two hours: 499.75 of them are rounded up to ten dollars.
    assert projected(payer.client, alert, payer.customer) == {
        "object": "billing.alert_projection",
        "alert": alert,
        "customer": payer.customer,
        "livemode": False,
        "projected_crossing_at": NOON + 10 * HOUR - 18,
        "reason": None,
        "threshold": 1_000,
        "value": 200,
        "value_per_day": 2_400,
    }


def test_a_projection_of_usage_and_of_credits_goes_on_from_the_last_days(
    clocked: ClockedServer,
) -> None:
    payer = Payer(clocked)
    grant(payer.client, payer.customer, 1_000)
    on_credits = payer.on_credits(200)
    on_usage = create_alert(payer.client, payer.meter, gte=240).id
    payer.use(100)
    clocked.clock.advance(seconds=4 * HOUR)
    usage = projected(payer.client, on_usage, payer.customer)
    assert (usage["value"], usage["projected_crossing_at"]) == (100, NOON + int(9.6 * HOUR))
    left = projected(payer.client, on_credits, payer.customer)
    assert (left["value"], left["value_per_day"]) == (800, -800)
    # 399.75 units cost eight dollars, rounded.
    assert left["projected_crossing_at"] == NOON + 57_564


def test_a_projection_says_why_there_is_none(clocked: ClockedServer) -> None:
    payer = Payer(clocked)
    alert = payer.on_spend(10_000)
    assert projected(payer.client, alert, payer.customer)["reason"] == "no_usage"
    payer.use(1)
    clocked.clock.advance(seconds=HOUR)
    found = projected(payer.client, alert, payer.customer)
    assert (found["projected_crossing_at"], found["reason"]) == (None, "not_before_period_ends")
    payer.use(5_000)
    assert projected(payer.client, alert, payer.customer)["reason"] == "already_crossed"
    clocked.clock.advance(seconds=DAY)


def test_a_projection_of_somebody_else_is_refused(noon: ClockedServer) -> None:
    payer = Payer(noon)
    alert = payer.on_spend(100, filters=[{"type": "customer", "customer": payer.customer}])
    other = create_customer(payer.client)
    for customer in (other, "cus_unknown"):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            projected(payer.client, alert, customer)
        assert refused.value.param == "customer"
    with pytest.raises(stripe.InvalidRequestError, match="No such billing alert"):
        projected(payer.client, "alrt_unknown", payer.customer)

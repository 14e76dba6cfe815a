"""Alerts on spend and on credit balances, through the official SDK."""

from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.wire.clocked import NOON, ClockedServer
from tests.wire.credits import create_price, grant
from tests.wire.world import create_customer, create_meter, send

DAY = 86_400


class Payer:
    """A customer who pays two cents for each unit, by the day."""

    def __init__(self, clocked: ClockedServer) -> None:
        self.clocked = clocked
        self.client = clocked.client()
        self.customer = create_customer(self.client)
        self.meter = create_meter(self.client)
        recurring = {"interval": "day", "usage_type": "metered", "meter": self.meter.id}
        self.price = create_price(self.client, recurring=recurring, unit_amount=2)
        self.subscribe()

    def subscribe(self) -> None:
        items: Any = [{"price": self.price}]
        self.client.v1.subscriptions.create({"customer": self.customer, "items": items})

    def use(self, units: int) -> None:
        send(self.client, self.meter, self.customer, str(units), at=self.clocked.now())

    def on_spend(self, gte: int, **fields: Any) -> str:
        threshold = {"gte": amount(gte), "aggregation_period": "billing", **fields}
        return self._alert("spend_threshold", threshold)

    def on_credits(self, lte: int, **fields: Any) -> str:
        threshold = {
            "lte": {"balance_type": "monetary", "monetary": {"currency": "usd", "value": lte}},
            **fields,
        }
        return self._alert("credit_balance_threshold", threshold)

    def _alert(self, type: str, threshold: Any) -> str:
        params: Any = {"alert_type": type, "title": "Look", type: threshold}
        return self.client.v1.billing.alerts.create(params).id

    def told(self, alert: str) -> list[Any]:
        """What an alert has told by now, oldest first: the numbers that it had come to."""
        self.clocked.app.evaluator.evaluate()
        path = f"/v1/billing/alerts/{alert}/notifications"
        found = self.client.raw_request("get", path)
        data = self.client.deserialize(found, api_mode="V1").to_dict()["data"]
        return [one["value"] for one in data][::-1]


@pytest.mark.parametrize(
    ("type", "threshold", "param"),
    [
        (
            "spend_threshold",
            {"gte": {"type": "amount", "amount": {"currency": "usd", "value": 0}}},
            "spend_threshold[gte][amount][value]",
        ),
        (
            "spend_threshold",
            {"gte": {"type": "amount", "amount": {"currency": "dollars", "value": 5}}},
            "spend_threshold[gte][amount][currency]",
        ),
        ("spend_threshold", {"gte": {"type": "amount"}}, "spend_threshold[gte][amount]"),
        (
            "credit_balance_threshold",
            {"lte": {"balance_type": "monetary", "monetary": {"currency": "us", "value": 5}}},
            "credit_balance_threshold[lte][monetary][currency]",
        ),
        (
            "credit_balance_threshold",
            {"lte": {"balance_type": "points", "monetary": {"currency": "usd", "value": 5}}},
            "credit_balance_threshold[lte][balance_type]",
        ),
    ],
)
def test_a_threshold_that_is_no_amount_is_refused_by_its_parameter(
    noon: ClockedServer, type: str, threshold: Any, param: str
) -> None:
    params: Any = {"alert_type": type, "title": "Look", type: threshold}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        noon.client().v1.billing.alerts.create(params)
    assert refused.value.param == param


def amount(value: int) -> Any:
    return {"type": "amount", "amount": {"currency": "usd", "value": value}}


def test_spend_is_told_at_the_event_that_reaches_it(clocked: ClockedServer) -> None:
    payer = Payer(clocked)
    alert = payer.on_spend(100)
    payer.use(49)
    assert payer.told(alert) == []
    payer.use(3)
    payer.use(100)
    assert payer.told(alert) == [104]


def test_spend_of_a_billing_period_is_told_in_each(clocked: ClockedServer) -> None:
    payer = Payer(clocked)
    each, once = payer.on_spend(100), payer.on_spend(100, recurrence="one_time")
    payer.use(60)
    assert payer.told(each) == [120]
    clocked.clock.advance(seconds=DAY)
    clocked.run_due()
    payer.use(20)
    assert payer.told(each) == [120]
    payer.use(40)
    assert payer.told(each) == [120, 120]
    assert payer.told(once) == [120]


def test_what_is_told_of_money_has_stripes_shape(clocked: ClockedServer) -> None:
    payer = Payer(clocked)
    alert = payer.on_spend(100, filters=[{"type": "customer", "customer": payer.customer}])
    payer.use(60)
    payer.told(alert)
    (event,) = payer.client.v1.events.list({"type": "billing.alert.triggered"}).data
    found = event.to_dict()["data"]["object"]
    assert found["customer"] == payer.customer
    assert found["value"] == 120
    assert found["currency"] == "usd"
    assert found["alert"]["spend_threshold"] == {
        "aggregation_period": "billing",
        "filters": [{"type": "customer", "customer": payer.customer}],
        "group_by": None,
        "gte": {"amount": {"currency": "usd", "value": 100}, "type": "amount"},
        "recurrence": "billing_period",
    }
    assert found["alert"]["usage_threshold"] is None


def test_credits_are_told_when_they_run_low_and_again_after_they_have_recovered(
    clocked: ClockedServer,
) -> None:
    payer = Payer(clocked)
    grant(payer.client, payer.customer, 1_000)
    alert = payer.on_credits(200)
    payer.use(300)
    assert payer.told(alert) == []
    payer.use(100)
    payer.use(50)
    assert payer.told(alert) == [200]
    grant(payer.client, payer.customer, 1_000)
    assert payer.told(alert) == [200, 1_100]
    payer.use(400)
    payer.use(150)
    assert payer.told(alert) == [200, 1_100, 0]
    listed: Any = {"types": ["billing.alert.triggered", "billing.alert.recovered"]}
    events = [one.to_dict() for one in payer.client.v1.events.list(listed).data]
    assert [(one["type"], one["data"]["object"]["object"]) for one in events] == [
        ("billing.alert.triggered", "billing.alert_triggered"),
        ("billing.alert.recovered", "billing.alert_recovered"),
        ("billing.alert.triggered", "billing.alert_triggered"),
    ]


def test_credits_that_expire_are_told_without_any_usage(clocked: ClockedServer) -> None:
    payer = Payer(clocked)
    grant(payer.client, payer.customer, 1_000, expires_at=NOON + 3 * DAY)
    alert = payer.on_credits(200)
    payer.use(1)
    assert payer.told(alert) == []
    clocked.clock.advance(seconds=3 * DAY)
    clocked.run_due()
    assert payer.told(alert) == [0]


def test_whose_credits_are_low_already_is_told_at_once(clocked: ClockedServer) -> None:
    payer = Payer(clocked)
    grant(payer.client, payer.customer, 1_000)
    payer.use(450)
    everyone = payer.on_credits(200)
    own = payer.on_credits(100, filters=[{"type": "customer", "customer": payer.customer}])
    assert (payer.told(everyone), payer.told(own)) == ([100], [100])


def test_a_balance_that_fell_while_nothing_ran_is_told_after_the_start(tmp_path: Path) -> None:
    with ClockedServer(tmp_path / "data") as clocked:
        payer = Payer(clocked)
        made = grant(payer.client, payer.customer, 1_000)
        alert = payer.on_credits(200)
        payer.use(1)
        assert payer.told(alert) == []
        clocked.app.evaluator.close()
        payer.client.v1.billing.credit_grants.expire(made.id)
    with ClockedServer(tmp_path / "data", clock=clocked.clock) as again:
        payer.clocked, payer.client = again, again.client()
        assert payer.told(alert) == [0]


def test_a_customer_without_credits_is_told_nothing(clocked: ClockedServer) -> None:
    payer = Payer(clocked)
    alert = payer.on_credits(200)
    payer.use(10)
    assert payer.told(alert) == []


def test_a_price_that_is_new_is_followed(clocked: ClockedServer) -> None:
    payer = Payer(clocked)
    alert = payer.on_spend(100)
    assert payer.told(alert) == []
    other = Payer(clocked)
    other.use(70)
    assert payer.told(alert) == [140]

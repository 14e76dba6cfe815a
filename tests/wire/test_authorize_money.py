"""Check before use against spend and credits, as they would be billed."""

from collections.abc import Sequence
from typing import Any

from tests.wire.clocked import ClockedServer
from tests.wire.credits import create_price, grant
from tests.wire.limits import (
    ask,
    authorize,
    hard_limit,
    usage_limit,
)
from tests.wire.world import create_customer, create_meter, send

DAY = 86_400


def spend_limit(server: ClockedServer, customer: str) -> str:
    """Limit what a customer may spend in a period to a dollar."""
    amount = {"type": "amount", "amount][currency": "usd", "amount][value": "100"}
    gte = {f"gte][{name}": value for name, value in amount.items()}
    return hard_limit(server, "spend_threshold", customer, **gte)


class Subscriber:
    """A customer who pays ten cents for each unit of a meter, daily."""

    def __init__(self, server: ClockedServer, formula: str = "sum") -> None:
        self.server = server
        self.client = server.client()
        self.customer = create_customer(self.client)
        self.meter = create_meter(self.client, formula)
        recurring = {"interval": "day", "usage_type": "metered", "meter": self.meter.id}
        price = create_price(self.client, unit_amount=10, recurring=recurring)
        items: Any = [{"price": price}]
        self.client.v1.subscriptions.create({"customer": self.customer, "items": items})

    def use(self, units: str) -> None:
        send(self.client, self.meter, self.customer, units)

    def authorize(self, units: str, **params: Any) -> Any:
        return authorize(self.server, self.meter.event_name, self.customer, units, **params)


def shown(answer: Any) -> Sequence[tuple[int, ...]]:
    names = ("limit", "used", "reserved", "remaining")
    return [tuple(one[name] for name in names) for one in answer["limits"]]


def test_spend_is_what_the_next_invoice_would_bill(noon: ClockedServer) -> None:
    one = Subscriber(noon)
    alert = spend_limit(noon, one.customer)
    one.use("3")
    assert one.authorize("2", expires_in="60")["authorized"]
    within, beyond = one.authorize("5"), one.authorize("5.1")
    assert shown(within) == [(100, 30, 20, 50)]
    assert (within["denied_by"], beyond["denied_by"]) == ([], [alert])


def test_credits_must_leave_what_the_limit_says(noon: ClockedServer) -> None:
    one = Subscriber(noon)
    grant(one.client, one.customer, 100)
    least = {"balance_type": "monetary", "monetary][currency": "usd", "monetary][value": "20"}
    lte = {f"lte][{name}": value for name, value in least.items()}
    alert = hard_limit(noon, "credit_balance_threshold", one.customer, **lte)
    one.use("3")
    assert one.authorize("2", expires_in="60")["authorized"]
    within, beyond = one.authorize("3"), one.authorize("3.1")
    assert shown(within) == [(20, 30, 20, 30)]
    assert (within["denied_by"], beyond["denied_by"]) == ([], [alert])


def test_credits_must_pay_for_it_where_that_is_asked(noon: ClockedServer) -> None:
    one = Subscriber(noon)
    grant(one.client, one.customer, 100)
    one.use("3")
    one.authorize("2", expires_in="60")
    asked = [one.authorize(units, require_credit_balance="true") for units in ("5", "5.1")]
    assert [(each["credit_balance"], each["authorized"]) for each in asked] == [
        (50, True),
        (50, False),
    ]
    assert asked[1]["denied_by"] == ["credit_balance"]


def test_new_credits_pay_at_once(noon: ClockedServer) -> None:
    one = Subscriber(noon)
    asked = [one.authorize("1", require_credit_balance="true")]
    grant(one.client, one.customer, 100)
    asked.append(one.authorize("1", require_credit_balance="true"))
    assert [each["credit_balance"] for each in asked] == [0, 100]
    assert [each["denied_by"] for each in asked] == [["credit_balance"], []]


def test_a_new_period_begins_at_nothing(clocked: ClockedServer) -> None:
    one = Subscriber(clocked)
    spend_limit(clocked, one.customer)
    usage_limit(clocked, one.meter.id, "10", recurrence="billing_period")
    one.use("10")
    full = one.authorize("1")
    clocked.clock.advance(seconds=DAY)
    waiting = one.authorize("1")
    clocked.run_due()
    empty = one.authorize("10")
    assert shown(full) == [(10, 10, 0, 0), (100, 100, 0, 0)]
    assert shown(empty) == [(10, 0, 0, 10), (100, 0, 0, 100)]
    assert (len(full["denied_by"]), empty["authorized"]) == (2, True)
    assert shown(waiting)[1] == (100, 100, 0, 0), (
        "until it is renewed, the old period's bill goes on"
    )


def test_tiers_are_rated_as_the_invoice_rates_them(noon: ClockedServer) -> None:
    client, customer, meter = (
        noon.client(),
        create_customer(noon.client()),
        create_meter(noon.client()),
    )
    price = create_price(
        client,
        unit_amount=None,
        billing_scheme="tiered",
        tiers_mode="graduated",
        tiers=[
            {"up_to": 10, "unit_amount_decimal": "1.5"},
            {"up_to": "inf", "unit_amount": 20, "flat_amount": 7},
        ],
        recurring={"interval": "day", "usage_type": "metered", "meter": meter.id},
    )
    items: Any = [{"price": price}]
    subscription = client.v1.subscriptions.create({"customer": customer, "items": items})
    spend_limit(noon, customer)
    seen = []
    for units in ("3.3", "6.7", "2"):
        send(client, meter, customer, units)
        preview = client.v1.invoices.create_preview({"subscription": subscription.id})
        answer = authorize(noon, meter.event_name, customer, "0")
        seen.append((answer["limits"][0]["used"], preview.total))
    assert seen == [(5, 5), (15, 15), (62, 62)]
    asked = [authorize(noon, meter.event_name, customer, units) for units in ("1.9", "1.95")]
    assert [one["authorized"] for one in asked] == [True, False]


def test_what_cannot_be_priced_ahead_is_refused_where_it_would_cost(noon: ClockedServer) -> None:
    one, free = Subscriber(noon, "max"), create_meter(noon.client(), "max")
    spend_limit(noon, one.customer)
    refused = ask(noon, one.meter.event_name, one.customer)
    assert (refused.status, refused.json()["error"]["param"]) == (400, "event_name")
    assert authorize(noon, free.event_name, one.customer)["authorized"]


def test_what_others_extremes_cost_is_read_from_the_log(noon: ClockedServer) -> None:
    one = Subscriber(noon)
    peak = create_meter(one.client, "max")
    recurring = {"interval": "day", "usage_type": "metered", "meter": peak.id}
    items: Any = [{"price": create_price(one.client, unit_amount=5, recurring=recurring)}]
    one.client.v1.subscriptions.create({"customer": one.customer, "items": items})
    spend_limit(noon, one.customer)
    seen = []
    for value in ("4", "3", "8"):
        send(one.client, peak, one.customer, value)
        seen.append(one.authorize("1")["limits"][0]["used"])
    assert seen == [20, 20, 40]

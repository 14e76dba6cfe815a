"""What credits will be left once all that was used is billed."""

from typing import Any

import stripe

from tests.wire.clocked import NOON, ClockedServer
from tests.wire.credits import create_price, grant
from tests.wire.world import create_customer, create_meter, send

HOUR = 3_600
DAY = 24 * HOUR


class Subscriber:
    """A customer who pays a cent for each unit of a meter."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self.client = client
        self.customer = create_customer(client)
        self.meter = create_meter(client)
        recurring = {"interval": "day", "usage_type": "metered", "meter": self.meter.id}
        self.price = create_price(client, recurring=recurring)
        items: Any = [{"price": self.price}]
        self.subscription = client.v1.subscriptions.create(
            {"customer": self.customer, "items": items}
        ).id

    def use(self, units: int, at: int) -> None:
        send(self.client, self.meter, self.customer, str(units), at=at)

    def left(self) -> list[tuple[int, int]]:
        """What is available, and what will be left of it, in each currency."""
        asked: Any = {
            "customer": self.customer,
            "filter": {
                "type": "applicability_scope",
                "applicability_scope": {"price_type": "metered"},
            },
            "live": "true",
        }
        found = self.client.v1.billing.credit_balance_summary.retrieve(asked).to_dict()
        names = ("available_balance", "live_available_balance")
        return [
            (balance[names[0]]["monetary"]["value"], balance[names[1]]["monetary"]["value"])
            for balance in found["balances"]
        ]


def test_usage_of_the_running_period_is_taken_off(clocked: ClockedServer) -> None:
    subscriber = Subscriber(clocked.client())
    grant(subscriber.client, subscriber.customer, 1_000)
    assert subscriber.left() == [(1_000, 1_000)]
    subscriber.use(300, at=NOON)
    assert subscriber.left() == [(1_000, 700)]
    subscriber.use(900, at=NOON)
    assert subscriber.left() == [(1_000, 0)]


def test_a_draft_and_the_period_after_it_are_both_taken_off(clocked: ClockedServer) -> None:
    subscriber = Subscriber(clocked.client())
    grant(subscriber.client, subscriber.customer, 1_000)
    subscriber.use(300, at=NOON)
    clocked.clock.advance(seconds=DAY)
    clocked.app.runner.run_due()
    subscriber.use(50, at=NOON + DAY - 1)
    subscriber.use(200, at=NOON + DAY)
    assert subscriber.left() == [(1_000, 450)]
    clocked.clock.advance(seconds=2 * HOUR)
    clocked.app.runner.run_due()
    assert subscriber.left() == [(650, 450)]


def test_what_does_not_pay_for_this_usage_stays(clocked: ClockedServer) -> None:
    subscriber = Subscriber(clocked.client())
    other: Any = {"scope": {"price_type": "metered"}}
    grant(subscriber.client, subscriber.customer, 70, amount=_euros(70), applicability_config=other)
    grant(subscriber.client, subscriber.customer, 40, expires_at=NOON + HOUR)
    subscriber.use(300, at=NOON)
    assert subscriber.left() == [(70, 70), (40, 40)]


def _euros(value: int) -> Any:
    return {"type": "monetary", "monetary": {"currency": "eur", "value": value}}


def test_without_asking_a_balance_is_stripes(clocked: ClockedServer) -> None:
    subscriber = Subscriber(clocked.client())
    made = grant(subscriber.client, subscriber.customer)
    found = subscriber.client.v1.billing.credit_balance_summary.retrieve(
        {
            "customer": subscriber.customer,
            "filter": {"type": "credit_grant", "credit_grant": made.id},
        }
    )
    assert set(found.to_dict()["balances"][0]) == {"available_balance", "ledger_balance"}

"""Months of billing, followed by events alone: nothing changes without its event, nor twice."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from taximeter.app.server import App, open_app
from taximeter.kit.clock import MICROSECONDS, SteppingClock
from taximeter.kit.forms import Tree
from taximeter.settings import Settings
from tests.simulation.client import Answer, Call, Client
from tests.simulation.mirror import KEY, Mirror

START = 1_790_078_400
DAY = 86_400
STEPS = 70


def tree(value: Any) -> Any:
    """Spell parameters as a form has them."""
    if isinstance(value, dict):
        return {name: tree(one) for name, one in value.items()}
    if isinstance(value, list):
        return {str(index): tree(one) for index, one in enumerate(value)}
    return str(value).lower() if isinstance(value, bool) else str(value)


class Life:
    """A seeded caller who makes and changes whatever there is."""

    def __init__(self, app: App, clock: SteppingClock, seed: int) -> None:
        self.chance = random.Random(seed)
        self.client = Client(app.asgi)
        self.mirror = Mirror(self.client)
        self._app = app
        self._clock = clock
        self.clock_id: str | None = None

    def send(self, method: str, path: str, **params: Any) -> Answer:
        """Make a request, which may be refused."""
        sent: Tree = tree(params)
        return self.client.call(Call(method=method, path=path, key=KEY, params=sent))

    def post(self, path: str, **params: Any) -> str:
        """Make a request that succeeds, and return the id of what it made."""
        answer = self.send("POST", path, **params)
        assert answer.status == 200, answer
        id: str = answer.body["id"]
        return id

    def known(self, kind: str, **where: Any) -> list[str]:
        """The ids of objects of a kind."""
        return [
            id
            for id, one in self.mirror.told.items()
            if one["object"] == kind and where.items() <= one.items()
        ]

    def any(self, kind: str, **where: Any) -> str:
        """The id of one of them, or of none."""
        return self.chance.choice(self.known(kind, **where) or ["none"])

    def begin(self) -> None:
        """Make one of everything."""
        self.post("/v1/test_helpers/test_clocks", frozen_time=START)
        self.mirror.follow(at_once=True)
        for step in (self.meter, self.price, self.price, self.customer, self.customer):
            step()
            self.mirror.follow(at_once=True)

    def meter(self) -> None:
        number = self.chance.randrange(10**9)
        self.post(
            "/v1/billing/meters",
            display_name="Tokens",
            event_name=f"tokens_{number}",
            default_aggregation={"formula": "sum"},
        )

    def price(self) -> None:
        recurring: Any = {"interval": "month"}
        if self.chance.random() < 0.7:
            recurring |= {"usage_type": "metered", "meter": self.known("billing.meter")[0]}
        self.post(
            "/v1/prices",
            currency="usd",
            product_data={"name": "Alpaca"},
            unit_amount=self.chance.randrange(1, 50),
            recurring=recurring,
        )

    def customer(self) -> None:
        on_clock = self.chance.random() < 0.5
        clock = {"test_clock": self.any("test_helpers.test_clock")} if on_clock else {}
        self.send("POST", "/v1/customers", name="Ada", metadata={"a": "1"}, **clock)

    def change_customer(self) -> None:
        change: Any = self.chance.choice(
            [
                {"name": self.chance.choice(["Ada", "Bo"])},
                {"metadata": {"a": "", "b": self.chance.randrange(3)}},
                {"balance": self.chance.randrange(-500, 500)},
                {"address": {"city": "Bern", "country": "CH"}},
                {"description": ""},
            ]
        )
        self.send("POST", f"/v1/customers/{self.any('customer')}", **change)

    def change_others(self) -> None:
        choices: list[tuple[str, str, dict[str, Any]]] = [
            ("billing.meter", "/v1/billing/meters", {"display_name": "Other"}),
            ("product", "/v1/products", {"metadata": {"x": self.chance.randrange(2)}}),
            ("price", "/v1/prices", {"nickname": self.chance.choice(["p", "q"])}),
            ("invoice", "/v1/invoices", {"metadata": {"x": self.chance.randrange(2)}}),
            ("invoice", "/v1/invoices", {"description": "Thanks"}),
            ("subscription", "/v1/subscriptions", {"cancel_at_period_end": True}),
            ("subscription", "/v1/subscriptions", {"metadata": {"x": 1}}),
            ("subscription", "/v1/subscriptions", {"description": "Plan"}),
            ("billing.credit_grant", "/v1/billing/credit_grants", {"metadata": {"x": 2}}),
        ]
        kind, path, change = self.chance.choice(choices)
        self.send("POST", f"{path}/{self.any(kind)}", **change)

    def act(self) -> None:
        kind, path, verb = self.chance.choice(
            [
                ("invoice", "/v1/invoices", "finalize"),
                ("invoice", "/v1/invoices", "void"),
                ("invoice", "/v1/invoices", "mark_uncollectible"),
                ("billing.meter", "/v1/billing/meters", "deactivate"),
                ("billing.meter", "/v1/billing/meters", "reactivate"),
                ("billing.credit_grant", "/v1/billing/credit_grants", "expire"),
                ("billing.credit_grant", "/v1/billing/credit_grants", "void"),
            ]
        )
        self.send("POST", f"{path}/{self.any(kind)}/{verb}")

    def pay(self) -> None:
        self.send(
            "POST", f"/v1/invoices/{self.any('invoice', status='open')}/pay", paid_out_of_band=True
        )

    def delete(self) -> None:
        kind, path = self.chance.choice(
            [
                ("customer", "/v1/customers"),
                ("product", "/v1/products"),
                ("invoice", "/v1/invoices"),
                ("invoiceitem", "/v1/invoiceitems"),
                ("subscription", "/v1/subscriptions"),
            ]
        )
        self.send("DELETE", f"{path}/{self.any(kind)}")

    def subscribe(self) -> None:
        items = [{"price": self.any("price")}]
        self.send("POST", "/v1/subscriptions", customer=self.any("customer"), items=items)

    def swap(self) -> None:
        id = self.any("subscription", status="active")
        if id == "none":
            return
        item = self.mirror.told[id]["items"]["data"][0]["id"]
        items = [{"id": item, "price": self.any("price")}]
        self.send("POST", f"/v1/subscriptions/{id}", items=items)

    def bill_by_hand(self) -> None:
        customer = self.any("customer")
        amount = self.chance.randrange(-100, 900)
        self.send("POST", "/v1/invoiceitems", customer=customer, amount=amount, currency="usd")

    def invoice(self) -> None:
        behavior = self.chance.choice(["include", "exclude"])
        self.send(
            "POST",
            "/v1/invoices",
            customer=self.any("customer"),
            pending_invoice_items_behavior=behavior,
        )

    def grant(self) -> None:
        self.send(
            "POST",
            "/v1/billing/credit_grants",
            customer=self.any("customer"),
            amount={"type": "monetary", "monetary": {"currency": "usd", "value": 300}},
            applicability_config={"scope": {"price_type": "metered"}},
            expires_at=self._clock.now_us() // MICROSECONDS + 40 * DAY,
        )

    def use(self) -> None:
        meter = self.mirror.told[self.known("billing.meter")[0]]
        payload = {"stripe_customer_id": self.any("customer"), "value": self.chance.randrange(40)}
        name = meter["event_name"]
        self.send("POST", "/v1/billing/meter_events", event_name=name, payload=payload)

    def pass_time(self) -> None:
        """Let time pass, here and on the test clock, and do what falls due."""
        seconds = self.chance.randrange(1, 20 * DAY)
        self._clock.advance(seconds=seconds)
        for id in self.known("test_helpers.test_clock"):
            frozen = self.mirror.told[id]["frozen_time"] + self.chance.randrange(1, 30 * DAY)
            self.send("POST", f"/v1/test_helpers/test_clocks/{id}/advance", frozen_time=frozen)
        self._app.runner.run_due()


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock(START * MICROSECONDS)


@pytest.fixture
def app(tmp_path: Path, clock: SteppingClock) -> Iterator[App]:
    settings = Settings(late_usage="bill")
    with open_app(tmp_path / "data", settings=settings, clock=clock, dev=True) as opened:
        yield opened


@pytest.mark.parametrize("seed", [2, 7])
def test_objects_are_what_their_events_say(seed: int, app: App, clock: SteppingClock) -> None:
    check_followed(Life(app, clock, seed))


def check_followed(life: Life) -> None:
    """Live, and compare after each step; what was passed through is in the events of a clock."""
    life.begin()
    once = [life.customer, life.change_customer, life.change_others, life.act, life.pay]
    once += [life.delete, life.subscribe, life.swap, life.bill_by_hand, life.invoice, life.grant]
    once += [life.change_customer, life.change_others, life.act, life.subscribe, life.use] * 2
    seen: set[str] = set()
    for _ in range(STEPS):
        step = life.chance.choice([*once, *[life.pass_time] * 4])
        step()
        seen |= {event["type"] for event in life.mirror.follow(at_once=step != life.pass_time)}
    life.client.close()
    assert {"invoice.finalized", "customer.subscription.updated"} <= seen, seen

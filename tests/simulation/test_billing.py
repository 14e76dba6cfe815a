"""Weeks of billing with all that goes on: late usage, cancellations, other prices, restarts.

With late usage billed, what all invoices come to in the end is what all usage costs, to the cent.
"""

import random
from pathlib import Path
from typing import Any

import pytest
import stripe

from taximeter.kit.clock import MICROSECONDS, SteppingClock
from taximeter.settings import Settings
from tests.wire.billing_world import DAY, HOUR, create_price, graduated, subscribe
from tests.wire.clocked import NOON, ClockedServer
from tests.wire.world import create_customer, create_meter, send

UNIT = 7
WEEKS, FLUSH_WEEKS = 4, 2


class Life:
    """A seeded life of some customers on one meter, with a ledger of what they used."""

    def __init__(self, folder: Path, seed: int, **cost: Any) -> None:
        self.chance = random.Random(seed)
        self.clock = SteppingClock(NOON * MICROSECONDS)
        self.folder = folder
        self.used: dict[str, dict[str, int]] = {}
        self.canceled: set[str] = set()
        self.recent: list[tuple[int, str]] = []
        self.server = self._open()
        client = self.client
        self.meter = create_meter(client)
        self.prices = [
            create_price(client, self.meter, interval="week", **(cost or {"unit_amount": UNIT}))
            for _ in range(2)
        ]
        self.subscriptions: dict[str, str] = {}

    def _open(self) -> ClockedServer:
        settings = Settings(late_usage="bill", grace_period_hours=5)
        return ClockedServer(self.folder / "data", settings, clock=self.clock).__enter__()

    def close(self) -> None:
        """Stop the server."""
        self.server.__exit__(None, None, None)

    @property
    def client(self) -> stripe.StripeClient:
        """Return a client of whichever server runs now."""
        return self.server.client()

    def join(self) -> None:
        """Have one more customer subscribe, at whatever time it is; some are billed at amounts."""
        customer = create_customer(self.client)
        self.used[customer] = {}
        others: dict[str, Any] = {}
        if self.chance.random() < 0.5:
            others = {"billing_thresholds": {"amount_gte": self.chance.randrange(50, 900)}}
        made = subscribe(self.client, customer, self.prices[0], **others)
        self.subscriptions[customer] = made.id

    def use(self) -> None:
        """Record usage of now or of up to three days ago, but of no time before it joined."""
        customer = self.chance.choice(list(self.used))
        started = self.client.v1.subscriptions.retrieve(self.subscriptions[customer]).start_date
        at = max(started, self.server.now() - self.chance.randrange(3 * DAY))
        value = self.chance.randrange(1, 50)
        event = send(self.client, self.meter, customer, str(value), at=at)
        self.used[customer][event.identifier] = value
        self.recent.append((self.server.now(), event.identifier))

    def cancel(self) -> None:
        """Cancel an event of the last day."""
        since = self.server.now() - DAY + HOUR
        self.recent = [one for one in self.recent if one[0] > since]
        left = [id for _, id in self.recent if id not in self.canceled]
        if left:
            id = self.chance.choice(left)
            params: Any = {
                "event_name": self.meter.event_name,
                "type": "cancel",
                "cancel": {"identifier": id},
            }
            self.client.v1.billing.meter_event_adjustments.create(params)
            self.canceled.add(id)

    def swap(self) -> None:
        """Change a subscription's price for the other one, which costs the same."""
        id = self.chance.choice(list(self.subscriptions.values()))
        (item,) = self.client.v1.subscriptions.retrieve(id)["items"]["data"]
        price = next(one for one in self.prices if one != item["price"]["id"])
        params: Any = {"items": [{"id": item["id"], "price": price}]}
        self.client.v1.subscriptions.update(id, params)

    def finalize(self) -> None:
        """Finalize a draft by hand, before its grace is over."""
        drafts = self.client.v1.invoices.list({"status": "draft"}).data
        if drafts:
            self.client.v1.invoices.finalize_invoice(self.chance.choice(drafts).id)

    def restart(self) -> None:
        """Stop the server and start it again."""
        self.close()
        self.server = self._open()

    def pass_time(self, seconds: int) -> None:
        """Move the clock, and do what falls due."""
        self.clock.advance(seconds=seconds)
        self.server.app.runner.run_due()

    def live(self) -> None:
        """Live for some weeks, then let everything settle."""
        for _ in range(3):
            self.join()
        end = NOON + WEEKS * 7 * DAY
        steps = [self.use] * 12 + [self.cancel] * 3 + [self.swap, self.finalize, self.join]
        while self.server.now() < end:
            for _ in range(self.chance.randrange(4)):
                self.chance.choice(steps)()
            if self.chance.random() < 0.03:
                self.restart()
            self.pass_time(self.chance.randrange(HOUR, 18 * HOUR))
        for _ in range(FLUSH_WEEKS):
            self.pass_time(7 * DAY)
        self.pass_time(6 * HOUR)

    def cost(self, customer: str) -> int:
        """Return what a customer's usage costs."""
        used = self.used[customer].items()
        return UNIT * sum(value for id, value in used if id not in self.canceled)


@pytest.mark.parametrize("seed", [1, 2])
def test_all_invoices_come_to_what_all_usage_costs(seed: int, tmp_path: Path) -> None:
    check_life(seed, tmp_path)


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(3, 33))
def test_so_they_do_in_many_lives(seed: int, tmp_path: Path) -> None:
    check_life(seed, tmp_path)


def check_life(seed: int, tmp_path: Path) -> None:
    """Live, and hold the invoices against the ledger and the log."""
    life = Life(tmp_path, seed)
    try:
        life.live()
        client = life.client
        for customer in life.used:
            listed = client.v1.invoices.list({"customer": customer, "limit": 100})
            invoices = list(listed.auto_paging_iter())
            assert sum(one.total for one in invoices) == life.cost(customer)
            check_explained(client, invoices)
    finally:
        life.close()


def test_all_lines_of_tiers_and_flat_fees_come_out_of_the_log(tmp_path: Path) -> None:
    life = Life(tmp_path, 6, **graduated())
    try:
        life.live()
        for customer in life.used:
            listed = life.client.v1.invoices.list({"customer": customer, "limit": 100})
            check_explained(life.client, list(listed.auto_paging_iter()))
    finally:
        life.close()


def check_explained(client: stripe.StripeClient, invoices: list[stripe.Invoice]) -> None:
    """Every line that bills usage comes out of the log as it was billed."""
    for invoice in invoices:
        for line in invoice.lines.auto_paging_iter():
            if line["usage"] is not None:
                path = f"/v1/invoices/{invoice.id}/lines/{line.id}/explain"
                found: Any = client.deserialize(client.raw_request("get", path), api_mode="V1")
                assert found["recomputed"] is True, (invoice.id, line.id)

"""Random lives of subscriptions: never a 500, and never an invoice that does not add up."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wire.clocked import NOON, ClockedServer
from tests.wire.plain import request
from tests.wire.prices import create_price
from tests.wire.subscribing import World

DAY = 86_400
MOMENTS = [
    *("0", "1", str(NOON), str(NOON + 1), str(NOON + 10 * DAY), str(NOON + 40 * DAY)),
    *(str(NOON - 400 * DAY), str(NOON - 1), "253402300799", "-1", "now", "", "min_period_end"),
]
CHOICES: dict[str, list[str]] = {
    "backdate_start_date": MOMENTS,
    "billing_cycle_anchor": [*MOMENTS, "unchanged"],
    "billing_cycle_anchor_config[day_of_month]": ["1", "31", "0", "32"],
    "billing_cycle_anchor_config[month]": ["2", "13"],
    "billing_mode[type]": ["flexible", "classic", "x"],
    "billing_thresholds": ["", "1"],
    "billing_thresholds[amount_gte]": ["49", "50", "99999999", "1e3"],
    "cancel_at": MOMENTS,
    "cancel_at_period_end": ["true", "false", "x"],
    "cancellation_details[comment]": ["bye", ""],
    "collection_method": ["send_invoice", "charge_automatically"],
    "currency": ["usd", "eur", "USD", ""],
    "days_until_due": ["0", "30", "-1"],
    "description": ["", "x" * 501, "é"],
    "expand[]": ["latest_invoice", "customer", "items.data.price.tiers", "nothing"],
    "invoice_now": ["true", "false"],
    "items[1][price]": ["{tokens}", "{seats}", "{dimes}", "{annual}", "price_none"],
    "items[1][quantity]": ["0", "5", "999999999999", "x"],
    "items[1][id]": ["{item}", "si_none"],
    "items[1][deleted]": ["true", "false"],
    "items[1][billing_thresholds][usage_gte]": ["1", "0", ""],
    "metadata[a]": ["1", ""],
    "pause_collection": [""],
    "pause_collection[behavior]": ["void", "keep_as_draft", "mark_uncollectible"],
    "pause_collection[resumes_at]": MOMENTS,
    "price": ["{tokens}", "{seats}", "{dimes}", "{annual}", "price_none", ""],
    "prorate": ["true", "false"],
    "proration_behavior": ["none", "always_invoice", "create_prorations"],
    "proration_date": MOMENTS,
    "quantity": ["0", "3", "-1"],
    "trial_end": MOMENTS,
    "trial_period_days": ["0", "14", "731"],
}
# Mostly what a subscription may be, so that many are made: most words alone would refuse.
params = st.dictionaries(st.sampled_from(sorted(CHOICES)), st.integers(0, 20), max_size=4).map(
    lambda drawn: {name: CHOICES[name][n % len(CHOICES[name])] for name, n in drawn.items()}
)


class Target:
    """A server with prices, and the subscription that is spoken of."""

    def __init__(self, server: ClockedServer) -> None:
        self.world = World(server)
        annual = create_price(
            self.world.client, unit_amount=9_999, recurring={"interval": "year"}
        ).id
        self.names = {
            "{tokens}": self.world.tokens,
            "{seats}": self.world.seats,
            "{dimes}": self.world.dimes,
            "{annual}": annual,
            "{item}": "si_none",
        }

    def send(self, method: str, path: str, sent: dict[str, str]) -> int:
        """Send a request, and return its status."""
        body = {name: self.names.get(value, value) for name, value in sent.items()}
        answer = request(self.world.server.address, method, path, body=body)
        assert answer.status < 500, answer.body
        assert answer.json()
        return answer.status


@pytest.fixture(scope="module")
def target(noon: ClockedServer) -> Target:
    return Target(noon)


@pytest.fixture(scope="module")
def noon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClockedServer]:
    with ClockedServer(tmp_path_factory.mktemp("fuzz") / "data") as server:
        yield server


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(new=params, change=params, of_item=params, end=params)
def test_no_life_of_a_subscription_fails(
    target: Target,
    new: dict[str, str],
    change: dict[str, str],
    of_item: dict[str, str],
    end: dict[str, str],
) -> None:
    world = target.world
    customer = world.new_customer()
    world.use("70", customer=customer)
    plain = {"customer": customer, "items[0][price]": "{tokens}"}
    if target.send("POST", "/v1/subscriptions", {**plain, **new}) != 200:
        made = world.subscribe(world.tokens, world.seats, customer=customer)
    else:
        made = world.client.v1.subscriptions.list({"customer": customer}).data[0]
    item = made["items"].data[-1].id
    target.names["{item}"] = item
    target.send("POST", f"/v1/subscriptions/{made.id}", change)
    target.send("POST", f"/v1/subscription_items/{item}", of_item)
    target.send("DELETE", f"/v1/subscriptions/{made.id}", end)
    for invoice in world.invoices(made.id):
        lines = sum(line.amount for line in invoice.lines.auto_paging_iter())
        assert lines == invoice.subtotal

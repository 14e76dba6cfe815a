"""What of the usage a line counts: by formula, by dimension, by whole days; and what it costs."""

from decimal import Decimal
from typing import Any

import pytest
import stripe

from tests.wire.billing_world import DAY, HOUR, create_price, create_world, subscribe
from tests.wire.clocked import NOON, ClockedServer
from tests.wire.world import create_customer, create_meter, send

MONTH = 30 * DAY


def close_month(server: ClockedServer, customer: str) -> stripe.Invoice:
    """Let the month and its grace pass, and return the invoice."""
    for seconds in (MONTH, HOUR):
        server.clock.advance(seconds=seconds)
        server.app.runner.run_due()
    (invoice,) = server.client().v1.invoices.list({"customer": customer}).data
    return invoice


@pytest.mark.parametrize(
    ("formula", "quantity"),
    [("sum", "10.5"), ("count", "3"), ("max", "7"), ("min", "0.5"), ("last", "3"), ("avg", "3.5")],
)
def test_each_formula_is_billed(formula: str, quantity: str, clocked: ClockedServer) -> None:
    client = clocked.client()
    meter, customer = create_meter(client, formula), create_customer(client)
    price = create_price(client, meter, unit_amount_decimal="100")
    subscribe(client, customer, price)
    for value in ("0.5", "7", "3"):
        send(client, meter, customer, value, at=clocked.now())
        clocked.clock.advance(seconds=60)
    invoice = close_month(clocked, customer)
    (line,) = invoice.lines.data
    assert line.quantity_decimal == Decimal(quantity)
    assert line.quantity == int(Decimal(quantity))
    assert line.amount == Decimal(quantity) * 100
    path = f"/v1/invoices/{invoice.id}/lines/{line.id}/explain"
    answer: Any = client.deserialize(client.raw_request("get", path), api_mode="V1")
    assert answer["recomputed"] is True


def test_a_price_for_some_models_counts_only_theirs(clocked: ClockedServer) -> None:
    client = clocked.client()
    meter = create_meter(client, dimension_payload_keys=["model"])
    customer = create_customer(client)
    prices = []
    for models, amount in ((["large"], "100"), (["small", "tiny"], "1")):
        recurring: Any = {
            "interval": "month",
            "usage_type": "metered",
            "meter": meter.id,
            "dimension_filters": {"model": models},
        }
        prices.append(create_price(client, meter, unit_amount_decimal=amount, recurring=recurring))
    subscribe(client, customer, *prices)
    for model, value in (("large", "2"), ("small", "30"), ("tiny", "400"), ("other", "5000")):
        send(client, meter, customer, value, at=NOON, model=model)
    invoice = close_month(clocked, customer)
    assert sorted(line.amount for line in invoice.lines.data) == [200, 430]
    line = next(line for line in invoice.lines.data if line.amount == 430)
    path = f"/v1/invoices/{invoice.id}/lines/{line.id}/explain"
    answer: Any = client.deserialize(client.raw_request("get", path), api_mode="V1")
    events = []
    for address in answer["events"]:
        listed: Any = client.deserialize(client.raw_request("get", address), api_mode="V1")
        events += [event["value"] for event in listed["data"]]
    assert sorted(events) == ["30", "400"]


def test_a_meter_of_days_bills_whole_days_and_the_rest_on_the_next_invoice(
    clocked: ClockedServer,
) -> None:
    client = clocked.client()
    meter = create_meter(client, event_time_window="day")
    customer = create_customer(client)
    subscribe(client, customer, create_price(client, meter, unit_amount_decimal="1"))
    clocked.clock.advance(seconds=29 * DAY)
    send(client, meter, customer, "5", at=clocked.now() - DAY)
    send(client, meter, customer, "7", at=clocked.now() + 12 * HOUR - 60 - DAY)
    clocked.clock.advance(seconds=12 * HOUR + 60)
    send(client, meter, customer, "9", at=clocked.now())
    clocked.clock.advance(seconds=12 * HOUR)
    clocked.app.runner.run_due()
    (first,) = client.v1.invoices.list({"customer": customer}).data
    assert first.lines.data[0].period.end == NOON + MONTH - 12 * HOUR
    clocked.clock.advance(seconds=32 * DAY)
    clocked.app.runner.run_due()
    totals = [one.total for one in client.v1.invoices.list({"customer": customer}).data]
    assert totals == [9, 7]


def test_packages_are_rounded_as_the_price_says(clocked: ClockedServer) -> None:
    world = create_world(
        clocked, unit_amount=200, transform_quantity={"divide_by": 10, "round": "up"}
    )
    send(world.client, world.meter, world.customer, "25", at=NOON)
    (line,) = close_month(clocked, world.customer).lines.data
    assert (line.amount, line.quantity) == (600, 25)

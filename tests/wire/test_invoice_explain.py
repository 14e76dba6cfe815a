"""Previews, explanations and late usage: every figure of an invoice can be had again."""

from typing import Any

import msgspec
import pytest
import stripe

from taximeter.settings import Settings
from tests.wire.billing_world import DAY, HOUR, World, create_world, graduated
from tests.wire.clocked import NOON, ClockedServer
from tests.wire.world import send

MONTH = 30 * DAY


def ask(world: World, path: str) -> dict[str, Any]:
    """Read what Stripe does not have."""
    answer = world.client.raw_request("get", path)
    found: dict[str, Any] = world.client.deserialize(answer, api_mode="V1").to_dict()
    return found


def figures(invoice: stripe.Invoice) -> list[tuple[Any, ...]]:
    """Return all that is billed."""
    return [
        (line.description, line.amount, line.quantity_decimal, line.period.start, line.period.end)
        for line in invoice.lines.data
    ]


def billed_month(clocked: ClockedServer) -> tuple[World, stripe.Invoice]:
    world = create_world(clocked, **graduated())
    for day, value in ((0, "60"), (1, "40.5"), (2, "19.5")):
        send(world.client, world.meter, world.customer, value, at=NOON + day * DAY - 60 * (day > 0))
        world.advance(DAY)
    world.advance(MONTH)
    world.advance(HOUR)
    (invoice,) = world.invoices()
    return world, invoice


def test_a_preview_is_the_invoice_that_follows(clocked: ClockedServer) -> None:
    world = create_world(clocked, **graduated())
    send(world.client, world.meter, world.customer, "120.5", at=NOON)
    world.client.v1.invoice_items.create(
        {"customer": world.customer, "amount": 700, "currency": "usd", "description": "Setup"}
    )
    preview = world.client.v1.invoices.create_preview({"subscription": world.subscription})
    assert preview.id.startswith("upcoming_in_")
    assert world.invoices() == []
    world.advance(MONTH)
    world.advance(HOUR)
    (invoice,) = world.invoices()
    assert figures(preview) == figures(invoice)
    assert (preview.total, preview.amount_due) == (invoice.total, invoice.amount_due)
    assert invoice.total == 700 + 1_000 + 500 + 51


def test_a_recurring_preview_leaves_out_what_is_pending(clocked: ClockedServer) -> None:
    world = create_world(clocked)
    world.client.v1.invoice_items.create(
        {"customer": world.customer, "amount": 700, "currency": "usd"}
    )
    preview = world.client.v1.invoices.create_preview(
        {"subscription": world.subscription, "preview_mode": "recurring"}
    )
    assert preview.total == 0


def test_nothing_comes_after_the_end(clocked: ClockedServer) -> None:
    world = create_world(clocked)
    world.client.v1.subscriptions.cancel(world.subscription)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        world.client.v1.invoices.create_preview({"subscription": world.subscription})
    assert (caught.value.http_status, caught.value.code) == (404, "invoice_upcoming_none")


def test_each_line_is_explained_down_to_its_events(clocked: ClockedServer) -> None:
    world, invoice = billed_month(clocked)
    assert [line.amount for line in invoice.lines.data] == [1_000, 50, 500]
    found: dict[str, Any] = {}
    for line in invoice.lines.data:
        found = ask(world, f"/v1/invoices/{invoice.id}/lines/{line.id}/explain")
        assert found["recomputed"] is True
        assert found["amount"]["billed"] == found["amount"]["recomputed"] == line.amount
        assert found["quantity"]["billed"] == found["quantity"]["recomputed"] == "120"
    assert [step["exact"] for step in found["amount"]["all"]] == ["1000", "50", "500"]
    (address,) = found["events"]
    events = ask(world, address)["data"]
    assert sorted(event["value"] for event in events) == ["19.5", "40.5", "60"]
    days = found["quantity"]["days"]
    assert sum(float(day["value"]) for day in days) == 120


def test_usage_after_finalization_changes_no_figure_and_is_reported(
    clocked: ClockedServer,
) -> None:
    world, invoice = billed_month(clocked)
    send(world.client, world.meter, world.customer, "4", at=NOON + 2 * DAY)
    (same,) = world.invoices()
    assert same.to_dict() == invoice.to_dict()
    line = invoice.lines.data[1]
    explained = ask(world, f"/v1/invoices/{invoice.id}/lines/{line.id}/explain")
    assert explained["recomputed"] is True
    (address,) = explained["events"]
    assert [event["value"] for event in ask(world, address)["data"]] == ["19.5", "40.5", "60"]
    late = ask(world, f"/v1/invoices/{invoice.id}/late_usage")
    (quantity,) = late["quantities"]
    assert (quantity["billed"], quantity["value"]) == ("120", "124")
    assert late["adjustment"] == 10
    world.advance(31 * DAY)
    assert [one.total for one in world.invoices()] == [0, 1_550]


@pytest.fixture
def billing_late(tmp_path: Any) -> Any:
    settings = msgspec.structs.replace(Settings(), late_usage="bill")
    with ClockedServer(tmp_path / "data", settings) as server:
        yield server


def test_late_usage_is_billed_once_where_the_setting_says_so(billing_late: ClockedServer) -> None:
    world, invoice = billed_month(billing_late)
    event = send(world.client, world.meter, world.customer, "4", at=NOON + 2 * DAY)
    world.advance(HOUR)
    preview = world.client.v1.invoices.create_preview({"subscription": world.subscription})
    assert preview.total == 10
    world.advance(30 * DAY)
    adjusting = world.invoices()[0]
    assert adjusting.total == 10
    late = adjusting.lines.data[-1]
    assert late["late_of"] == invoice.lines.data[1].id
    explained = ask(world, f"/v1/invoices/{adjusting.id}/lines/{late.id}/explain")
    assert explained["recomputed"] is True
    assert event.identifier
    world.advance(31 * DAY)
    world.advance(31 * DAY)
    assert sum(one.total for one in world.invoices()) == 1_560
    assert ask(world, f"/v1/invoices/{invoice.id}/late_usage")["quantities"] == []

"""What came in, what was rejected, who used how much: the pages against what was sent."""

from decimal import Decimal
from typing import Any

import stripe

from tests.dashboard.visitor import Visitor
from tests.serving import Server


def sent(server: Server, client: stripe.StripeClient, name: str) -> tuple[str, list[str]]:
    """A meter with 3 events of two customers, one of them twice, and two that were rejected."""
    meter = client.v1.billing.meters.create(
        {
            "display_name": name.capitalize(),
            "event_name": name,
            "default_aggregation": {"formula": "sum"},
        }
    )
    customers = [client.v1.customers.create({"name": f"{name} {one}"}).id for one in "ab"]
    session = client.v2.billing.meter_event_session.create()

    def event(identifier: str, customer: str, value: str) -> Any:
        return {
            "event_name": name,
            "identifier": f"{name} {identifier}",
            "payload": {"stripe_customer_id": customer, "value": value},
        }

    events = [
        event("1", customers[0], "1"),
        event("2", customers[0], "2"),
        event("3", customers[1], "9"),
        event("3", customers[1], "9"),
        event("4", customers[1], "<b>x</b>"),
        event("5", "cus_gone", "1"),
    ]
    server.client(session.authentication_token).v2.billing.meter_event_stream.create(
        {"events": events}
    )
    return meter.id, customers


def test_home_counts_what_came_in_and_names_what_was_rejected(
    server: Server, client: stripe.StripeClient, developer: Visitor
) -> None:
    before = developer.get("/test/ingestion.json?hours=1").json()
    meter, _ = sent(server, client, "homely")
    home = developer.get("/test.json?hours=1").json()
    counted = home["ingestion"]
    grown = {name: counted[name] - before[name] for name in ("accepted", "duplicate", "rejected")}
    assert grown == {"accepted": 3, "duplicate": 1, "rejected": 2}
    refused = (
        home["attention"]["refused"] + developer.get("/test.json").json()["attention"]["refused"]
    )
    assert {one["code"] for one in refused} >= {
        "meter_event_invalid_value",
        "meter_event_customer_not_found",
    }
    series = {one["label"]: one["values"] for one in counted["chart"]["series"]}
    assert sum(map(Decimal, series["accepted"])) == counted["accepted"]
    assert len(counted["chart"]["starts"]) == 60
    table = developer.get("/test/ingestion.csv?hours=24").text.splitlines()
    assert table[0] == "hour (UTC),accepted,duplicate,rejected"
    assert len(table) == 25
    assert meter in [one["meter"]["id"] for one in home["cards"]] or len(home["cards"]) == 6


def test_customers_are_listed_by_what_they_used(
    server: Server, client: stripe.StripeClient, developer: Visitor
) -> None:
    meter, customers = sent(server, client, "shared")
    rows = developer.get(f"/test/meters/{meter}/customers.json").json()["customers"]["rows"]
    assert rows == [
        {"customer": customers[1], "name": "shared b", "usage": "9", "share": "75.0"},
        {"customer": customers[0], "name": "shared a", "usage": "3", "share": "25.0"},
    ]
    table = developer.get(f"/test/meters/{meter}/customers.csv?sort=usage").text.splitlines()
    assert table[1:] == [f"{customers[0]},shared a,3", f"{customers[1]},shared b,9"]


def test_the_feed_has_the_newest_first_and_marks_what_arrived(
    server: Server, client: stripe.StripeClient, developer: Visitor
) -> None:
    meter, _ = sent(server, client, "flowing")
    feed = developer.get(f"/test/meters/{meter}/feed.json").json()
    assert [one["identifier"] for one in feed["events"]] == ["flowing 3", "flowing 2", "flowing 1"]
    seen = feed["events"][1]["seq"]
    again = developer.get(f"/test/meters/{meter}/feed.json?seen={seen}").json()["events"]
    assert [one["arrived"] for one in again] == [True, False, False]


def test_rejected_events_are_filtered_and_paged_and_run_nothing(
    server: Server, client: stripe.StripeClient, developer: Visitor
) -> None:
    meter, _ = sent(server, client, "refusing")
    path = f"/test/rejected.json?meter={meter}"
    events = developer.get(path).json()["events"]
    assert {one["code"] for one in events} == {
        "meter_event_invalid_value",
        "meter_event_customer_not_found",
    }
    one = developer.get(f"{path}&code=meter_event_invalid_value").json()["events"]
    assert [event["identifier"] for event in one] == ["refusing 4"]
    after = developer.get(f"{path}&after={events[0]['id']}").json()
    assert ([event["id"] for event in after["events"]], bool(after["newer"])) == (
        [events[1]["id"]],
        True,
    )
    page = developer.get(f"/test/rejected?meter={meter}").text
    assert "<b>x</b>" not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page


def test_a_chart_is_compared_with_the_period_before_and_keeps_every_group(
    client: stripe.StripeClient, developer: Visitor
) -> None:
    meter = client.v1.billing.meters.create(
        {
            "display_name": "Many models",
            "event_name": "many_models",
            "default_aggregation": {"formula": "sum"},
            "dimension_payload_keys": ["model"],  # type: ignore[typeddict-unknown-key]  # beyond Stripe
        }
    )
    customer = client.v1.customers.create({}).id
    for number in range(9):
        client.v1.billing.meter_events.create(
            {
                "event_name": "many_models",
                "payload": {
                    "stripe_customer_id": customer,
                    "value": str(number + 1),
                    "model": f"model-{number}",
                },
            }
        )
    asked = f"/test/meters/{meter.id}.json?days=7&by=model&compare=true"
    chart = developer.get(asked).json()["chart"]
    assert [(one["label"], one["part"]) for one in chart["series"]][4:] == [
        ("model-4", "usage"),
        ("4 others", "others"),
        ("period before", "previous"),
    ]
    assert sum(map(Decimal, chart["series"][5]["values"])) == 1 + 2 + 3 + 4
    assert (chart["total"], chart["previous_total"]) == ("45", None)
    head = developer.get(asked.replace(".json", ".csv")).text.splitlines()[0].split(",")
    assert sorted(head[1:-1]) == [f"model-{number}" for number in range(9)]
    assert head[-1] == "period before"


def test_home_names_the_drafts_that_close_soon(
    client: stripe.StripeClient, developer: Visitor
) -> None:
    customer = client.v1.customers.create({"name": "Closing soon"}).id
    invoice = client.v1.invoices.create({"customer": customer, "auto_advance": True})
    kept = client.v1.invoices.create({"customer": customer, "auto_advance": False})
    client.v1.invoice_items.create(
        {"customer": customer, "invoice": invoice.id, "amount": 123450, "currency": "usd"}
    )
    drafts = {
        one["invoice"]: one for one in developer.get("/test.json").json()["attention"]["drafts"]
    }
    assert kept.id not in drafts
    shown = drafts[invoice.id or ""]
    assert (shown["customer_name"], shown["amount"], shown["currency"]) == (
        "Closing soon",
        123450,
        "usd",
    )
    assert shown["closes_at"] == invoice.automatically_finalizes_at
    assert "1,234.50 USD" in developer.get("/test").text

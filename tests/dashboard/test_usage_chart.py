"""The numbers of a meter's chart: its JSON, its CSV, and what the API says."""

import time
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import stripe

from tests.dashboard.visitor import Visitor

DAY = 86_400


def recorded(client: stripe.StripeClient, formula: str, name: str) -> tuple[str, int]:
    """A meter with 0.1 and 0.2 at one in the morning UTC two days ago, and 5 a day before."""
    meter = client.v1.billing.meters.create(
        {
            "display_name": name,
            "event_name": name,
            "default_aggregation": {"formula": formula},
        }
    )
    customer = client.v1.customers.create({})
    start = int(time.time()) // DAY * DAY - 2 * DAY + 3_600
    for at, value in ((start, "0.1"), (start + 60, "0.2"), (start - DAY, "5")):
        client.v1.billing.meter_events.create(
            {
                "event_name": name,
                "timestamp": at,
                "payload": {"stripe_customer_id": customer.id, "value": value},
            }
        )
    return meter.id, start


def test_a_chart_is_exact_in_any_zone_and_has_a_value_for_every_window(
    client: stripe.StripeClient, developer: Visitor
) -> None:
    meter, start = recorded(client, "sum", "chart_sum")
    for zone in ("UTC", "America/New_York", "Asia/Kolkata"):
        asked = f"/test/meters/{meter}.json?days=7&window=day&zone={zone}"
        chart = developer.get(asked).json()["chart"]
        day = f"{datetime.fromtimestamp(start, UTC).astimezone(ZoneInfo(zone)):%Y-%m-%d}"
        (series,) = chart["series"]
        values = dict(zip(chart["labels"], series["values"], strict=True))
        assert (len(values), values[day]) == (7, "0.3")
        assert sum(map(Decimal, values.values())) == Decimal("5.3") == Decimal(chart["total"])
        table = developer.get(asked.replace(".json", ".csv")).text.splitlines()
        assert table[0] == f"day ({zone}),chart_sum"
        assert table[1:] == [f"{label},{value}" for label, value in values.items()]


def test_where_nothing_was_used_a_greatest_value_is_none_and_no_zero(
    client: stripe.StripeClient, developer: Visitor
) -> None:
    meter, _ = recorded(client, "max", "chart_max")
    chart = developer.get(f"/test/meters/{meter}.json?days=7").json()["chart"]
    assert sorted(map(str, chart["series"][0]["values"])) == ["0.2", "5", *["None"] * 5]
    assert chart["total"] == "5"


def test_what_cannot_be_drawn_says_why(client: stripe.StripeClient, developer: Visitor) -> None:
    meter, _ = recorded(client, "count", "chart_count")
    many = developer.get(f"/test/meters/{meter}.json?days=365&window=hour").json()
    assert (many["chart"], "Choose longer windows" in many["problem"]["window"]) == (None, True)
    nowhere = developer.get(f"/test/meters/{meter}?zone=Nowhere/<b>").text
    assert "is not a zone of the IANA database" in nowhere
    assert "<b>" not in nowhere

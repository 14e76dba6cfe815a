"""From nothing to an exact total, through the official SDK and a real socket."""

import time
from decimal import Decimal

import stripe


def test_usage_sent_through_the_sdk_is_in_the_next_total(client: stripe.StripeClient) -> None:
    meter = client.v1.billing.meters.create(
        {
            "display_name": "First usage",
            "event_name": "first_usage",
            "default_aggregation": {"formula": "sum"},
        }
    )
    customer = client.v1.customers.create({"name": "First"})
    for value in ("0.1", "0.2", "-0.05"):
        client.v1.billing.meter_events.create(
            {
                "event_name": "first_usage",
                "payload": {"stripe_customer_id": customer.id, "value": value},
            }
        )
    minute = int(time.time()) // 60 * 60
    summaries = client.v1.billing.meters.event_summaries.list(
        meter.id,
        {"customer": customer.id, "start_time": minute - 3600, "end_time": minute + 120},
    )
    assert [Decimal(one["aggregated_value_decimal"]) for one in summaries.data] == [Decimal("0.25")]

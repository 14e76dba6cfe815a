"""What most wire tests begin with: a meter, a customer, usage; and the totals read back."""

import secrets
from decimal import Decimal
from typing import Any, Literal

import stripe
from stripe.billing import Meter, MeterEventSummary

Payload = dict[str, str]


def new_name(stem: str = "tokens") -> str:
    """Return an event name that nobody else uses."""
    return f"{stem}_{secrets.token_hex(6)}"


def create_meter(client: stripe.StripeClient, formula: str = "sum", **others: Any) -> Meter:
    """Create a meter; its event name is new unless one is given."""
    name = others.pop("event_name", None) or new_name(formula)
    params: Any = {  # Any: formulas and dimensions beyond Stripe's are under test
        "display_name": f"The {formula} of {name}",
        "event_name": name,
        "default_aggregation": {"formula": formula},
        **others,
    }
    return client.v1.billing.meters.create(params)


def create_customer(client: stripe.StripeClient) -> str:
    """Create a customer and return its id."""
    return client.v1.customers.create({"name": "Wire"}).id


def send(
    client: stripe.StripeClient,
    meter: Meter,
    customer: str,
    value: str | None = "1",
    *,
    at: int | None = None,
    identifier: str | None = None,
    **payload: str,
) -> stripe.billing.MeterEvent:
    """Record one event; further keywords are further payload keys."""
    sent: Payload = {"stripe_customer_id": customer, **payload}
    if value is not None:
        sent["value"] = value
    params: Any = {"event_name": meter.event_name, "payload": sent}
    if at is not None:
        params["timestamp"] = at
    if identifier is not None:
        params["identifier"] = identifier
    return client.v1.billing.meter_events.create(params)


def summaries(
    client: stripe.StripeClient,
    meter: Meter,
    customer: str,
    start: int,
    end: int,
    **others: Any,
) -> list[MeterEventSummary]:
    """Return every summary of a range, page by page."""
    params: Any = {"customer": customer, "start_time": start, "end_time": end, **others}
    listed = client.v1.billing.meters.event_summaries.list(meter.id, params)
    return list(listed.auto_paging_iter())


def totals(
    client: stripe.StripeClient,
    meter: Meter,
    customer: str,
    start: int,
    end: int,
    window: Literal["hour", "day"] | None = None,
    **others: Any,
) -> list[tuple[int, int, Decimal]]:
    """Return start, end and exact value of every summary of a range."""
    if window is not None:
        others["value_grouping_window"] = window
    return [
        (one.start_time, one.end_time, Decimal(one["aggregated_value_decimal"]))
        for one in summaries(client, meter, customer, start, end, **others)
    ]


def total(
    client: stripe.StripeClient, meter: Meter, customer: str, start: int, end: int
) -> Decimal:
    """Return the one total of a range; 0 where there is no usage."""
    found = totals(client, meter, customer, start, end)
    assert len(found) <= 1, "without grouping there is one total"
    return found[0][2] if found else Decimal(0)

"""Loading the worked example's billing: its prices, credits, subscriptions and invoices.

Each thing is looked for before it is made, so loading again completes what was interrupted.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx2

from taximeter.cli import offer
from taximeter.cli.asking import ask, first
from taximeter.cli.offer import ExampleGrant, ExamplePrice, ExampleSubscription
from taximeter.kit.clock import Clock, now_s

_FIRST_PERIOD_SECONDS = 2
_LOOKS = 100
_BETWEEN_LOOKS_SECONDS = 0.1


async def load_billing(
    client: httpx2.AsyncClient,
    *,
    meter: str,
    customers: Mapping[str, str],
    start: int,
    clock: Clock,
) -> dict[str, str]:
    """Subscribe the example's customers since its first day; return subscriptions by customer.

    Credits come first, so that they pay for what the first invoices bill. Raises Refused, and
    httpx2.TransportError when the server goes away.
    """
    await _product(client)
    prices = [await _price(client, one, meter) for one in offer.PRICES]
    for grant in offer.GRANTS:
        await _grant(client, grant, customers[grant.customer], start)
    subscriptions = {}
    for one in offer.SUBSCRIPTIONS:
        customer = customers[one.customer]
        found = await first(client, "/v1/subscriptions", {"customer": customer})
        if found is None:
            found = await _subscription(client, one, customer, prices, start, clock)
        subscriptions[one.customer] = found["id"]
        if one.paid:
            await _pay(client, found["id"])
    return subscriptions


async def _product(client: httpx2.AsyncClient) -> None:
    found = await first(client, "/v1/products", {"ids[0]": offer.PRODUCT})
    if found is None:
        made = {"id": offer.PRODUCT, "name": offer.PRODUCT_NAME}
        await ask(client, "POST", "/v1/products", made)


async def _price(client: httpx2.AsyncClient, wanted: ExamplePrice, meter: str) -> str:
    found = await first(client, "/v1/prices", {"lookup_keys[0]": wanted.lookup_key})
    if found is None:
        found = await ask(
            client,
            "POST",
            "/v1/prices",
            {
                "product": offer.PRODUCT,
                "currency": offer.CURRENCY,
                "lookup_key": wanted.lookup_key,
                "nickname": wanted.nickname,
                "billing_scheme": "tiered",
                "tiers_mode": "graduated",
                "recurring[interval]": "month",
                "recurring[usage_type]": "metered",
                "recurring[meter]": meter,
                "recurring[dimension_filters][model]": wanted.model,
                "recurring[dimension_filters][token_type]": wanted.token_type,
                **_tiers(wanted),
            },
        )
    id: str = found["id"]
    return id


def _tiers(wanted: ExamplePrice) -> dict[str, str]:
    fields = {}
    for index, tier in enumerate(wanted.tiers):
        up_to = "inf" if tier.up_to is None else str(tier.up_to)
        fields[f"tiers[{index}][up_to]"] = up_to
        fields[f"tiers[{index}][unit_amount_decimal]"] = tier.cents
    return fields


async def _grant(
    client: httpx2.AsyncClient, wanted: ExampleGrant, customer: str, start: int
) -> None:
    listed = await ask(
        client, "GET", "/v1/billing/credit_grants", {"customer": customer, "limit": "100"}
    )
    if any(one["name"] == wanted.name for one in listed["data"]):
        return
    await ask(
        client,
        "POST",
        "/v1/billing/credit_grants",
        {
            "customer": customer,
            "name": wanted.name,
            "category": wanted.category,
            "amount[type]": "monetary",
            "amount[monetary][currency]": offer.CURRENCY,
            "amount[monetary][value]": str(wanted.cents),
            "applicability_config[scope][price_type]": "metered",
            "effective_at": str(start),
        },
    )


async def _subscription(
    client: httpx2.AsyncClient,
    wanted: ExampleSubscription,
    customer: str,
    prices: list[str],
    start: int,
    clock: Clock,
) -> dict[str, Any]:
    fields = {
        "customer": customer,
        "backdate_start_date": str(start),
        "billing_mode[type]": wanted.billing_mode,
        **{f"items[{index}][price]": price for index, price in enumerate(prices)},
    }
    if wanted.billing_mode == "classic":
        fields["billing_cycle_anchor"] = str(now_s(clock) + _FIRST_PERIOD_SECONDS)
    made = await ask(client, "POST", "/v1/subscriptions", fields)
    if wanted.billing_mode == "classic":
        await _period_ended(client, made["id"])
    return made


async def _period_ended(client: httpx2.AsyncClient, subscription: str) -> None:
    """Wait for the draft that the end of the first period brings."""
    for _ in range(_LOOKS):
        if (
            await first(client, "/v1/invoices", {"subscription": subscription, "status": "draft"})
            is not None
        ):
            return
        await asyncio.sleep(_BETWEEN_LOOKS_SECONDS)


async def _pay(client: httpx2.AsyncClient, subscription: str) -> None:
    opened = {"subscription": subscription, "status": "open"}
    invoice = await first(client, "/v1/invoices", opened)
    if invoice is not None:
        path = f"/v1/invoices/{invoice['id']}/pay"
        await ask(client, "POST", path, {"paid_out_of_band": "true"})

"""The worked example's alerts: on usage, made before its events come, and on money."""

from collections.abc import Iterable, Mapping
from typing import Literal

import httpx2
import msgspec

from taximeter.cli import offer
from taximeter.cli.asking import ask, listed

_PATH = "/v1/billing/alerts"


class ExampleAlert(msgspec.Struct, frozen=True, kw_only=True):
    """An alert; `threshold` is spelled as the API has it, `customer` None watches each."""

    title: str
    alert_type: Literal["usage_threshold", "spend_threshold", "credit_balance_threshold"]
    threshold: dict[str, str]
    customer: str | None = None
    parts: tuple[tuple[str, str], ...] = ()


USAGE = (
    ExampleAlert(
        title="80 % of the included alpaca-large input tokens",
        alert_type="usage_threshold",
        threshold={"[gte]": "800000", "[recurrence]": "one_time"},
        parts=(("model", "alpaca-large"), ("token_type", "input")),
    ),
    ExampleAlert(
        title="Cusco Robotics: 50 million tokens",
        alert_type="usage_threshold",
        threshold={"[gte]": "50000000", "[recurrence]": "one_time"},
        customer="cusco-robotics",
    ),
    ExampleAlert(
        title="Cusco Robotics: a billion tokens",
        alert_type="usage_threshold",
        threshold={"[gte]": "1000000000", "[recurrence]": "one_time"},
        customer="cusco-robotics",
    ),
)
"""The first fires for whoever uses the large model, the second does, the last one does not."""

MONEY = (
    ExampleAlert(
        title="Lima Legal: 250 dollars a month",
        alert_type="spend_threshold",
        threshold={
            "[gte][type]": "amount",
            "[gte][amount][currency]": offer.CURRENCY,
            "[gte][amount][value]": "25000",
            "[recurrence]": "billing_period",
        },
        customer="lima-legal",
    ),
    ExampleAlert(
        title="Cusco Robotics: credits run low",
        alert_type="credit_balance_threshold",
        threshold={
            "[lte][balance_type]": "monetary",
            "[lte][monetary][currency]": offer.CURRENCY,
            "[lte][monetary][value]": "2500",
        },
        customer="cusco-robotics",
    ),
)
"""Neither has fired: the month to come brings both nearer."""


async def load_alerts(
    client: httpx2.AsyncClient,
    alerts: Iterable[ExampleAlert],
    *,
    meter: str,
    customers: Mapping[str, str],
) -> None:
    """Make what is not there yet. Raises Refused, and httpx2.TransportError."""
    there = {one["title"] async for one in listed(client, _PATH, {})}
    for one in alerts:
        if one.title not in there:
            await ask(client, "POST", _PATH, _fields(one, meter, customers))


def _fields(wanted: ExampleAlert, meter: str, customers: Mapping[str, str]) -> dict[str, str]:
    threshold = dict(wanted.threshold)
    if wanted.alert_type == "usage_threshold":
        threshold["[meter]"] = meter
    filters = [
        {"type": "dimension", "dimension": key, "value": value} for key, value in wanted.parts
    ]
    if wanted.customer is not None:
        filters.append({"type": "customer", "customer": customers[wanted.customer]})
    for index, one in enumerate(filters):
        threshold |= {f"[filters][{index}][{name}]": value for name, value in one.items()}
    return {
        "title": wanted.title,
        "alert_type": wanted.alert_type,
        **{f"{wanted.alert_type}{name}": value for name, value in threshold.items()},
    }

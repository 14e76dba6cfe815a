"""The worked example's alerts, made before its events come, so that some of them fire."""

from collections.abc import Mapping

import httpx2
import msgspec

from taximeter.cli.asking import ask, listed

_PATH = "/v1/billing/alerts"


class ExampleAlert(msgspec.Struct, frozen=True, kw_only=True):
    """An alert on the example's tokens; `customer` None watches each, `parts` are dimensions."""

    title: str
    tokens: int
    customer: str | None = None
    parts: tuple[tuple[str, str], ...] = ()


ALERTS = (
    ExampleAlert(
        title="80 % of the included alpaca-large input tokens",
        tokens=800_000,
        parts=(("model", "alpaca-large"), ("token_type", "input")),
    ),
    ExampleAlert(
        title="Cusco Robotics: 50 million tokens", tokens=50_000_000, customer="cusco-robotics"
    ),
    ExampleAlert(
        title="Cusco Robotics: a billion tokens", tokens=1_000_000_000, customer="cusco-robotics"
    ),
)
"""The first fires for whoever uses the large model, the second does, the last one does not."""


async def load_alerts(
    client: httpx2.AsyncClient, *, meter: str, customers: Mapping[str, str]
) -> None:
    """Make what is not there yet. Raises Refused, and httpx2.TransportError."""
    there = {one["title"] async for one in listed(client, _PATH, {"meter": meter})}
    for one in ALERTS:
        if one.title not in there:
            await ask(client, "POST", _PATH, _fields(one, meter, customers))


def _fields(wanted: ExampleAlert, meter: str, customers: Mapping[str, str]) -> dict[str, str]:
    threshold = {"meter": meter, "gte": str(wanted.tokens), "recurrence": "one_time"}
    filters: list[dict[str, str]] = [
        {"type": "dimension", "dimension": key, "value": value} for key, value in wanted.parts
    ]
    if wanted.customer is not None:
        filters.append({"type": "customer", "customer": customers[wanted.customer]})
    return {
        "title": wanted.title,
        "alert_type": "usage_threshold",
        **{f"usage_threshold[{name}]": value for name, value in threshold.items()},
        **{
            f"usage_threshold[filters][{index}][{name}]": value
            for index, one in enumerate(filters)
            for name, value in one.items()
        },
    }

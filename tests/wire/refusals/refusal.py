"""One row of the table of requests that are refused."""

from urllib.parse import quote

import msgspec

FORM = "application/x-www-form-urlencoded"
METERS = "/v1/billing/meters"
EVENTS = "/v1/billing/meter_events"
ADJUSTMENTS = "/v1/billing/meter_event_adjustments"
CUSTOMERS = "/v1/customers"
PRODUCTS = "/v1/products"
PRICES = "/v1/prices"

# Where the clock stands in every row: 2026-09-22 12:00:00 UTC.
NOON = 1_790_078_400


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A request and the exact answer; `<meter>` and the like stand for what the test made.

    `headers` come on top of a valid key, or in its place where they name Authorization.
    """

    name: str
    method: str
    path: str
    body: bytes | str | None = None
    headers: dict[str, str] = {}
    status: int = 400
    type: str = "invalid_request_error"
    code: str | None = None
    param: str | None = None
    message: str


def form(pairs: dict[str, str], *changes: tuple[str, str | None]) -> str:
    """Spell a form as the SDKs do, with fields changed, added or (None) left out."""
    merged: dict[str, str | None] = {**pairs, **dict(changes)}
    return "&".join(
        f"{name}={value if value.startswith('<') else quote(value, safe='')}"
        for name, value in merged.items()
        if value is not None
    )


def empty(param: str) -> str:
    """Return what is said about an empty string where there is nothing to unset."""
    return (
        f"You passed an empty string for '{param}'. We assume empty values are an attempt to unset "
        f"a parameter; however '{param}' cannot be unset. You should remove '{param}' from your "
        "request or supply a non-empty value."
    )

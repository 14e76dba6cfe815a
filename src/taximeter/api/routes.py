"""The route table: every address that is not on the hot path, through Starlette."""

from functools import partial
from typing import Any

import anyio.to_thread
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from taximeter.api import stream
from taximeter.api.endpoint import Endpoint
from taximeter.api.execute import execute
from taximeter.api.http import Incoming, Reply, encode
from taximeter.api.resources import (
    adjustments,
    adjustments_v2,
    alert_projections,
    alerts,
    authorizations,
    credit_balances,
    credit_grants,
    customers,
    event_destinations,
    events,
    events_v2,
    ingestion,
    invoice_actions,
    invoice_items,
    invoice_lines,
    invoice_preview,
    invoices,
    meter_events,
    meter_events_v2,
    meter_usage,
    meters,
    price_coverage,
    prices,
    products,
    reservations,
    sessions,
    simulations,
    subscription_items,
    subscriptions,
    summaries,
    test_clocks,
    webhook_deliveries,
    webhook_endpoints,
)
from taximeter.api.services import Services
from taximeter.errors import UnknownUrl

ENDPOINTS: tuple[Endpoint[Any], ...] = (
    *meters.ENDPOINTS,
    *summaries.ENDPOINTS,
    *meter_usage.ENDPOINTS,
    *meter_events.ENDPOINTS,
    *adjustments.ENDPOINTS,
    *customers.ENDPOINTS,
    *credit_grants.ENDPOINTS,
    *credit_balances.ENDPOINTS,
    *products.ENDPOINTS,
    *prices.ENDPOINTS,
    *subscriptions.ENDPOINTS,
    *subscription_items.ENDPOINTS,
    *price_coverage.ENDPOINTS,
    *simulations.ENDPOINTS,
    *invoices.ENDPOINTS,
    *invoice_actions.ENDPOINTS,
    *invoice_lines.ENDPOINTS,
    *invoice_preview.ENDPOINTS,
    *invoice_items.ENDPOINTS,
    *sessions.ENDPOINTS,
    *adjustments_v2.ENDPOINTS,
    *events.ENDPOINTS,
    *events_v2.ENDPOINTS,
    *alerts.ENDPOINTS,
    *alert_projections.ENDPOINTS,
    *ingestion.ENDPOINTS,
    *test_clocks.ENDPOINTS,
    *webhook_endpoints.ENDPOINTS,
    *event_destinations.ENDPOINTS,
    *webhook_deliveries.ENDPOINTS,
    *reservations.ENDPOINTS,
)

HOT_PATHS = {
    path: {"POST"}
    for path in (meter_events.PATH, meter_events_v2.PATH, stream.PATH, authorizations.PATH)
}
"""What the edge answers itself, for the lists of methods that an address takes."""


_GREETING = {
    "object": "taximeter",
    "message": "Usage metering that speaks the API of Stripe's Billing Meters. Point a Stripe SDK "
    "at this address.",
    "health": "/healthz",
}


def build_routes(services: Services) -> Router:
    """Return the application that serves the route table; errors are left to the edge."""
    by_path: dict[str, dict[str, Endpoint[Any]]] = {path: {} for path in HOT_PATHS}
    for endpoint in ENDPOINTS:
        by_path.setdefault(endpoint.path, {})[endpoint.method] = endpoint
    # Longer literal paths first, so that `{id}/deactivate` is not taken for an id.
    ordered = sorted(by_path.items(), key=lambda item: ("{" in item[0], -item[0].count("/")))
    routes = [Route(path, _Address(services, path, methods)) for path, methods in ordered]
    return Router(
        routes=[
            Route("/healthz", _Page({"status": "ok"})),
            Route("/", _Page(_GREETING)),
            Route("/v1/{resources}/search", _Unserved()),
            *routes,
        ],
        default=_unknown,
        redirect_slashes=False,
    )


class _Address:
    """The operations of one path, as an ASGI application."""

    def __init__(self, services: Services, path: str, methods: dict[str, Endpoint[Any]]) -> None:
        self._services = services
        self._methods = methods
        self._allowed = sorted(set(methods) | HOT_PATHS.get(path, set()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        endpoint = self._methods.get(scope["method"])
        if endpoint is None:
            raise unknown_url(scope["method"], scope["path"], self._allowed)
        incoming: Incoming = scope["taximeter"]
        authorization = incoming.header(b"authorization")
        reply = await anyio.to_thread.run_sync(
            partial(
                execute,
                endpoint,
                incoming,
                services=self._services,
                environment=self._services.authenticator.authenticate(authorization),
                path_params=scope["path_params"],
            )
        )
        await response(reply)(scope, receive, send)


def response(reply: Reply) -> Response:
    """Hand a reply to Starlette."""
    answer = Response(reply.body, status_code=reply.status, media_type="application/json")
    for name, value in reply.headers:
        answer.headers[name.decode()] = value.decode()
    return answer


def unknown_url(method: str, path: str, allowed: list[str] | None = None) -> UnknownUrl:
    """Say that nothing lives at an address, or which methods it takes."""
    hint = "See docs/compatibility.md for the addresses that this server knows."
    if allowed:
        hint = f"This address takes {' and '.join(allowed)}."
    return UnknownUrl(f"Unrecognized request URL ({method}: {path}). {hint}")


async def _unknown(scope: Scope, receive: Receive, send: Send) -> None:
    raise unknown_url(scope["method"], scope["path"])


class _Unserved:
    """An address of Stripe's that is not served, and would be taken for that of an object."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await _unknown(scope, receive, send)


class _Page:
    """A fixed answer that needs no key, as an ASGI application."""

    def __init__(self, content: dict[str, str]) -> None:
        self._body = encode(content)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in {"GET", "HEAD"}:
            raise unknown_url(scope["method"], scope["path"], ["GET"])
        await response(Reply(body=self._body))(scope, receive, send)

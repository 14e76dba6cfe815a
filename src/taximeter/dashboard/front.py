"""The one application: the API, its requests noted, and the dashboard beside it."""

from taximeter.api.bodies import Receive
from taximeter.api.edge import Asgi, Edge, Scope, Send
from taximeter.api.logged_edge import LoggedEdge
from taximeter.api.routes import build_routes
from taximeter.api.services import Services
from taximeter.dashboard.site import Site, takes


def front(services: Services, *, open_to_all: bool) -> Asgi:
    """Return what answers every request to a server."""
    edge = Edge(services=services, routes=build_routes(services))
    api: Asgi = edge
    if services.requests.is_on:
        api = LoggedEdge(edge, requests=services.requests, clock=services.clock)
    site = Site(services, bodies=edge.bodies, open_to_all=open_to_all)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        # The API first: its paths are hot, and nothing of the dashboard begins as they do.
        if scope["type"] == "http" and not scope["path"].startswith("/v") and takes(scope):
            await site(scope, receive, send)
        else:
            await api(scope, receive, send)

    return answer

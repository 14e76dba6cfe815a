"""What search finds among the pages for developers: requests, events, and who was told of them."""

from collections.abc import Iterator

from taximeter.dashboard.page import View
from taximeter.dashboard.pages.deliveries import destination_name, destinations_here
from taximeter.dashboard.pages.search_result import Result


def requests(view: View, id: str) -> Iterator[Result]:
    """Find a request of the log by its id."""
    for request in view.services.requests.of(view.environment.id):
        if request.id == id:
            yield Result(
                kind="Request",
                label=f"{request.method} {request.path}",
                detail=request.id,
                url=view.url(f"developers/requests/{request.id}"),
            )


def api_events(view: View, id: str) -> Iterator[Result]:
    """Find an event of the API by its id, of either kind."""
    event = view.unit.events.many([id]).get(id)
    if event is not None and event.environment == view.environment.id:
        yield Result(
            kind="API event",
            label=event.type,
            detail=id,
            url=view.url(f"developers/events/{id}"),
        )


def deliveries(view: View, id: str) -> Iterator[Result]:
    """Find a delivery by its id."""
    delivery = view.unit.deliveries.get(view.environment.id, id)
    if delivery is not None:
        yield Result(
            kind="Delivery",
            label=delivery.event_type,
            detail=id,
            url=view.url(f"developers/webhooks/deliveries/{id}"),
        )


def destinations(view: View, wanted: str) -> Iterator[Result]:
    """Find destinations by id, name and address, in folded case."""
    for one in destinations_here(view).values():
        name = destination_name(one)
        if any(wanted in text.casefold() for text in (one.id, name, one.url)):
            yield Result(
                kind="Webhook",
                label=name,
                detail=one.url,
                url=view.url(f"developers/webhooks/{one.id}"),
            )

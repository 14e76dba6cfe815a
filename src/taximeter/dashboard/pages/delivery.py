"""A delivery: one event to one destination, and every attempt to hand it over."""

import msgspec

from taximeter.dashboard.page import NoQuery, Page, View
from taximeter.dashboard.pages.deliveries import DeliveryRow, delivery_row, destinations_here
from taximeter.dashboard.table import Table
from taximeter.errors import NotFound
from taximeter.events import EVENT_DAYS
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.moments import moment_text
from taximeter.webhooks.delivery import Attempt

_OK = range(200, 300)


class AttemptRow(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt: what was answered, or why nothing was, and how long it took."""

    number: int
    started_us: int
    duration_us: int
    response_status: int | None
    response_body: str | None
    error: str | None

    @property
    def started(self) -> int:
        """Return when it began, in Unix seconds."""
        return self.started_us // MICROSECONDS

    @property
    def milliseconds(self) -> str:
        """Return how long it took."""
        return f"{self.duration_us // 1_000}.{self.duration_us % 1_000 // 100}"

    @property
    def succeeded(self) -> bool:
        """Say whether the event was taken."""
        return self.error is None and self.response_status in _OK


class DeliveryData(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery with its attempts, the latest first."""

    row: DeliveryRow
    url: str | None
    may_resend: bool
    attempts: tuple[AttemptRow, ...]


def read_delivery(view: View, query: NoQuery) -> DeliveryData:
    """Return one delivery. Raises NotFound."""
    id = view.path_params["id"]
    delivery = view.unit.deliveries.get(view.environment.id, id)
    if delivery is None:
        raise NotFound(
            f"No such delivery: '{id}'. They are kept for {EVENT_DAYS} days.", param="id"
        )
    destinations = destinations_here(view)
    destination = destinations.get(delivery.destination)
    return DeliveryData(
        row=delivery_row(delivery, destinations),
        url=None if destination is None else destination.url,
        may_resend=destination is not None and destination.status == "enabled",
        attempts=tuple(_attempt(one) for one in reversed(view.unit.deliveries.attempts(id))),
    )


def _attempt(attempt: Attempt) -> AttemptRow:
    return AttemptRow(
        number=attempt.number,
        started_us=attempt.started_us,
        duration_us=attempt.duration_us,
        response_status=attempt.response_status,
        response_body=attempt.response_body,
        error=attempt.error,
    )


def delivery_table(data: DeliveryData) -> Table:
    """Return the attempts as a table."""
    return Table(
        name=f"attempts-{data.row.id}",
        columns=("number", "started", "microseconds", "response", "error"),
        rows=[
            (
                str(one.number),
                moment_text(one.started_us),
                str(one.duration_us),
                "" if one.response_status is None else str(one.response_status),
                one.error or "",
            )
            for one in data.attempts
        ],
    )


PAGE = Page(
    path="developers/webhooks/deliveries/{id}",
    area="developers",
    query=NoQuery,
    read=read_delivery,
    template="delivery.html",
    title=lambda data: f"Delivery of {data.row.event_type}",
    table=delivery_table,
)

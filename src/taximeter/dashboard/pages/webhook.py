"""A destination: what it is told of, how it is doing, and the log of its deliveries."""

from typing import Literal

import msgspec

from taximeter.dashboard.listing import Filter, with_query
from taximeter.dashboard.page import Page, View
from taximeter.dashboard.pages.deliveries import STATUSES, DeliveryRow, delivery_row
from taximeter.dashboard.pages.webhooks import LATEST, DestinationRow, destination_row
from taximeter.dashboard.table import Table
from taximeter.dashboard.walking import Walked, cursor_of, walked
from taximeter.errors import InvalidRequest, NotFound
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.moments import moment_text
from taximeter.kit.paging import UnknownCursor
from taximeter.webhooks.delivery import DeliveryFilter
from taximeter.webhooks.destination import EventDestination

ROWS = 25


class WebhookQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which deliveries of the log."""

    status: Literal["all", "succeeded", "pending", "failed", "canceled"] = "all"
    type: str = ""
    after: str = ""
    before: str = ""


class WebhookData(msgspec.Struct, frozen=True, kw_only=True):
    """A destination as it is shown; `secrets` counts those that sign at present."""

    row: DestinationRow
    api: str
    description: str | None
    secrets: int
    deliveries: Walked[DeliveryRow]
    query: WebhookQuery
    filters: tuple[Filter, ...]
    retry_hours: int
    latest: int = LATEST


def destination_of(view: View) -> EventDestination:
    """Return the destination that the address names. Raises NotFound."""
    id = view.path_params["id"]
    found = view.unit.event_destinations.get(view.environment.id, id)
    if found is None:
        raise NotFound(f"No such destination: '{id}'. It may have been deleted.", param="id")
    return found


def read_webhook(view: View, query: WebhookQuery) -> WebhookData:
    """Read a destination. Raises NotFound, and InvalidRequest for a page that is gone."""
    destination = destination_of(view)
    cursor = cursor_of(after=query.after, before=query.before, limit=ROWS)
    where = DeliveryFilter(
        destination=destination.id,
        event_type=query.type or None,
        status=None if query.status == "all" else query.status,
    )
    try:
        page = view.unit.deliveries.page(view.environment.id, cursor, where)
    except UnknownCursor:
        raise InvalidRequest(
            "The log cannot be gone on with: the delivery at its edge is gone. Begin again."
        ) from None
    known = {destination.id: destination}
    now = view.now()
    return WebhookData(
        row=destination_row(view, destination),
        api=destination.api,
        description=destination.description,
        secrets=sum(one.expires_at is None or one.expires_at > now for one in destination.secrets),
        deliveries=walked(
            page,
            query=query,
            cursor=cursor,
            id_of=lambda one: one.id,
            row=lambda one: delivery_row(one, known),
        ),
        query=query,
        filters=tuple(
            Filter(
                label=label,
                url=with_query(query, status=name, after="", before=""),
                current=query.status == name,
            )
            for name, label in STATUSES.items()
        ),
        retry_hours=view.services.settings.webhook_retry_hours,
    )


def webhook_table(data: WebhookData) -> Table:
    """Return the page of the log."""
    return Table(
        name=f"deliveries-{data.row.id}",
        columns=(
            "id",
            "created",
            "event",
            "type",
            "status",
            "attempts",
            "response",
            "next_attempt",
        ),
        rows=[
            (
                one.id,
                moment_text(one.created * MICROSECONDS),
                one.event,
                one.event_type,
                one.status,
                str(one.attempts),
                "" if one.response_status is None else str(one.response_status),
                "" if one.next_attempt is None else moment_text(one.next_attempt * MICROSECONDS),
            )
            for one in data.deliveries.rows
        ],
    )


PAGE = Page(
    path="developers/webhooks/{id}",
    area="developers",
    query=WebhookQuery,
    read=read_webhook,
    template="webhook.html",
    title=lambda data: data.row.name,
    table=webhook_table,
)

"""Whom events are told to: every destination, and how its latest deliveries went."""

from typing import Literal

import msgspec

from taximeter.dashboard.page import NoQuery, Page, View
from taximeter.dashboard.pages.deliveries import destination_name, destinations_here
from taximeter.dashboard.table import Table
from taximeter.events import EventPayload
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.paging import Cursor
from taximeter.webhooks.delivery import DeliveryFilter
from taximeter.webhooks.destination import DestinationStatus, DisabledBy, EventDestination

LATEST = 100
"""How many of a destination's deliveries tell how it is doing."""

Health = Literal["idle", "delivering", "failing", "disabled"]


class DestinationRow(msgspec.Struct, frozen=True, kw_only=True):
    """A destination in brief, and of its latest deliveries how many ended how.

    `failing_since` is when the first attempt failed of which none has succeeded since.
    """

    id: str
    name: str
    url: str
    event_payload: EventPayload
    enabled_events: tuple[str, ...]
    status: DestinationStatus
    disabled_by: DisabledBy | None
    failing_since: int | None
    created: int
    succeeded: int
    failed: int
    pending: int

    @property
    def health(self) -> Health:
        """Return how it is doing, in a word."""
        if self.status == "disabled":
            return "disabled"
        if self.failing_since is not None:
            return "failing"
        return "delivering" if self.succeeded else "idle"

    @property
    def percent(self) -> int | None:
        """Return how many percent of what has ended was delivered; None where nothing has."""
        ended = self.succeeded + self.failed
        return self.succeeded * 100 // ended if ended else None

    @property
    def hears(self) -> str:
        """Return which events it is told of, in a few words."""
        if "*" in self.enabled_events:
            return "all events"
        first, *others = self.enabled_events or ("none",)
        return f"{first} and {len(others)} more" if others else first


class WebhooksData(msgspec.Struct, frozen=True, kw_only=True):
    """The destinations of the environment, newest first."""

    destinations: tuple[DestinationRow, ...]
    latest: int = LATEST


def read_webhooks(view: View, query: NoQuery) -> WebhooksData:
    """Read the list."""
    here = destinations_here(view)
    return WebhooksData(
        destinations=tuple(destination_row(view, one) for one in reversed(here.values()))
    )


def destination_row(view: View, destination: EventDestination) -> DestinationRow:
    """Return a destination as the list shows it."""
    page = view.unit.deliveries.page(
        view.environment.id, Cursor(limit=LATEST), DeliveryFilter(destination=destination.id)
    )
    ended = [one.status for one in page.data]
    since_us = destination.failing_since_us
    return DestinationRow(
        id=destination.id,
        name=destination_name(destination),
        url=destination.url,
        event_payload=destination.event_payload,
        enabled_events=destination.enabled_events,
        status=destination.status,
        disabled_by=destination.disabled_by,
        failing_since=None if since_us is None else since_us // MICROSECONDS,
        created=destination.created_us // MICROSECONDS,
        succeeded=ended.count("succeeded"),
        failed=ended.count("failed"),
        pending=ended.count("pending"),
    )


def webhooks_table(data: WebhooksData) -> Table:
    """Return the list as a table; counts are of the latest deliveries."""
    return Table(
        name="webhooks",
        columns=("id", "name", "url", "kind", "health", "succeeded", "failed", "pending"),
        rows=[
            (
                one.id,
                one.name,
                one.url,
                one.event_payload,
                one.health,
                str(one.succeeded),
                str(one.failed),
                str(one.pending),
            )
            for one in data.destinations
        ],
    )


PAGE = Page(
    path="developers/webhooks",
    area="developers",
    query=NoQuery,
    read=read_webhooks,
    template="webhooks.html",
    title=lambda _: "Webhooks",
    table=webhooks_table,
)

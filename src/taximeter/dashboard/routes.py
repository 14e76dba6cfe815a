"""The route table: every page and every change of an environment."""

import re
from collections.abc import Iterable
from typing import Any, TypeVar

from taximeter.dashboard.page import Change, Download, Page
from taximeter.dashboard.pages import (
    alert,
    alert_changes,
    alert_create,
    alert_outlook,
    alerts,
    api_event,
    api_events,
    catalog,
    configuration,
    customer,
    customers,
    delivery,
    event,
    event_record,
    event_tell,
    events,
    home,
    ingestion,
    invoice,
    invoice_events,
    invoice_line,
    invoices,
    keys,
    meter,
    meter_changes,
    meter_create,
    meter_customers,
    meter_feed,
    meters,
    price,
    price_create,
    product,
    rejected,
    requests,
    search,
    simulation,
    upload,
    uploads,
    webhook,
    webhook_changes,
    webhook_form,
    webhooks,
)

PAGES: tuple[Page[Any, Any], ...] = (
    home.PAGE,
    ingestion.PAGE,
    ingestion.NOW,
    search.PAGE,
    meters.PAGE,
    meter_create.PAGE,
    meter.PAGE,
    meter_feed.PAGE,
    meter_customers.PAGE,
    rejected.PAGE,
    alerts.PAGE,
    alert_create.PAGE,
    alert.PAGE,
    alert_outlook.PAGE,
    events.PAGE,
    event_record.PAGE,
    event.PAGE,
    uploads.PAGE,
    upload.PAGE,
    keys.PAGE,
    requests.PAGE,
    requests.ONE,
    api_events.PAGE,
    api_event.PAGE,
    webhooks.PAGE,
    webhook_form.NEW,
    webhook_form.EDIT,
    webhook.PAGE,
    delivery.PAGE,
    configuration.PAGE,
    customers.PAGE,
    customer.PAGE,
    catalog.PAGE,
    product.PAGE,
    price.PAGE,
    price_create.PAGE,
    simulation.PAGE,
    invoices.PAGE,
    invoice.PAGE,
    invoice.PRINTED,
    invoice_line.PAGE,
    invoice_events.PAGE,
)

CHANGES: tuple[Change[Any], ...] = (
    meter_create.CREATE,
    *meter_changes.CHANGES,
    alert_create.CREATE,
    *alert_changes.CHANGES,
    event_record.RECORD,
    event.CANCEL,
    uploads.UPLOAD,
    *keys.CHANGES,
    event_tell.TELL,
    *webhook_form.CHANGES,
    *webhook_changes.CHANGES,
    *product.CHANGES,
    *price.CHANGES,
    price_create.CREATE,
    *invoice.CHANGES,
)

DOWNLOADS: tuple[Download, ...] = (upload.REJECTED,)

Routed = TypeVar("Routed", Page[Any, Any], Change[Any], Download)

_NAME = re.compile(r"\{(\w+)\}")


class Routes:
    """Finds what lives at an address below an environment."""

    def __init__(
        self,
        pages: Iterable[Page[Any, Any]] = PAGES,
        changes: Iterable[Change[Any]] = CHANGES,
        downloads: Iterable[Download] = DOWNLOADS,
    ) -> None:
        """Try literal addresses before those with names, so that `meters/new` is no meter."""
        self.pages = _compiled(pages)
        self.changes = _compiled(changes)
        self.downloads = _compiled(downloads)

    def page(self, path: str) -> tuple[Page[Any, Any], dict[str, str]] | None:
        """Return the page at an address and what its names stand for, or None."""
        return _found(self.pages, path)

    def change(self, path: str) -> tuple[Change[Any], dict[str, str]] | None:
        """Return the change at an address and what its names stand for, or None."""
        return _found(self.changes, path)

    def download(self, path: str) -> tuple[Download, dict[str, str]] | None:
        """Return the file at an address and what its names stand for, or None."""
        return _found(self.downloads, path)

    def served(self) -> list[str]:
        """Return the paths of all pages."""
        return [page.path for _, page in self.pages]


def _compiled(routed: Iterable[Routed]) -> list[tuple[re.Pattern[str], Routed]]:
    ordered = sorted(routed, key=lambda one: "{" in one.path)
    return [(re.compile(_NAME.sub(r"(?P<\1>[^/]+)", one.path)), one) for one in ordered]


def _found(
    compiled: list[tuple[re.Pattern[str], Routed]], path: str
) -> tuple[Routed, dict[str, str]] | None:
    for pattern, one in compiled:
        match = pattern.fullmatch(path)
        if match is not None:
            return one, match.groupdict()
    return None

"""Search: by id, straight to what it names; by text, to a list of what matches."""

from collections.abc import Callable, Iterator

import msgspec

from taximeter.alerts.alert import AlertFilter
from taximeter.dashboard.listing import STRETCH_MAX
from taximeter.dashboard.page import Page, View
from taximeter.dashboard.pages import search_developers
from taximeter.dashboard.pages.alert_labels import KINDS
from taximeter.dashboard.pages.catalog import CatalogQuery, read_catalog
from taximeter.dashboard.pages.customers import CustomersQuery, read_customers
from taximeter.dashboard.pages.invoices import InvoicesQuery, name_of, read_invoices
from taximeter.dashboard.pages.price_labels import price_label
from taximeter.dashboard.pages.search_result import Result
from taximeter.kit.paging import Cursor
from taximeter.usage.events import event_id

RESULTS_MAX = 50


class SearchQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for."""

    q: str = ""


class SearchData(msgspec.Struct, frozen=True, kw_only=True):
    """What was found."""

    q: str
    results: tuple[Result, ...]


def _meters(view: View, wanted: str) -> Iterator[Result]:
    for meter in view.unit.meters.all():
        texts = (meter.id, meter.display_name, meter.event_name)
        if meter.environment == view.environment.id and any(
            wanted in text.casefold() for text in texts
        ):
            yield Result(
                kind="Meter",
                label=meter.display_name,
                detail=meter.event_name,
                url=view.url(f"meters/{meter.id}"),
            )


def _customers(view: View, wanted: str) -> Iterator[Result]:
    for one in read_customers(view, CustomersQuery(q=wanted)).customers.rows:
        yield Result(
            kind="Customer",
            label=one.name,
            detail=one.id,
            url=view.url(f"customers/{one.id}"),
        )


def _invoices(view: View, wanted: str) -> Iterator[Result]:
    for one in read_invoices(view, InvoicesQuery(q=wanted)).invoices.rows:
        yield Result(
            kind="Invoice",
            label=one.number or "Draft",
            detail=f"{one.customer_name}, {one.status}",
            url=view.url(f"invoices/{one.id}"),
        )


def _by_id(view: View, id: str) -> Iterator[Result]:
    """Find what may be too old for its list's first stretch by its whole id."""
    environment, unit = view.environment.id, view.unit
    customer = unit.customers.get(environment, id)
    if customer is not None:
        yield Result(
            kind="Customer",
            label=name_of(customer),
            detail=id,
            url=view.url(f"customers/{id}"),
        )
    invoice = unit.invoices.get(environment, id)
    if invoice is not None:
        label = invoice.number or "Draft"
        yield Result(kind="Invoice", label=label, detail=id, url=view.url(f"invoices/{id}"))
    price = unit.prices.get(environment, id)
    if price is not None:
        label = price_label(price)
        yield Result(kind="Price", label=label, detail=id, url=view.url(f"catalog/prices/{id}"))


def _catalog(view: View, wanted: str) -> Iterator[Result]:
    for one in read_catalog(view, CatalogQuery(q=wanted, status="all")).products.rows:
        yield Result(
            kind="Product",
            label=one.name,
            detail=one.id,
            url=view.url(f"catalog/products/{one.id}"),
        )
        for price in one.prices:
            if any(wanted in text.casefold() for text in (price.id, price.label)):
                yield Result(
                    kind="Price",
                    label=price.label,
                    detail=price.says,
                    url=view.url(f"catalog/prices/{price.id}"),
                )


def _event(view: View, wanted: str) -> Iterator[Result]:
    logged = view.services.reader.event(view.environment.id, wanted)
    if logged is not None:
        yield Result(
            kind="Event",
            label=logged.event.identifier,
            detail=logged.event.event_name,
            url=view.url(f"events/{event_id(view.environment, logged)}"),
        )


def _alerts(view: View, wanted: str) -> Iterator[Result]:
    page = view.unit.alerts.page(view.environment.id, Cursor(limit=STRETCH_MAX), AlertFilter())
    for one in page.data:
        if any(wanted in text.casefold() for text in (one.id, one.title)):
            yield Result(
                kind="Alert",
                label=one.title,
                detail=f"{KINDS[one.alert_type]}, {one.status}",
                url=view.url(f"alerts/{one.id}"),
            )


SOURCES: tuple[Callable[[View, str], Iterator[Result]], ...] = (
    _meters,
    _customers,
    _invoices,
    _catalog,
    _alerts,
    search_developers.destinations,
)
"""Where is looked, in this order: each is given the text in folded case."""

EXACT: tuple[Callable[[View, str], Iterator[Result]], ...] = (
    _by_id,
    _event,
    search_developers.requests,
    search_developers.api_events,
    search_developers.deliveries,
)
"""Where is looked first for what has the text, as it was typed, for its name."""


def read_search(view: View, query: SearchQuery) -> SearchData:
    """Look in every source."""
    typed = query.q.strip()
    found: list[Result] = []
    if typed:
        found += [one for source in EXACT for one in source(view, typed)]
        known = {one.url for one in found}
        found += [
            one
            for source in SOURCES
            for one in source(view, typed.casefold())
            if one.url not in known
        ]
    return SearchData(q=typed, results=tuple(found[:RESULTS_MAX]))


PAGE = Page(
    path="search",
    area="search",
    query=SearchQuery,
    read=read_search,
    template="search.html",
    title=lambda data: f"Search: {data.q}" if data.q else "Search",
)
